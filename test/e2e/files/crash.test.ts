/**
 * A kill loses nothing: the Worker's whole process group dies by SIGKILL, and starts again on the same data.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { taskView, type TaskView } from "../../../src/core/view/view.ts";
import { freePort, startKillable, type KillableWorker } from "../../rig/local/killable.ts";
import { startProvider, type Provider } from "../../rig/provider/provider.ts";

const TOKEN = "crash-callback-token-0123456789abcdef";
const API_TOKEN = "crash-api-token-0123456789abcdef012345";

let dataDir: string;
let provider: Provider;
let start: () => Promise<KillableWorker>;
let worker: KillableWorker;

beforeAll(async () => {
  const bundle = inject("bundle");
  dataDir = await mkdtemp(join(tmpdir(), "backline-crash-"));
  const port = await freePort();
  provider = await startProvider({ timeScale: 100, songSeconds: 3, rateLimits: false });
  const vars = { CALLBACK_TOKEN: TOKEN, API_TOKEN, AUDIO_ORIGINS: "http://127.0.0.1:*" };
  start = () => startKillable({ bundle, dataDir, port, vars });
  worker = await start();
});

afterAll(async () => {
  await worker.kill();
  await provider.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("finds everything acknowledged after a kill right behind the last 200", async () => {
  const taskIds = Array.from({ length: 40 }, () => crypto.randomUUID());
  const answers = await Promise.all(taskIds.map((taskId) => callback(taskId)));
  await worker.kill();
  expect(answers).toEqual(taskIds.map(() => 200));
  worker = await start();
  const stages = await Promise.all(taskIds.map(async (taskId) => (await read(taskId)).stage));
  expect(stages).toEqual(taskIds.map(() => "text"));
});

test("finishes a copy that a kill cut within a minute", async () => {
  let slow = 0;
  provider.faults.file = ({ file, nth }) => {
    if (file !== "audio" || nth > 1) return null;
    slow += 1;
    return { kind: "drip", bytesPerSecond: 10_000 };
  };
  const { taskId, tracks } = provider.submit({
    uploadUrl: provider.sourceUrl("source"),
    title: "Cut",
    tags: "house",
    negativeTags: "vocals",
    callBackUrl: `${worker.origin}/callback/${TOKEN}`,
  });
  await provider.done(taskId);
  await vi.waitFor(() => expect(slow).toBe(2), { timeout: 10_000 });
  await worker.kill();
  const killedAt = Date.now();
  worker = await start();
  await vi.waitFor(async () => expect((await read(taskId)).settled).toBe(true), { timeout: 60_000, interval: 500 });
  expect(Date.now() - killedAt).toBeLessThan(60_000);
  const task = await read(taskId);
  expect(task.tracks.map((track) => track.audio.sha256)).toEqual(tracks.map((track) => track.audio.sha256));
  expect(task.tracks.map((track) => track.audio.attempts)).toEqual([2, 2]);
}, 90_000);

async function callback(taskId: string): Promise<number> {
  const response = await fetch(`${worker.origin}/callback/${TOKEN}`, {
    method: "POST",
    body: JSON.stringify({ code: 200, msg: "ok", data: { callbackType: "text", task_id: taskId, data: [] } }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function read(taskId: string): Promise<TaskView> {
  const response = await fetch(`${worker.origin}/tasks/${taskId}`, {
    headers: { authorization: `Bearer ${API_TOKEN}` },
  });
  return taskView.parse(await response.json());
}
