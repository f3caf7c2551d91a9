/**
 * One run of a task's alarm: do what is due, until nothing is or the time is up, then arm for the rest.
 *
 * A plain function over a small `Deps`: the object only wires it, and a simulation can run a task's life in memory
 * and crash it at every `await`. What to do is read off the state after each effect, so nothing here remembers.
 */
import { due, effectName, type Effect } from "../core/agenda.ts";
import type { EventBody, FileKind } from "../core/event.ts";
import type { Pace } from "../core/pace.ts";
import type { Task } from "../core/task.ts";

export type CopyOutcome =
  | {
      readonly stored: true;
      readonly key: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly contentType: string;
    }
  | { readonly stored: false; readonly reason: string; readonly dead: boolean };

export interface CopyOrder {
  readonly taskId: string;
  readonly trackId: string;
  readonly file: FileKind;
  readonly attempt: number;
  /** The link itself; the log holds its hash. */
  readonly url: string;
  readonly linkHash: string;
}

export interface Deps {
  readonly pace: Pace;
  readonly now: () => number;
  readonly task: () => Task;
  /** Appends and folds, at once. */
  readonly record: (event: EventBody) => void;
  readonly copy: (order: CopyOrder, signal: AbortSignal) => Promise<CopyOutcome>;
  readonly publish: (task: Task) => Promise<void>;
  /** Deletes what no event names among the keys of attempts up to this one; returns how many. */
  readonly sweep: (task: Task) => Promise<number>;
  /** Secures a successor, should this run die. */
  readonly lease: (ms: number) => Promise<void>;
  /** Arms for the state as it is in this instant, and ends the run for all who ask. */
  readonly rearm: () => Promise<void>;
  /** Resolves when something else than this run recorded an event, or after `ms`, or when the signal aborts. */
  readonly news: (ms: number, signal: AbortSignal) => Promise<void>;
}

const LEASE_MS = 30_000;
const RENEW_AFTER_MS = 20_000;
const RUN_MS = 240_000;
const MAX_COPIES = 4;

/** Rejects only where the successor could not be secured, or the log could not be written: the platform's retry is then the only one. */
export async function runAlarm(deps: Deps): Promise<void> {
  if (due(deps.task(), deps.now(), deps.pace).length > 0) await runEffects(deps);
  await deps.rearm();
}

async function runEffects(deps: Deps): Promise<void> {
  await deps.lease(LEASE_MS);
  const startedAt = deps.now();
  let leasedAt = startedAt;
  const abort = new AbortController();
  const running = new Map<string, Promise<void>>();
  try {
    for (;;) {
      const outOfTime = deps.now() - startedAt >= RUN_MS;
      if (outOfTime) abort.abort();
      else startDue(deps, running, abort.signal);
      if (running.size === 0) return;
      const woken = new AbortController();
      await Promise.race([...running.values(), deps.news(RENEW_AFTER_MS, woken.signal)]);
      woken.abort();
      if (deps.now() - leasedAt >= RENEW_AFTER_MS) {
        await deps.lease(LEASE_MS);
        leasedAt = deps.now();
      }
    }
  } finally {
    abort.abort();
  }
}

/** Starts what is due and not under way. An effect that is over at once can make others due. */
function startDue(deps: Deps, running: Map<string, Promise<void>>, signal: AbortSignal): void {
  for (let recorded = true; recorded;) {
    recorded = false;
    for (const effect of due(deps.task(), deps.now(), deps.pace)) {
      const name = effectName(effect);
      if (running.has(name)) continue;
      if (effect.type === "lose" || effect.type === "abandon") {
        deps.record(effect.type === "lose" ? lossOf(effect) : { type: "abandoned" });
        recorded = true;
        break;
      }
      if (effect.type === "copy" && copiesIn(running) >= MAX_COPIES) continue;
      const work = start(deps, effect, signal).finally(() => running.delete(name));
      running.set(name, work);
    }
  }
}

function copiesIn(running: ReadonlyMap<string, unknown>): number {
  return [...running.keys()].filter((name) => name.includes(":")).length;
}

function lossOf({ file, trackId, links, reason }: Extract<Effect, { type: "lose" }>): EventBody {
  return { type: "lost", file, trackId, links: [...links], reason };
}

async function start(
  deps: Deps,
  effect: Extract<Effect, { type: "copy" | "publish" | "sweep" }>,
  signal: AbortSignal,
): Promise<void> {
  switch (effect.type) {
    case "copy":
      return copy(deps, effect, signal);
    case "publish":
      return publish(deps);
    case "sweep": {
      const { attempts } = deps.task();
      const deleted = await attemptOf(deps.sweep(deps.task()));
      deps.record(
        deleted.ok
          ? { type: "swept", attempts, deleted: deleted.value }
          : { type: "effect_failed", effect: "sweep", reason: deleted.reason },
      );
    }
  }
}

async function copy(deps: Deps, effect: Extract<Effect, { type: "copy" }>, signal: AbortSignal): Promise<void> {
  const task = deps.task();
  const { file, trackId, link } = effect;
  const about = { file, trackId, link: link.hash, attempt: task.attempts + 1 };
  deps.record({ type: "copy_started", ...about, host: new URL(link.url).host });
  const order = { taskId: task.taskId, trackId, file, attempt: about.attempt, url: link.url, linkHash: link.hash };
  const copied = await attemptOf(deps.copy(order, signal));
  if (!copied.ok) deps.record({ type: "copy_failed", ...about, reason: copied.reason, dead: false });
  else if (copied.value.stored) {
    const { key, bytes, sha256, contentType } = copied.value;
    deps.record({ type: "copied", ...about, key, bytes, sha256, contentType });
  } else deps.record({ type: "copy_failed", ...about, reason: copied.value.reason, dead: copied.value.dead });
}

/** The version is taken before the put: if the task moves meanwhile, the put is due again. */
async function publish(deps: Deps): Promise<void> {
  const task = deps.task();
  const done = await attemptOf(deps.publish(task));
  deps.record(
    done.ok
      ? { type: "published", version: task.version, settled: task.settledAt !== null }
      : { type: "effect_failed", effect: "publish", reason: done.reason },
  );
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** An effect that throws is an event with a reason, not the end of the run. The message may hold a link: it is not kept. */
async function attemptOf<T>(work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    console.error(
      JSON.stringify({ message: "an effect threw", error: error instanceof Error ? error.name : "unknown" }),
    );
    return { ok: false, reason: "internal: the platform failed under this step" };
  }
}
