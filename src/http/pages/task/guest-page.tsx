/** What a share link shows: the tracks to hear, to compare and, where it was allowed, to take along. Pure. */
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import type { GuestTrack, GuestView } from "../../../core/view/guest.ts";
import { FileList } from "./file-list.tsx";
import { Layout } from "../frame/layout.tsx";
import { Player, type TrackView } from "./player.tsx";
import { Cover } from "./track-card.tsx";
import type { Viewer } from "../frame/viewer.ts";
import { clockWords, productWords } from "../frame/words.ts";

interface GuestPageProps {
  /** With all tracks, so that each has the number that it has for its owner. */
  readonly view: GuestView;
  /** The one track that is shared; null: all there is. */
  readonly alone: string | null;
  /** "WAV of Night Drive (take 1)", where it was made of another task that is known. */
  readonly madeName: string | null;
  readonly viewer: Viewer;
  readonly nonce: string;
}

export function GuestPage({ view, alone, madeName, viewer, nonce }: GuestPageProps) {
  const { taskId, product, version, settled } = view;
  const files = alone === null ? view.files.map((file) => ({ ...file, ...HIDDEN })) : [];
  const takes = view.tracks
    .map((track, index) => ({ track, number: index + 1 }))
    .filter(({ track }) => alone === null || track.trackId === alone);
  const tracks = takes.map(({ track }) => track);
  const unnamed = madeName ?? (isMusicProduct(product) || product === "unknown" ? "A song" : productWords(product));
  const title = tracks.find((track) => track.title !== null)?.title ?? unnamed;
  const isKept = [...tracks.map(({ audio }) => audio), ...files].some(({ state }) => state === "stored");
  return (
    <Layout title={title} nonce={nonce} visitor="guest">
      <div id="task" data-follow="task" data-version={String(version)} data-settled={String(settled)}>
        <h1>{title}</h1>
        {settled || (isKept && alone !== null) ? null : (
          <p class="lead" data-announce>
            {isKept ? "The rest is still being made." : "It is still being made. All of it appears here by itself."}
          </p>
        )}
        {viewer.mayDownload && isKept && alone === null ? (
          <p class="actions">
            <a class="button primary" href={viewer.link(`/tasks/${taskId}/files.zip`)} download>
              Download all
            </a>
          </p>
        ) : null}
        <FileList view={{ product, files }} viewer={viewer} />
        {takes.map(({ track, number }) => (
          <article class="track" id={`track-${track.trackId}`} aria-labelledby={`title-${track.trackId}`}>
            <Cover file={track.cover} link={viewer.link} />
            <div class="track-body">
              <h2 id={`title-${track.trackId}`}>
                {track.title ?? "Untitled"} (take {number})
              </h2>
              <p class="hint">
                {[track.durationSeconds === null ? null : clockWords(track.durationSeconds), track.tags]
                  .filter((one) => one !== null)
                  .join(" · ")}
              </p>
              <Player track={shownAs(track)} number={number} viewer={viewer} />
            </div>
          </article>
        ))}
      </div>
    </Layout>
  );
}

/** Why something is not kept is not for guests. */
const HIDDEN = { attempts: 0, reason: null };

/** The player of a track, without what is not for guests. */
function shownAs({ audio, cover, assessment, ...track }: GuestTrack): TrackView {
  const unjudged = { reason: null, verdict: null, findings: [], style: null, analyzerVersion: null, assessedAt: null };
  return {
    ...track,
    model: null,
    createdAt: null,
    streamUrl: null,
    audio: { ...audio, ...HIDDEN },
    cover: { ...cover, ...HIDDEN },
    assessment: assessment === null ? null : { ...assessment, ...unjudged },
  };
}
