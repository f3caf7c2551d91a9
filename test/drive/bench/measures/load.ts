/**
 * Two ways to ask a server many times.
 *
 * Closed loop: so many kept-alive connections, each sends its next request when the answer to the last one is there.
 * Open loop: a request leaves at its time, whatever became of those before; its latency counts from that time, so a
 * server that stands still is charged for all who would have come meanwhile (coordinated omission).
 */
import { setImmediate as soon, setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

export interface Shot {
  readonly path: string;
  /** Posted as JSON; without one the request is a GET. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 unless told otherwise; any other answer is an error. */
  readonly status?: number;
}

export interface Latencies {
  readonly requestsPerSecond: number;
  /** Milliseconds, ascending. */
  readonly sorted: readonly number[];
}

/** So many that none of a fixed rate waits for another, unless the server is far behind. */
const OPEN_CONNECTIONS = 256;
/** A timer is that much early or late. */
const TIMER_MS = 2;

/** Rejects on an answer that is not the expected one. */
export async function closedLoop(origin: string, connections: number, shots: readonly Shot[]): Promise<Latencies> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latencies: number[] = [];
  const queue = shots.values();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, () => fireAll(pool, queue, latencies)));
  return ended(pool, startedAt, latencies);
}

/** Rejects on an answer that is not the expected one. */
export async function openLoop(origin: string, perSecond: number, shots: readonly Shot[]): Promise<Latencies> {
  const pool = new Pool(origin, { connections: OPEN_CONNECTIONS, pipelining: 1 });
  const latencies: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    shots.map(async (shot, index) => {
      const dueAt = startedAt + (index * 1_000) / perSecond;
      await sleep(Math.max(1, dueAt - performance.now() - TIMER_MS));
      while (performance.now() < dueAt) await soon();
      await fire(pool, shot);
      latencies.push(performance.now() - dueAt);
    }),
  );
  return ended(pool, startedAt, latencies);
}

export function percentile({ sorted }: Pick<Latencies, "sorted">, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function ended(pool: Pool, startedAt: number, latencies: readonly number[]): Promise<Latencies> {
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { requestsPerSecond: latencies.length / seconds, sorted: latencies.toSorted((a, b) => a - b) };
}

async function fireAll(pool: Pool, queue: Iterator<Shot>, latencies: number[]): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    const startedAt = performance.now();
    await fire(pool, next.value);
    latencies.push(performance.now() - startedAt);
  }
}

async function fire(pool: Pool, { path, body, headers = {}, status = 200 }: Shot): Promise<void> {
  const answer =
    body === undefined
      ? await pool.request({ method: "GET", path, headers })
      : await pool.request({ method: "POST", path, body, headers: { "content-type": "application/json", ...headers } });
  await answer.body.dump();
  if (answer.statusCode !== status) throw new Error(`${path.slice(0, 10)}… answered ${answer.statusCode}`);
}
