/** Has the Worker of `workers/archive.ts` copy a file. */
import type { LocalWorker } from "../../rig/local/worker.ts";

/** So many times at once; resolves when all are kept. */
export async function copied({ origin }: LocalWorker, path: string, url: string, count: number): Promise<void> {
  const response = await fetch(`${origin}${path}?count=${count}&url=${encodeURIComponent(url)}`, { method: "POST" });
  if (response.status !== 204) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
}
