/**
 * How a task changes.
 *
 * A task is a fold over its log. Callbacks come twice, late, out of order, or not at all; none of that shows in the
 * result, because the fold only collects: observations by content, copy progress by file and link.
 *
 * Pure: no I/O and no clock. Times are epoch milliseconds.
 */
import type { Copied, Observed, Polled, TaskEvent } from "./event.ts";
import { withNotice } from "./notice-progress.ts";
import { concerns, isSettled } from "./stage.ts";
import { copyKey, forgiven, lossKey, newTask, progressOf, type LinkProgress, type Task } from "./task.ts";
import { messageKey } from "./trust.ts";

/** The next state. An `observed` or `overflowed` that is known already is a newer count of the same row. */
export function reduce(task: Task, event: TaskEvent): Task {
  const next = { ...collect(task, event), lastEventAt: Math.max(task.lastEventAt, lastSeen(event)) };
  if (!changesView(task, event)) return next;
  const changed = { ...next, version: task.version + 1, updatedAt: event.at };
  const settledAt = isSettled(changed) ? (task.settledAt ?? event.at) : null;
  const turns = (settledAt === null) !== (task.settledAt === null);
  return { ...changed, settledAt, turned: turns ? { at: event.at, version: changed.version } : task.turned };
}

/** The whole log of a task, in its order; null for an empty one. */
export function fold(taskId: string, events: readonly TaskEvent[]): Task | null {
  const [first] = events;
  return first === undefined ? null : events.reduce(reduce, newTask(taskId, first.at));
}

function collect(task: Task, event: TaskEvent): Task {
  switch (event.type) {
    case "observed":
      return { ...task, ref: task.ref ?? event.ref ?? null, observations: withObservation(task.observations, event) };
    case "overflowed":
      return { ...task, overflow: { count: event.count, lastAt: event.lastAt } };
    case "copy_started": {
      const link = progressOf(task, event);
      const firstUnansweredAt = link.unanswered === 0 ? event.at : link.firstUnansweredAt;
      const started = {
        ...link,
        starts: link.starts + 1,
        unanswered: link.unanswered + 1,
        firstUnansweredAt,
        cutAt: link.unanswered === 0 ? link.cutAt : link.lastAt,
        lastAt: event.at,
      };
      return {
        ...task,
        attempts: Math.max(task.attempts, event.attempt),
        progress: withEntry(task.progress, copyKey(event), started),
      };
    }
    case "copied":
      return {
        ...task,
        progress: withEntry(task.progress, copyKey(event), { ...answered(task, event), reason: null, dead: false }),
        stored: withEntry(task.stored, copyKey(event), event),
        assessments: event.assess === "full" ? asPending(task, event) : task.assessments,
      };
    case "copy_failed": {
      const { deaths, diedAt, failures, ...link } = answered(task, event);
      const failed = {
        ...link,
        failures: failures + 1,
        deaths: deaths + Number(event.dead),
        diedAt: event.dead ? event.at : diedAt,
        reason: event.reason,
        dead: event.dead,
      };
      return { ...task, progress: withEntry(task.progress, copyKey(event), failed) };
    }
    case "lost":
      return { ...task, losses: withEntry(task.losses, lossKey(event.file, event.trackId), event) };
    case "assess_started": {
      const known = task.assessments.get(event.sha256);
      const starts = (known?.starts ?? 0) + 1;
      const started = { pending: true, starts, lastAt: event.at, result: known?.result ?? null };
      return { ...task, assessments: withEntry(task.assessments, event.sha256, started) };
    }
    case "assessed": {
      const done = { pending: false, starts: 0, lastAt: event.at, result: event };
      return { ...task, assessments: withEntry(task.assessments, event.sha256, done) };
    }
    case "assess_asked":
      return { ...task, assessments: allPending(task, event.at) };
    case "abandoned":
      return { ...task, abandonedAt: event.at };
    case "published": {
      const { version, settled, at } = event;
      const feared = Math.max(event.againAt ?? 0, task.published?.againAt ?? 0);
      const published = { version, settled, at, againAt: feared > at ? feared : null };
      return { ...task, published, effectFailures: without(task.effectFailures, "publish") };
    }
    case "swept":
      return { ...task, sweptAttempts: event.attempts, effectFailures: without(task.effectFailures, "sweep") };
    case "effect_failed": {
      const count = (task.effectFailures.get(event.effect)?.count ?? 0) + 1;
      return { ...task, effectFailures: withEntry(task.effectFailures, event.effect, { count, lastAt: event.at }) };
    }
    case "submitted":
      if (task.request !== null) return task;
      return { ...task, ref: task.ref ?? event.ref, request: event.request, source: event.source ?? null };
    case "adopted":
      return { ...task, adopted: true };
    case "polled":
      return { ...task, polls: withEntry(task.polls, event.result, counted(task.polls.get(event.result), event)) };
    case "retried":
      return withoutFailures({ ...task, retriedAt: event.at });
    case "stalled":
      return { ...task, stalledAt: event.at, effectFailures: without(task.effectFailures, "stall") };
    case "usual":
      return { ...task, usualSilenceMs: event.silenceMs, effectFailures: without(task.effectFailures, "stall") };
    case "notified":
    case "notify_failed":
    case "notify_ended":
    case "notify_asked":
      return withNotice(task, event);
    case "ignored":
      return { ...task, ignored: task.ignored + 1 };
  }
}

