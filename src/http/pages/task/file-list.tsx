/** The files of a task that delivers no tracks, each with its player as soon as it is kept. Pure. */
import type { TaskView } from "../../../core/view/view.ts";
import type { Viewer } from "../frame/viewer.ts";
import { whyNotKept } from "./why-not-kept.ts";

type NamedFile = TaskView["files"][number];

interface FileListProps {
  readonly view: TaskView;
  readonly viewer: Viewer;
}

export function FileList({ view: { files }, viewer }: FileListProps) {
  if (files.length === 0) return null;
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      {files.map((file) => (
        <article class="track" id={`file-${file.name}`}>
          <h3>{file.name.replaceAll("_", " ")}</h3>
          <Player file={file} link={viewer.link} />
          {file.url === null || !viewer.mayDownload ? null : (
            <p>
              <a href={viewer.link(`${file.url}?download`)}>Download</a>
            </p>
          )}
        </article>
      ))}
    </section>
  );
}

function Player({ file, link }: { readonly file: NamedFile; readonly link: Viewer["link"] }) {
  const { name, state, url, reason, contentType } = file;
  if (url === null) {
    if (reason === null) return <p class="note">Being copied.</p>;
    const { what, cure } = whyNotKept(reason);
    return state === "lost" ? (
      <p class="alert">
        Not kept: {what}. {cure}
      </p>
    ) : (
      <p class="note">Not kept yet: {what}. It is tried again by itself.</p>
    );
  }
  const src = link(url);
  const kind = contentType?.split("/")[0];
  if (kind === "audio") return <audio controls preload="none" src={src} aria-label={name}></audio>;
  if (kind === "video") return <video controls preload="none" src={src} aria-label={name} width="480"></video>;
  return kind === "image" ? <img src={src} alt={name} width="320" loading="lazy" /> : null;
}
