/** One track: its cover, its player, what was found of it, and how to take it along. Pure. */
import type { Child } from "hono/jsx";
import { AudioBadge, Badge, VerdictBadge } from "../list/badge.tsx";
import { factsOf } from "./fact-words.ts";
import { whyNotKept } from "./why-not-kept.ts";
import { Player, type TrackProps, type TrackView } from "./player.tsx";
import type { Viewer } from "../frame/viewer.ts";
import { clockWords, counted, reasonWords, titleWords } from "../frame/words.ts";

interface CardProps extends TrackProps {
  readonly taskId: string;
  readonly isChosen: boolean;
  /** What can be made of it; null where nothing is offered. */
  readonly offers: Child;
}

export function TrackCard({ track, number, viewer, taskId, isChosen, offers }: CardProps) {
  const { trackId, title, tags, durationSeconds, model, audio, assessment } = track;
  const about = [lengthWords(durationSeconds, assessment?.audio?.durationSeconds ?? null), model].filter(
    (one) => one !== null,
  );
  return (
    <article class="track" id={`track-${trackId}`} aria-labelledby={`title-${trackId}`}>
      <Cover file={track.cover} link={viewer.link} />
      <div class="track-body">
        <h3 id={`title-${trackId}`}>
          {titleWords(title)} (take {number})
        </h3>
        <p class="badges">
          {isChosen ? <Badge tone="good">★ chosen</Badge> : null}
          <AudioBadge audio={audio} />
          {assessment?.verdict == null ? null : <VerdictBadge verdict={assessment.verdict} take={null} />}
          <span class="hint">{about.join(" · ")}</span>
        </p>
        {tags === null ? null : <p class="tags">{tags}</p>}
        <Player track={track} number={number} viewer={viewer} />
        {viewer.mayAct && audio.state === "stored" ? (
          <form method="post" action={`/tasks/${taskId}/chosen`} data-command class="choose">
            <input type="hidden" name="trackId" value={isChosen ? "" : trackId} />
            <button
              class="quiet"
              aria-pressed={String(isChosen)}
              title={isChosen ? "Press again to take the choice back" : undefined}
            >
              {isChosen ? "★ Chosen (take back)" : "☆ Choose this take"}
            </button>
            <button type="button" class="quiet" data-copy-link={`/tasks/${taskId}#track-${trackId}`} hidden>
              Copy address (needs login)
            </button>
          </form>
        ) : null}
        {offers}
        <FileNote file={audio} />
        <Findings assessment={assessment} />
        <p class="hint">
          Take {number}, <code>{trackId}</code>
        </p>
      </div>
    </article>
  );
}

/** How long it is; where that is less than was announced, both. Rounding makes a second of difference none. */
function lengthWords(announced: number | null, measured: number | null): string | null {
  const seconds = measured ?? announced;
  if (seconds === null) return null;
  const isShort = announced !== null && announced - seconds > 1;
  return isShort ? `${clockWords(seconds)} of ${clockWords(announced)} announced` : clockWords(seconds);
}

/** Decoration: the title stands beside it. */
export function Cover({
  file,
  link,
}: {
  readonly file: { readonly url: string | null };
  readonly link: Viewer["link"];
}) {
  return file.url === null ? (
    <div class="cover" aria-hidden="true"></div>
  ) : (
    <img class="cover" src={link(file.url)} alt="" width="160" height="160" loading="lazy" />
  );
}

/** Why a file is not kept, or not yet, or only for want of better. */
export function FileNote({ file }: { readonly file: Pick<TrackView["audio"], "state" | "reason" | "attempts"> }) {
  const { state, reason, attempts } = file;
  if (reason === null) return null;
  const { what, cure } = whyNotKept(reason);
  if (state === "stored") return <p class="note">Kept for want of better: {what}.</p>;
  const tried = attempts === 0 ? "" : ` after ${counted(attempts, "attempt")}`;
  return state === "lost" ? (
    <p class="alert">
      Not kept{tried}: {what}. {cure}
    </p>
  ) : (
    <p class="note">
      Not kept yet{tried}: {what}. {state === "waiting" ? "Another link is awaited." : "It is tried again by itself."}
    </p>
  );
}

function Findings({ assessment }: { readonly assessment: TrackView["assessment"] }) {
  if (assessment === null) return null;
  const { state, reason, findings, audio } = assessment;
  const facts = audio === null ? [] : factsOf(audio);
  return (
    <>
      {state === "pending" ? <p class="note">Being listened to.</p> : null}
      {reason === null ? null : <p class="note">Not listened to: {reasonWords(reason)}.</p>}
      {findings.length === 0 ? null : (
        <ul class="findings">
          {findings.map(({ level, message }) => (
            <li data-level={level}>{message}</li>
          ))}
        </ul>
      )}
      {facts.length === 0 ? null : (
        <details>
          <summary>Measured</summary>
          <dl class="facts">
            {facts.map(([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
