/** A closed loop over kept-alive connections: each sends its next request when the answer to the last one is there. */
import { Pool } from "undici";

export interface Shot {
  readonly path: string;
  readonly body: string;
}

export interface Latencies {
  readonly requestsPerSecond: number;
  /** Milliseconds, ascending. */
  readonly sorted: readonly number[];
}

/** Rejects on any answer but 200. */
export async function closedLoop(origin: string, connections: number, shots: readonly Shot[]): Promise<Latencies> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latencies: number[] = [];
  const queue = shots.values();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, () => fire(pool, queue, latencies)));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { requestsPerSecond: shots.length / seconds, sorted: latencies.toSorted((a, b) => a - b) };
}

export function percentile({ sorted }: Pick<Latencies, "sorted">, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function fire(pool: Pool, queue: Iterator<Shot>, latencies: number[]): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    const { path, body } = next.value;
    const startedAt = performance.now();
    const answer = await pool.request({ method: "POST", path, body, headers: { "content-type": "application/json" } });
    await answer.body.dump();
    latencies.push(performance.now() - startedAt);
    if (answer.statusCode !== 200) throw new Error(`${path.slice(0, 10)}… answered ${answer.statusCode}`);
  }
}
