/** `RECOVERY = "auto"`: new links are asked for before a file is given up, also of a task that no callback told of. */
import { afterEach, expect, test, vi } from "vitest";
import { like } from "../../core/matchers.ts";
import { newTaskId, track } from "../messages.ts";
import { playProvider, recordOf } from "../provider-api.ts";
import { configure, configureWithKey } from "../settings.ts";
import { acting, worker } from "../worker.ts";

// A day is over in a second.
configureWithKey(100_000);
configure({ RECOVERY: "auto" });
afterEach(() => vi.restoreAllMocks());

test("the callBackUrl of a recovery by itself leads here, though nobody but the record told of the task", async () => {
  const provider = playProvider();
  const taskId = newTaskId();
  const dead = `https://cdn.example.com/${taskId}/dead.mp3`;
  provider.files.set(dead, null);
  provider.records.set(taskId, recordOf(taskId, [track("a", { audio_url: dead })]));
  expect((await worker(acting("PUT", `/tasks/${taskId}`))).status).toBe(201);
  await vi.waitFor(() => expect(provider.recovered).toHaveLength(1), { timeout: 20_000, interval: 50 });
  expect(provider.recovered).toMatchObject([{ callBackUrl: like(/^https:\/\/[^/]+\/callback\//) }]);
});
