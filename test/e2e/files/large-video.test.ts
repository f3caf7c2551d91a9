/** A video of 100 MB streams through: the isolate holds no more of it than of a small file. */
import { expect, inject, test, vi } from "vitest";
import { openHeap } from "../../drive/bench/heap.ts";
import { backlineClient } from "../../rig/local/backline-client.ts";
import { startWorker } from "../../rig/local/worker.ts";
import { startProvider } from "../../rig/provider/provider.ts";
import { API_TOKEN, CALLBACK_TOKEN } from "../stand.ts";

const VIDEO_BYTES = 100_000_000;
/** One buffer of a part (5 MiB) and what a garbage collector leaves lying about; a third of the file is far more. */
const MOST_HELD_BYTES = 32_000_000;

test("a video of 100 MB is kept byte for byte, and never in memory as a whole", async () => {
  await using undo = new AsyncDisposableStack();
  const provider = await startProvider({ seed: 7, songSeconds: 3, timeScale: 100, videoBytes: VIDEO_BYTES });
  undo.defer(() => provider.close());
  const worker = await startWorker({
    bundle: inject("bundle"),
    dataDir: null,
    port: 0,
    inspectorPort: 0,
    // A copy has all the time that it has anywhere.
    vars: { CALLBACK_TOKEN, API_TOKEN, TIME_SCALE: "1", AUDIO_ORIGINS: "http://127.0.0.1:*", ASSESS: "scan" },
  });
  undo.defer(() => worker.stop());
  const client = backlineClient(worker.origin, API_TOKEN);
  const poke = async (): Promise<void> => {
    await (await client.get("/health")).arrayBuffer();
  };
  await poke();
  const heap = await openHeap(await worker.miniflare.getInspectorURL(), poke);
  undo.defer(() => heap.close());
  const idle = await heap.bytes();

  const request = { taskId: "t", audioId: "a", callBackUrl: `${worker.origin}/callback/${CALLBACK_TOKEN}` };
  const { taskId } = provider.make("video", request, { afterMs: 0 });
  let most = idle;
  const view = await vi.waitFor(
    async () => {
      most = Math.max(most, await heap.bytes());
      const now = await client.task(taskId);
      expect(now?.settled).toBe(true);
      return now;
    },
    { timeout: 170_000, interval: 100 },
  );
  const [sent] = provider.made.get(taskId)?.files ?? [];
  expect(sent?.bytes).toBe(VIDEO_BYTES);
  const [file] = view?.files ?? [];
  expect(file).toMatchObject({ state: "stored", bytes: VIDEO_BYTES, sha256: sent?.sha256, contentType: "video/mp4" });
  expect((await client.read(file?.url ?? "")).sha256).toBe(sent?.sha256);
  console.log(`at most ${((most - idle) / 1e6).toFixed(1)} MB over idle`);
  expect(most - idle).toBeLessThan(MOST_HELD_BYTES);
});
