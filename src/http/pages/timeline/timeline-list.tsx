/** Every event of a task in words, with what the provider sent one click away. Pure. */
import type { TaskEvent } from "../../../core/task/event.ts";
import { timelineEvent } from "../../../core/view/timeline.ts";
import { isoTime } from "../../../core/view/view.ts";
import { lineOf, peopleLines } from "./timeline-lines.ts";
import { byteWords, spanWords, utcWords } from "../frame/words.ts";

export interface TimelinePart {
  readonly taskId: string;
  readonly createdAt: string;
  /** In the order of the page. */
  readonly trackIds: readonly string[];
  /** Rows of the log are numbered from 1; the first one shown is the one after this. */
  readonly after: number;
  readonly events: readonly { readonly event: TaskEvent; readonly body: string | null }[];
  /** Our own bookkeeping too, an event a line. */
  readonly everything: boolean;
  /** The last one shown, where more follow. */
  readonly next: number | null;
}

export function TimelineList({ taskId, createdAt, trackIds, after, events, everything, next }: TimelinePart) {
  const trackName = (trackId: string): string => {
    const index = trackIds.indexOf(trackId);
    return index === -1 ? `take ${trackId}` : `take ${index + 1}`;
  };
  const logged = events.map(({ event, body }, index) => ({ event, body, seq: after + index + 1 }));
  const lines = everything
    ? logged.map((one) => lineOf(one, trackName, true))
    : peopleLines(logged, trackName, next !== null);
  const since = (at: number): string => `+${spanWords(Math.max(0, at - Date.parse(createdAt)))}`;
  return (
    <>
      <ol class="timeline">
        {lines.map(({ text, tone, first: { event, body, seq }, last, folded }) => (
          <li id={`event-${seq}`} data-tone={tone}>
            <time datetime={isoTime(last.event.at)} title={utcWords(isoTime(last.event.at))}>
              {since(last.event.at)}
            </time>
            <div>
              <p>{text}</p>
              {folded.length === 0 ? null : (
                <details>
                  <summary>Each try</summary>
                  <ol class="tries">
                    {folded.map((one) => (
                      <li data-tone={one.tone}>
                        {since(one.at)} {one.text}
                      </li>
                    ))}
                  </ol>
                </details>
              )}
              {body === null ? null : <Payload taskId={taskId} event={event} body={body} seq={seq} />}
            </div>
          </li>
        ))}
      </ol>
      <p class="hint">
        {everything ? (
          <a href={`/tasks/${taskId}#timeline`}>What matters</a>
        ) : (
          <a href={`/tasks/${taskId}?everything=yes#timeline`}>Everything</a>
        )}
      </p>
      {next === null ? null : (
        <p>
          <a href={`/tasks/${taskId}?after=${next}${everything ? "&everything=yes" : ""}#timeline`}>Later events</a>
        </p>
      )}
    </>
  );
}

interface PayloadProps {
  readonly taskId: string;
  readonly event: TaskEvent;
  readonly body: string;
  readonly seq: number;
}

/** The token of a callBackUrl never stands on a page that shows a task. */
function Payload({ taskId, event, body, seq }: PayloadProps) {
  const { body: json } = timelineEvent(event, body);
  const text = typeof json === "string" ? json : JSON.stringify(json, null, 2);
  const isCallback = event.type === "observed" && event.via === "callback";
  return (
    <details>
      <summary>What was sent, {byteWords(body.length)}</summary>
      <p class="links">
        <a href={`/tasks/${taskId}/events?cursor=${seq - 1}&limit=1`} download={`${taskId}-event-${seq}.json`}>
          Download
        </a>
        {isCallback ? (
          <button type="button" class="quiet" data-curl={`payload-${seq}`} hidden>
            Copy as curl
          </button>
        ) : null}
      </p>
      <pre id={`payload-${seq}`} tabindex={0}>
        {text}
      </pre>
    </details>
  );
}
