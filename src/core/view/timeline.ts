/**
 * The log as its readers see it: every delivery with its verdict and body, every copy attempt with its reason.
 *
 * Pure. A body is shown as parsed JSON; one that is nested too deeply to be written again is shown as text.
 */
import { shownSource } from "../audio/findings/source-report.ts";
import type { TaskEvent } from "../task/event.ts";
import { isoTime } from "./view.ts";

const MAX_DEPTH = 200;

export type TimelineEvent = { readonly at: string; readonly type: TaskEvent["type"] } & Readonly<
  Record<string, unknown>
>;

/** `body` is the stored text of a delivery, null for other events. */
export function timelineEvent(event: TaskEvent, body: string | null): TimelineEvent {
  const at = isoTime(event.at);
  switch (event.type) {
    case "observed": {
      const { type, via, verdict, sha256, times, observation } = event;
      const { kind, failure, tracksDropped, tracks, files = [] } = observation;
      const sent = [
        ...tracks.map(({ id, refusedLink: reason }) => ({ id, reason })),
        ...files.map(({ name: id, refused: reason }) => ({ id, reason })),
      ];
      const refusedLinks = sent.filter(({ reason }) => reason !== undefined);
      const lastAt = isoTime(event.lastAt);
      const refused = refusedLinks.length === 0 ? {} : { refusedLinks };
      return {
        at,
        type,
        lastAt,
        times,
        via,
        verdict,
        sha256,
        kind,
        failure,
        tracksDropped,
        ...refused,
        body: shown(body),
      };
    }
    case "overflowed":
    case "polled":
    case "recovery_polled":
    case "notify_failed":
      return { ...event, at, lastAt: isoTime(event.lastAt) };
    case "copy_started":
    case "copied":
    case "copy_failed":
    case "file_gone":
    case "lost":
    case "recovery_asked":
    case "recovery_called":
    case "recovery_started":
    case "recovery_ended":
    case "assess_started":
    case "assessed":
    case "assess_asked":
    case "abandoned":
    case "adopted":
    case "retried":
    case "stalled":
    case "usual":
    case "published":
    case "swept":
    case "effect_failed":
    case "notified":
    case "notify_ended":
    case "notify_asked":
    case "chosen":
    case "ignored":
      return { ...event, at };
    case "submitted":
      return { ...event, at, ...(event.source === undefined ? {} : { source: shownSource(event.source) }) };
  }
}

function shown(body: string | null): unknown {
  if (body === null || depthOf(body) > MAX_DEPTH) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** How deep the brackets go; those inside of strings do not count. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const char = json[index];
    if (char === '"') inString = !inString;
    else if (inString) index += char === "\\" ? 1 : 0;
    else if (char === "{" || char === "[") deepest = Math.max(deepest, (depth += 1));
    else if (char === "}" || char === "]") depth -= 1;
  }
  return deepest;
}
