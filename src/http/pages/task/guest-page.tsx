/** What a share link shows: the tracks to hear, to compare and, where it was allowed, to take along. Pure. */
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import type { GuestTrack, GuestView } from "../../../core/view/guest.ts";
import { FileList } from "./file-list.tsx";
import { Layout } from "../frame/layout.tsx";
import { Player, type TrackView } from "./player.tsx";
import { Cover } from "./track-card.tsx";
import type { Viewer } from "../frame/viewer.ts";
import { clockWords, productWords, titleWords } from "../frame/words.ts";

interface GuestPageProps {
  readonly view: GuestView;
  /** Of the one track that is shared, the number that it has for its owner; null: all there is is shared. */
  readonly alone: number | null;
  /** "WAV of Night Drive (take 1)", where it was made of another task that is known. */
  readonly madeName: string | null;
  readonly viewer: Viewer;
  readonly nonce: string;
}

export function GuestPage({ view, alone, madeName, viewer, nonce }: GuestPageProps) {
  const { taskId, product, stage, version, settled, tracks } = view;
  const files = view.files.map((file) => ({ ...file, ...HIDDEN }));
  const unnamed = madeName ?? (isMusicProduct(product) || product === "unknown" ? "A song" : productWords(product));
  const title = tracks.find((track) => track.title !== null)?.title ?? unnamed;
  const isKept = [...tracks.map(({ audio }) => audio), ...files].some(({ state }) => state === "stored");
  const isMade = stage === "complete" || stage === "failed";
  const isGone = ({ state }: GuestTrack["audio"]) => state === "lost" || (settled && state !== "stored");
  return (
    <Layout title={title} nonce={nonce} visitor="guest">
      <div id="task" data-follow="task" data-version={String(version)} data-settled={String(settled)}>
        <h1>{title}</h1>
        {isKept && (settled || alone !== null) ? null : (
          <p class="lead" data-announce>
            {isKept
              ? isMade
                ? UNKEPT
                : "The rest is still being made."
              : settled
                ? NOTHING
                : isMade
                  ? NONE_YET
                  : AWAITED}
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
        {tracks.map((track, index) => (
          <article class="track" id={`track-${track.trackId}`} aria-labelledby={`title-${track.trackId}`}>
            <Cover file={track.cover} link={viewer.link} />
            <div class="track-body">
              <h2 id={`title-${track.trackId}`}>
                {titleWords(track.title)} (take {index + (alone ?? 1)})
              </h2>
              <p class="hint">
                {[track.durationSeconds === null ? null : clockWords(track.durationSeconds), track.tags]
                  .filter((one) => one !== null)
                  .join(" · ")}
              </p>
              <Player track={shownAs(track)} number={index + (alone ?? 1)} viewer={viewer} />
              {isGone(track.audio) ? <p class="note">This take could not be kept.</p> : null}
            </div>
          </article>
        ))}
      </div>
    </Layout>
  );
}

const AWAITED = "It is still being made. All of it appears here by itself.";
const NONE_YET = "Nothing of it could be kept so far. What still comes appears here by itself.";
const UNKEPT = "The rest could not be kept so far.";
const NOTHING = "There is nothing to hear here.";

/** Why something is not kept is not for guests. */
const HIDDEN = { attempts: 0, reason: null };

/** The player of a track, without what is not for guests. */
function shownAs({ audio, cover, assessment, ...track }: GuestTrack): TrackView {
  const unjudged = { reason: null, verdict: null, findings: [], style: null, analyzerVersion: null, assessedAt: null };
  return {
    ...track,
    audioId: null,
    model: null,
    createdAt: null,
    streamUrl: null,
    audio: { ...audio, ...HIDDEN },
    cover: { ...cover, ...HIDDEN },
    assessment: assessment === null ? null : { ...assessment, ...unjudged },
  };
}
