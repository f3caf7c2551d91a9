/** What each event adds to the facts that are known of a task. Nothing that follows from them is here. Pure. */
import type { Copied, Observed, Polled, TaskEvent } from "./event.ts";
import { byLength } from "./length.ts";
import { withNotice } from "./notice-progress.ts";
import { copyKey, forgiven, lossKey, progressOf, type LinkProgress, type Recovery, type Task } from "./task.ts";
import { isSameMessage } from "./trust.ts";

export function collect(task: Task, event: TaskEvent): Task {
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
      const name = lossKey(event.file, event.trackId);
      const last = Math.max(task.lastAttempts.get(name) ?? 0, event.attempt);
      return {
        ...task,
        attempts: task.attempts + 1,
        lastAttempts: withEntry(task.lastAttempts, name, last),
        progress: withEntry(task.progress, copyKey(event), started),
      };
    }
    case "copied": {
      const link = answered(task, event);
      // What failed before says nothing of a file that comes. A last resort is no success.
      const healed = event.lastResort === undefined ? forgiven(link) : link;
      const copied = { ...healed, reason: null, dead: false, copies: link.copies + 1 };
      return {
        ...task,
        progress: withEntry(task.progress, copyKey(event), copied),
        stored: withCopy(task.stored, event),
        assessments: event.assess === "full" ? asPending(task, event) : task.assessments,
      };
    }
    case "copy_failed": {
      const { deaths, failures, firstFailedAt, ...link } = answered(task, event);
      const failed = {
        ...link,
        failures: failures + 1,
        firstFailedAt: failures === 0 ? event.at : firstFailedAt,
        failedAt: event.at,
        deaths: deaths + Number(event.dead),
        reason: event.reason,
        dead: event.dead,
      };
      const progress = withEntry(task.progress, copyKey(event), failed);
      const [code = ""] = event.reason.split(":");
      const failedCopies = withEntry(task.failedCopies, code, (task.failedCopies.get(code) ?? 0) + 1);
      if (event.cut === undefined) return { ...task, progress, failedCopies };
      const { file, trackId, attempt, reason } = event;
      const cut = { ...event.cut, file, trackId, link: event.link, attempt, reason };
      return { ...task, progress, failedCopies, cuts: withEntry(task.cuts, copyKey(event), cut) };
    }
    case "file_gone": {
      const { sha256 } = [...task.stored.values()].find(({ key }) => key === event.key) ?? {};
      return {
        ...task,
        stored: withoutKeys(task.stored, [event.key]),
        cuts: withoutKeys(task.cuts, [event.key]),
        progress: withEntry(task.progress, copyKey(event), forgiven(progressOf(task, event))),
        // What was drawn of the file may be gone with it.
        assessments: sha256 === undefined ? task.assessments : without(task.assessments, sha256),
      };
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
      return { ...task, abandonedAt: event.at, abandonedWhy: event.why ?? null };
    case "published": {
      const { version, settled, at } = event;
      const feared = Math.max(event.againAt ?? 0, task.published?.againAt ?? 0);
      const published = { version, settled, at, againAt: feared > at ? feared : null };
      return { ...task, published, effectFailures: without(task.effectFailures, "publish") };
    }
    case "swept":
      return {
        ...task,
        sweptAttempts: event.attempts,
        stored: withoutKeys(task.stored, event.keys),
        cuts: withoutKeys(task.cuts, event.keys),
        effectFailures: without(task.effectFailures, "sweep"),
      };
    case "effect_failed": {
      const count = (task.effectFailures.get(event.effect)?.count ?? 0) + 1;
      return { ...task, effectFailures: withEntry(task.effectFailures, event.effect, { count, lastAt: event.at }) };
    }
    case "submitted":
      if (task.request !== null) return task;
      return {
        ...task,
        ref: task.ref ?? event.ref,
        request: event.request,
        source: event.source ?? null,
        host: event.host ?? task.host,
      };
    case "adopted":
      return { ...task, adopted: event.product ?? "music", host: task.host ?? event.host ?? null };
    case "recovery_asked": {
      const { by, origin, at } = event;
      const asked = { state: "asked", by, origin, recoveryId: null, at, lastAt: at, asked: 0, reason: null } as const;
      return { ...task, recovery: asked };
    }
    case "recovery_called":
    case "recovery_started":
    case "recovery_polled":
    case "recovery_ended":
      return { ...task, recovery: task.recovery === null ? null : recoveryAfter(task.recovery, event) };
    case "polled": {
      const field = event.claim === true ? "claimPolls" : "polls";
      const before = task[field];
      return { ...task, [field]: withEntry(before, event.result, counted(before.get(event.result), event)) };
    }
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
    case "chosen":
      return { ...task, chosen: event.trackId };
    case "ignored":
      return { ...task, ignored: task.ignored + 1 };
  }
}

