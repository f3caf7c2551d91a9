/** What is new about a task since it was looked at last, a line for each delivery, copy and whatever else counts. Pure. */
import * as z from "zod";
import { readEvent, type NoticeKind, type TaskEvent } from "../core/task/event.ts";
import { eventWords } from "../http/pages/timeline/event-words.ts";
import { reasonWords } from "../http/pages/frame/words.ts";

/** As `GET /tasks/:id/events` of any release tells it: what is not known here is passed over. */
export const tailedEvent = z.looseObject({
  type: z.string(),
  at: z.string(),
  trackId: z.string().nullish(),
  /** Of what is counted: how often it came, and when last. */
  times: z.int().default(1),
  lastAt: z.string().optional(),
  /** Of deliveries. */
  via: z.string().optional(),
  kind: z.string().optional(),
  failure: z.object({ reason: z.string() }).nullish(),
});
export type TailedEvent = z.infer<typeof tailedEvent>;

export interface TailLine {
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
  /** What Backline would tell NOTIFY_URL of it. */
  readonly notice: { readonly kind: NoticeKind; readonly trackId: string | null } | null;
}

/** How often each row of a timeline had come, in its order. */
export type Seen = readonly number[];

/** Bookkeeping, and what is only the beginning of something else. */
const PASSED_OVER: ReadonlySet<string> = new Set<TaskEvent["type"]>([
  "published",
  "swept",
  "usual",
  "copy_started",
  "assess_started",
  "recovery_called",
  "recovery_polled",
  "notified",
  "overflowed",
  "ignored",
]);

/** `until`: what came later counts as not seen. */
export function seenOf(events: readonly TailedEvent[], until: string | null = null): Seen {
  return events.map(({ times, at, lastAt = at }) => (until === null || lastAt <= until ? times : 0));
}

/** Rows are only ever added; one that comes again counts up. */
export function newLines(
  events: readonly TailedEvent[],
  seen: Seen,
  trackName: (trackId: string) => string,
): readonly TailLine[] {
  return events.flatMap((event, index) => (event.times > (seen[index] ?? 0) ? (lineOf(event, trackName) ?? []) : []));
}

function lineOf(event: TailedEvent, trackName: (trackId: string) => string): TailLine | null {
  const { type, at: firstAt, times, lastAt: at = firstAt, ...data } = event;
  if (type === "observed") {
    const what = event.failure == null ? event.kind : `failed (${reasonWords(event.failure.reason)})`;
    const who = event.via === "poll" ? "The provider's record" : "Delivery";
    return { at, text: `${who}: ${what}${times > 1 ? `, ${times} times by now` : ""}.`, notice: null };
  }
  const isIdle = event["result"] === "unchanged" || (type === "assessed" && event["outcome"] === "done");
  if (PASSED_OVER.has(type) || isIdle) return null;
  const counted = event.lastAt === undefined ? {} : { times, lastAt: Date.parse(at) };
  const read = readEvent(type, Date.parse(firstAt), { ...data, ...counted });
  return read.type === "ignored" ? null : { at, text: eventWords(read, trackName).text, notice: noticeOf(read) };
}

function noticeOf(event: TaskEvent): TailLine["notice"] {
  if (event.type === "copied" && event.file === "audio") return { kind: "track.stored", trackId: event.trackId };
  return event.type === "stalled" ? { kind: "task.stalled", trackId: null } : null;
}
