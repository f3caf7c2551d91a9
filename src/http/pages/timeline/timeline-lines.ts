/**
 * A task's log as people read it: one line per file with its attempts folded, one per delivery with its repeats, and
 * nothing of our own bookkeeping. Pure.
 */
import type { TaskEvent } from "../../../core/task/event.ts";
import { eventWords, fileName, type EventWords } from "./event-words.ts";
import { byteWords, capitalized } from "../frame/words.ts";
import { whyNotKept } from "../task/why-not-kept.ts";

export interface LoggedEvent {
  readonly event: TaskEvent;
  readonly body: string | null;
  /** Its row of the log, from 1. */
  readonly seq: number;
}

export interface Line extends EventWords {
  readonly first: LoggedEvent;
  /** The event that the words are of: the line stands at its time. */
  readonly last: LoggedEvent;
  /** What is folded into the line, where that is more than itself. */
  readonly folded: readonly (EventWords & { readonly at: number; readonly seq: number })[];
}

type FileEvent = Extract<TaskEvent, { file: string; trackId: string }>;
type TrackName = (trackId: string) => string;

/** What only tells how the work is done. */
const BOOKKEEPING: ReadonlySet<TaskEvent["type"]> = new Set<TaskEvent["type"]>([
  "published",
  "swept",
  "usual",
  "assess_started",
  "effect_failed",
  "recovery_called",
  "ignored",
]);

/** `hasLater`: these are not the newest events, so no file stands as the last of them says. */
export function peopleLines(events: readonly LoggedEvent[], trackName: TrackName, hasLater = false): readonly Line[] {
  const files = new Map<string, LoggedEvent[]>();
  const lines: (LoggedEvent | readonly LoggedEvent[])[] = [];
  for (const logged of events) {
    const { event } = logged;
    if (BOOKKEEPING.has(event.type) || (event.type === "assessed" && event.outcome === "done")) continue;
    if (!isOfFile(event)) {
      lines.push(logged);
      continue;
    }
    const name = `${event.file} ${event.trackId}`;
    const known = files.get(name);
    if (known !== undefined) known.push(logged);
    else {
      const begun = [logged];
      files.set(name, begun);
      lines.push(begun);
    }
  }
  return lines
    .flatMap((line) => ("event" in line ? [lineOf(line, trackName, false)] : fileLine(line, trackName, hasLater)))
    .toSorted((one, other) => one.last.seq - other.last.seq);
}

export function lineOf(logged: LoggedEvent, trackName: TrackName, proven: boolean): Line {
  return { ...eventWords(logged.event, trackName, proven), first: logged, last: logged, folded: [] };
}

function isOfFile(event: TaskEvent): event is FileEvent {
  return "file" in event && "trackId" in event;
}

function fileLine(group: readonly LoggedEvent[], trackName: TrackName, hasLater: boolean): readonly Line[] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined || !isOfFile(last.event)) return [];
  const { event: end } = last;
  // Attempts are numbered for each file, over all pages.
  const attempts = group.flatMap(({ event }) => ("attempt" in event ? event.attempt : []));
  const to = Math.max(0, ...attempts);
  const from = Math.min(to, ...attempts);
  const name = capitalized(fileName(end, trackName));
  const words = hasLater ? laterWords(end, name, from === to ? `try ${to}` : `tries ${from} to ${to}`) : null;
  const folded = group.map(({ event, seq }) => ({ ...attemptWords(event, trackName), at: event.at, seq }));
  const after = to > 1 ? ` after ${to} tries` : "";
  return [{ ...(words ?? endWords(end, name, after)), first, last, folded: group.length > 2 ? folded : [] }];
}

/** Of a file whose next events stand on another page; null where it came to an end. */
function laterWords(last: FileEvent, name: string, tries: string): EventWords | null {
  if (last.type === "copy_failed")
    return { text: `${name} was not kept in ${tries}: ${whyNotKept(last.reason).what}.`, tone: "bad" };
  return last.type === "copy_started" ? { text: `${name} was being copied, ${tries}.`, tone: "plain" } : null;
}

function endWords(last: FileEvent, name: string, after: string): EventWords {
  switch (last.type) {
    case "copied":
      return { text: `${name} kept${after}: ${byteWords(last.bytes)}.`, tone: "good" };
    case "lost":
      return { text: `${name} could not be kept${after}: ${whyNotKept(last.reason).what}.`, tone: "bad" };
    case "copy_failed":
      return { text: `${name} is not kept yet${after}: ${whyNotKept(last.reason).what}.`, tone: "bad" };
    case "file_gone":
      return { text: `${name} is gone from R2 and is fetched again.`, tone: "bad" };
    case "copy_started":
      return { text: `${name} is being copied${after}.`, tone: "plain" };
  }
}

function attemptWords(event: TaskEvent, trackName: TrackName): EventWords {
  if (event.type === "copy_started") return { text: `Try ${event.attempt}, from ${event.host}.`, tone: "plain" };
  if (event.type === "copy_failed") return { text: `Failed: ${whyNotKept(event.reason).what}.`, tone: "bad" };
  return eventWords(event, trackName);
}
