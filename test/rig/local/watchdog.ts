/** The cron of an embedded Worker: nothing fires it there but this. */
import type { LocalWorker } from "./worker.ts";

/** Every `everyMs` until stopped. `onFault` takes a sentence for each round that failed. */
export function startWatchdog(
  { miniflare }: Pick<LocalWorker, "miniflare">,
  everyMs: number,
  onFault: (line: string) => void,
): () => void {
  const timer = setInterval(() => void round(), everyMs);
  return () => clearInterval(timer);

  async function round(): Promise<void> {
    try {
      const worker = await miniflare.getWorker();
      await worker.scheduled({ cron: "*/5 * * * *" });
    } catch (error) {
      onFault(`the watchdog's round failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
