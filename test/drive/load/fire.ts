/**
 * The open loop: every delivery has its time, whatever became of those before it.
 *
 * A latency counts from the time at which its callback was due. So a Worker (or a client) that stands still for a
 * second shows in all callbacks of that second, not in one: no coordinated omission.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Called } from "../../rig/provider/ledger.ts";
import type { Provider } from "../../rig/provider/provider.ts";
import type { Delivery } from "./deliveries.ts";

export interface Fired {
  /** Milliseconds from when each callback was due to its 200, ascending. */
  readonly sorted: readonly number[];
  /** Milliseconds by which this process was late itself, ascending. Part of the latencies. */
  readonly lags: readonly number[];
  /** Attempts that were not answered 200, and why. */
  readonly errors: readonly string[];
  /** Callbacks that the provider gave up after all its tries. */
  readonly givenUp: number;
  /** Acknowledged callbacks a second, over the time from the first being due to the last answer. */
  readonly perSecond: number;
}

const NOTICE_MS = 200;
const TELL_EVERY_MS = 30_000;

/** Resolves when every callback is acknowledged or given up. */
export async function fire(
  provider: Provider,
  tasks: readonly Called[],
  deliveries: readonly Delivery[],
  rate: number,
  signal: AbortSignal,
): Promise<Fired> {
  const shots: Promise<Shot>[] = [];
  const startAt = performance.now() + NOTICE_MS;
  let toldAt = startAt;
  for (const [index, { task: number, stage }] of deliveries.entries()) {
    const dueAt = startAt + (index * 1_000) / rate;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    signal.throwIfAborted();
    const task = tasks[number];
    if (task === undefined) throw new Error(`there is no task ${number}`);
    shots.push(shoot(provider, task, stage, dueAt));
    if (dueAt - toldAt < TELL_EVERY_MS) continue;
    console.log(`${index + 1} of ${deliveries.length} callbacks sent`);
    toldAt = dueAt;
  }
  const done = await Promise.all(shots);
  const acknowledged = done.filter(({ isAcknowledged }) => isAcknowledged);
  return {
    sorted: ascending(acknowledged.map(({ ms }) => ms)),
    lags: ascending(done.map(({ lagMs }) => lagMs)),
    errors: done.flatMap(({ errors }) => errors),
    givenUp: done.filter(({ isAcknowledged }) => !isAcknowledged).length,
    perSecond: (acknowledged.length * 1_000) / (performance.now() - startAt),
  };
}

interface Shot {
  readonly ms: number;
  readonly lagMs: number;
  readonly isAcknowledged: boolean;
  readonly errors: readonly string[];
}

async function shoot(provider: Provider, task: Called, stage: Delivery["stage"], dueAt: number): Promise<Shot> {
  const lagMs = performance.now() - dueAt;
  const { attempts, outcome } = await provider.send(task.taskId, stage, provider.bodyOf(task.taskId, stage));
  const ms = performance.now() - dueAt;
  const errors = attempts.flatMap(({ status, error }) => (status === 200 ? [] : [String(error ?? status)]));
  return { ms, lagMs, isAcknowledged: outcome === "acknowledged", errors };
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}
