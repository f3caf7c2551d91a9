/**
 * A task's log as people read it: one line per file with its attempts folded, one per delivery with its repeats, and
 * nothing of our own bookkeeping. Pure.
 */
import type { TaskEvent } from "../../../core/task/event.ts";
import { eventWords, fileName, type EventWords } from "./event-words.ts";
import { byteWords, capitalized, counted } from "../frame/words.ts";
import { whyNotKept } from "../task/why-not-kept.ts";

export interface LoggedEvent {
  readonly event: TaskEvent;
  readonly body: string | null;
  /** Its row of the log, from 1. */
  readonly seq: number;
}

export interface Line extends EventWords {
  readonly first: LoggedEvent;
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

export function peopleLines(events: readonly LoggedEvent[], trackName: TrackName): readonly Line[] {
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
  return lines.flatMap((line) => ("event" in line ? [lineOf(line, trackName)] : fileLine(line, trackName)));
}

export function lineOf(logged: LoggedEvent, trackName: TrackName): Line {
  return { ...eventWords(logged.event, trackName), first: logged, folded: [] };
}

function isOfFile(event: TaskEvent): event is FileEvent {
  return "file" in event && "trackId" in event;
}

function fileLine(group: readonly LoggedEvent[], trackName: TrackName): readonly Line[] {
  const [first] = group;
  const last = group.at(-1)?.event;
  if (first === undefined || last === undefined || !isOfFile(last)) return [];
  const tries = group.filter(({ event }) => event.type === "copy_started").length;
  const after = tries > 1 ? ` after ${counted(tries, "try").replace("trys", "tries")}` : "";
  const name = capitalized(fileName(last, trackName));
  const attempt = { number: 0 };
  const folded = group.map(({ event, seq }) => ({ ...attemptWords(event, attempt, trackName), at: event.at, seq }));
  return [{ ...endWords(last, name, after), first, folded: group.length > 2 ? folded : [] }];
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

/** Attempts are numbered for each file. */
function attemptWords(event: TaskEvent, attempt: { number: number }, trackName: TrackName): EventWords {
  if (event.type === "copy_started") {
    attempt.number += 1;
    return { text: `Try ${attempt.number}, from ${event.host}.`, tone: "plain" };
  }
  if (event.type === "copy_failed") return { text: `Failed: ${whyNotKept(event.reason).what}.`, tone: "bad" };
  return eventWords(event, trackName);
}
