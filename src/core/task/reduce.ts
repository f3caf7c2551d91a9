/**
 * How a task changes.
 *
 * A task is a fold over its log. Callbacks come twice, late, out of order, or not at all; none of that shows in the
 * result, because the fold only collects: observations by content, copy progress by file and link.
 *
 * Pure: no I/O and no clock. Times are epoch milliseconds.
 */
import { collect, growingInPlace } from "./collect.ts";
import type { Observed, TaskEvent } from "./event.ts";
import { isMusic } from "./product.ts";
import { concerns, isSettled } from "./stage.ts";
import { newTask, type Task } from "./task.ts";
import { effective, isSameMessage } from "./trust.ts";

/** The next state. An `observed` or `overflowed` that is known already is a newer count of the same row. */
export function reduce(task: Task, event: TaskEvent): Task {
  const next = { ...collect(task, event), lastEventAt: Math.max(task.lastEventAt, lastSeen(event)) };
  if (!changesView(task, event)) return next;
  const changed = { ...next, version: task.version + 1, updatedAt: event.at };
  const settledAt = isSettledAfter(task, changed, event) ? (task.settledAt ?? event.at) : null;
  // What was looked up to know it is known of this state.
  if ((settledAt === null) === (task.settledAt === null)) return changed;
  return { ...changed, settledAt, turned: { at: event.at, version: changed.version } };
}

/** The whole log of a task, in its order; null for an empty one. */
export function fold(taskId: string, events: readonly TaskEvent[]): Task | null {
  const [first] = events;
  if (first === undefined) return null;
  return growingInPlace(() => events.reduce(reduce, newTask(taskId, first.at)));
}

/** Nothing that is only noted settles a task or opens it again. */
const TURNING: ReadonlySet<TaskEvent["type"]> = new Set<TaskEvent["type"]>([
  "observed",
  "copied",
  "file_gone",
  "lost",
  "abandoned",
  "retried",
  // A file that turns out to be faulty gives way to another.
  "assess_asked",
  "assess_started",
  "assessed",
  // They say that it is music.
  "submitted",
  "adopted",
]);

/** To know it takes all tracks, so the cheap answers come first. */
function isSettledAfter(before: Task, after: Task, { type }: TaskEvent): boolean {
  // An attempt matters only where it may replace what is kept.
  const isAttempt = after.stored.size > 0 && (type === "copy_started" || type === "copy_failed");
  if (!isAttempt && !TURNING.has(type)) return before.settledAt !== null;
  const untouched = after.stored.size === 0 && after.losses.size === 0;
  // A file that was neither kept nor given up is open.
  return untouched && isMusic(after) && hasEarlyLink(after) ? false : isSettled(after);
}

/** Tracks of the first message are never pushed out by later ones, so a link in it is one of the task. */
function hasEarlyLink({ observations }: Task): boolean {
  const [first, ...rest] = effective(observations);
  if (first === undefined) return false;
  const earliest = rest.reduce((known, other) => (isEarlier(other, known) ? other : known), first);
  return earliest.observation.tracks.some(({ audioLink }) => audioLink !== null);
}

function isEarlier(a: Observed, b: Observed): boolean {
  return a.at < b.at || (a.at === b.at && a.sha256 < b.sha256);
}

/** Repeats, other products' callbacks and our own bookkeeping show in the timeline, not in the view. */
function changesView(task: Task, event: TaskEvent): boolean {
  switch (event.type) {
    case "observed": {
      const known = task.observations.some((other) => isSameMessage(other, event));
      return !known && (task.version === 0 || concerns(task, event));
    }
    case "copy_started":
    case "copied":
    case "copy_failed":
    case "file_gone":
    case "lost":
    case "recovery_asked":
    case "recovery_called":
    case "recovery_started":
    case "recovery_ended":
    case "assessed":
    case "assess_asked":
    case "abandoned":
    case "submitted":
    case "adopted":
    case "retried":
    case "stalled":
    case "chosen":
      return true;
    case "polled":
    case "recovery_polled":
    case "usual":
    case "assess_started":
    case "overflowed":
    case "published":
    case "swept":
    case "effect_failed":
    case "notified":
    case "notify_failed":
    case "notify_ended":
    case "notify_asked":
    case "ignored":
      return false;
  }
}

/** A redelivery or an overflow raises `lastAt` of a row that keeps its first `at`. */
function lastSeen(event: TaskEvent): number {
  return "lastAt" in event ? Math.max(event.at, event.lastAt) : event.at;
}
