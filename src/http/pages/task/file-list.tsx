/** The files of a task that delivers no tracks, each with its player as soon as it is kept. Pure. */
import type { TaskView } from "../../../core/view/view.ts";
import type { Viewer } from "../frame/viewer.ts";
import { byteWords } from "../frame/words.ts";
import { MIDI_TYPE } from "../../../core/audio/format.ts";
import { FileNote } from "./track-card.tsx";

type NamedFile = TaskView["files"][number];

interface FileListProps {
  readonly view: Pick<TaskView, "product" | "files">;
  readonly viewer: Viewer;
}

export function FileList({ view: { product, files }, viewer }: FileListProps) {
  if (files.length === 0) return null;
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      {files.map((file) => (
        <article class="track" id={`file-${file.name}`}>
          <div class="track-body">
            <h3>{fileWords(file.name)}</h3>
            {file.url === null && file.reason === null ? (
              <p class="note">
                {file.state === "lost"
                  ? "This file could not be kept."
                  : viewer.isGuest
                    ? "Not here yet."
                    : "Being copied."}
              </p>
            ) : (
              <FileNote file={file} />
            )}
            <Player file={file} isStem={product === "stems"} link={viewer.link} />
            {file.url === null || !viewer.mayDownload ? null : (
              <p class="links">
                <a href={viewer.link(`${file.url}?download`)}>
                  Download{file.bytes === null ? "" : `, ${byteWords(file.bytes)}`}
                </a>
              </p>
            )}
          </div>
        </article>
      ))}
    </section>
  );
}

interface PlayerProps {
  readonly file: NamedFile;
  /** Its fellows are played with it. */
  readonly isStem: boolean;
  readonly link: Viewer["link"];
}

function Player({ file, isStem, link }: PlayerProps) {
  const { url, contentType } = file;
  if (url === null) return null;
  const src = link(url);
  const name = fileWords(file.name);
  const media = <Media src={src} contentType={contentType} name={name} preload="metadata" />;
  if (!isSound(contentType)) return media;
  return (
    <div
      class="player"
      id={`player-${file.name}`}
      data-player={src}
      data-name={name}
      data-key=""
      data-stem={isStem ? "" : undefined}
    >
      {media}
    </div>
  );
}

interface MediaProps extends Pick<NamedFile, "contentType"> {
  readonly src: string;
  readonly name: string;
  readonly preload?: "metadata" | "none";
}

/** What a browser can show of a file, by its type. */
export function Media({ src, contentType, name, preload = "none" }: MediaProps) {
  if (isSound(contentType)) return <audio controls preload={preload} src={src} aria-label={name}></audio>;
  const kind = contentType?.split("/")[0];
  if (kind === "video") return <video controls preload="none" src={src} aria-label={name} width="480"></video>;
  return kind === "image" ? <img src={src} alt={name} width="320" loading="lazy" /> : null;
}

function isSound(contentType: string | null): boolean {
  return contentType !== MIDI_TYPE && contentType?.startsWith("audio/") === true;
}

export function fileWords(name: string): string {
  return name.replaceAll("_", " ");
}