/** Repeats, other products' callbacks and our own bookkeeping show in the timeline, not in the view. */
function changesView(task: Task, event: TaskEvent): boolean {
  switch (event.type) {
    case "observed": {
      const known = task.observations.some((other) => messageKey(other) === messageKey(event));
      return !known && (task.version === 0 || concerns(task, event));
    }
    case "copy_started":
    case "copied":
    case "copy_failed":
    case "lost":
    case "assessed":
    case "assess_asked":
    case "abandoned":
    case "submitted":
    case "adopted":
    case "retried":
    case "stalled":
      return true;
    case "polled":
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

function withObservation(observations: readonly Observed[], event: Observed): readonly Observed[] {
  const known = observations.findIndex((other) => messageKey(other) === messageKey(event));
  if (known === -1) return [...observations, event];
  return observations.map((other, index) =>
    index === known
      ? {
          ...other,
          at: Math.min(other.at, event.at),
          lastAt: Math.max(other.lastAt, event.lastAt),
          times: Math.max(other.times, event.times),
        }
      : other,
  );
}

/** As its row holds it: what was said the first time, and newer counts. */
function counted(known: Polled | undefined, { lastAt, times, ...event }: Polled): Polled {
  return { ...(known ?? event), lastAt, times };
}

/** Failures, losses and polls count anew; what is stored stays stored. */
function withoutFailures(task: Task): Task {
  const anew = new Map([...task.progress].map(([key, link]) => [key, forgiven(link)] as const));
  return { ...task, progress: anew, losses: new Map(), polls: new Map(), abandonedAt: null, stalledAt: null };
}

/** Once for each file's bytes, however often they are copied. */
function asPending({ assessments }: Task, { sha256, at }: Copied): Task["assessments"] {
  if (assessments.has(sha256)) return assessments;
  return withEntry(assessments, sha256, { pending: true, starts: 0, lastAt: at, result: null });
}

function allPending({ stored, assessments }: Task, at: number): Task["assessments"] {
  const kept = [...stored.values()].filter(({ file }) => file === "audio");
  const anew = kept.map(({ sha256 }) => {
    const result = assessments.get(sha256)?.result ?? null;
    return [sha256, { pending: true, starts: 0, lastAt: at, result }] as const;
  });
  return new Map([...assessments, ...anew]);
}

function answered(task: Task, event: Extract<TaskEvent, { type: "copied" | "copy_failed" }>): LinkProgress {
  return { ...progressOf(task, event), unanswered: 0, firstUnansweredAt: 0, lastAt: event.at };
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([name]) => name !== key));
}

/** A redelivery or an overflow raises `lastAt` of a row that keeps its first `at`. */
function lastSeen(event: TaskEvent): number {
  return "lastAt" in event ? Math.max(event.at, event.lastAt) : event.at;
}