function withObservation(observations: readonly Observed[], event: Observed): readonly Observed[] {
  const known = observations.findIndex((other) => isSameMessage(other, event));
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

/** Failures, losses and polls are counted from zero; what is stored stays stored. */
function withoutFailures(task: Task): Task {
  const forgivenLinks = new Map([...task.progress].map(([key, link]) => [key, forgiven(link)] as const));
  return {
    ...task,
    progress: forgivenLinks,
    losses: new Map(),
    polls: new Map(),
    claimPolls: new Map(),
    abandonedAt: null,
    abandonedWhy: null,
    stalledAt: null,
  };
}

/**
 * What a link gave before stays where it gives less now, and counts as seen again. The other one is of no link: it waits
 * for the sweep, as readers may have been told of it.
 */
function withCopy(stored: Task["stored"], copied: Copied): Task["stored"] {
  const name = copyKey(copied);
  const known = stored.get(name);
  if (known === undefined || known.key === copied.key) return withEntry(stored, name, copied);
  const isLonger = known.lastResort === undefined && byLength(known, copied) < 0;
  const [kept, other] = isLonger ? [{ ...known, at: copied.at }, copied] : [copied, known];
  return withEntry(withEntry(stored, name, kept), `${name} ${other.attempt}`, other);
}

/** Once for each file's bytes, however often they are copied. */
function asPending({ assessments }: Task, { sha256, at }: Copied): Task["assessments"] {
  if (assessments.has(sha256)) return assessments;
  return withEntry(assessments, sha256, { pending: true, starts: 0, lastAt: at, result: null });
}

function allPending({ stored, assessments }: Task, at: number): Task["assessments"] {
  const kept = [...stored.values()].filter(({ file }) => file === "audio");
  const pending = kept.map(({ sha256 }) => {
    const result = assessments.get(sha256)?.result ?? null;
    return [sha256, { pending: true, starts: 0, lastAt: at, result }] as const;
  });
  return new Map([...assessments, ...pending]);
}

function answered(task: Task, event: Extract<TaskEvent, { type: "copied" | "copy_failed" }>): LinkProgress {
  return { ...progressOf(task, event), unanswered: 0, firstUnansweredAt: 0, lastAt: event.at };
}

function recoveryAfter(
  recovery: Recovery,
  event: Extract<TaskEvent, { type: "recovery_called" | "recovery_started" | "recovery_polled" | "recovery_ended" }>,
): Recovery {
  switch (event.type) {
    case "recovery_called":
      return { ...recovery, state: "called", lastAt: event.at };
    case "recovery_started": {
      // Its callback may come before the answer that names it.
      const state = recovery.state === "called" ? "running" : recovery.state;
      return { ...recovery, state, recoveryId: event.recoveryId, lastAt: event.at };
    }
    case "recovery_polled":
      return { ...recovery, asked: event.times, lastAt: event.lastAt };
    case "recovery_ended":
      if (recovery.state === "done") return recovery;
      return { ...recovery, state: event.reason === null ? "done" : "failed", reason: event.reason, lastAt: event.at };
  }
}

function withoutKeys<V extends { readonly key: string }>(
  files: ReadonlyMap<string, V>,
  keys: readonly string[] = [],
): ReadonlyMap<string, V> {
  return keys.length === 0 ? files : new Map([...files].filter(([, { key }]) => !keys.includes(key)));
}

/** The maps that the fold under way has made: nobody else has seen them, so they grow in place. */
let ownMaps: WeakSet<object> | null = null;

export function growingInPlace<T>(fold: () => T): T {
  ownMaps = new WeakSet();
  try {
    return fold();
  } finally {
    ownMaps = null;
  }
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  const own = isOwn(map) ? map : new Map(map);
  ownMaps?.add(own);
  return own.set(key, value);
}

function isOwn<V>(map: ReadonlyMap<string, V>): map is Map<string, V> {
  return ownMaps?.has(map) === true;
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([name]) => name !== key));
}
