/** The main job on real input: callbacks in, audio kept, results out. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { song } from "../rig/provider/serving/songs.ts";
import { startOrigin } from "./origin.ts";
import { SOURCE, expectKept, startStand, trackOf, type Stand } from "./stand.ts";

const SHORT = song(1, 3).bytes;

let stand: Stand;

beforeAll(async () => {
  stand = await startStand({ timeScale: 100 });
});
afterAll(() => stand.stop());

test.concurrent("keeps both tracks and covers of a task, as the provider made them", async () => {
  const { taskId } = stand.submit("The whole way", [
    { type: "stage", stage: "text", afterMs: 5_000 },
    { type: "stage", stage: "first", afterMs: 30_000 },
    { type: "stage", stage: "complete", afterMs: 90_000 },
  ]);
  const sent = sentOf(taskId);
  const view = await stand.finished(taskId);
  expect(view).toMatchObject({ stage: "complete", outcome: "complete", settled: true, failure: null });
  expect(Object.values(view.stages).every((report) => report?.via === "callback")).toBe(true);
  await expectKept(stand, sent, view);
  expect(sent.callbacks.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ["text", "acknowledged"],
    ["first", "acknowledged"],
    ["complete", "acknowledged"],
  ]);
});

test.concurrent("keeps the first track before the task is complete", async () => {
  const { taskId, tracks, variant } = stand.submit("Early", [{ type: "stage", stage: "first", afterMs: 0 }]);
  const early = tracks[variant.finishedFirst];
  const view = await stand.viewWhen(taskId, (now) => trackOf(now, early.trackId).audio.state === "stored");
  expect(view).toMatchObject({ stage: "first", settled: false });
  expect((await stand.client.read(trackOf(view, early.trackId).audio.url ?? "")).sha256).toBe(early.audio.sha256);

  await stand.provider.send(taskId, "complete", stand.provider.bodyOf(taskId, "complete"));
  const whole = await stand.finished(taskId);
  await expectKept(stand, sentOf(taskId), whole);
  const copies = (await stand.events(taskId)).filter(({ type }) => type === "copied");
  expect(copies.filter(({ trackId, file }) => trackId === early.trackId && file === "audio")).toHaveLength(1);
});

test.concurrent("keeps what a task gave before it failed", async () => {
  const { taskId, tracks, variant } = stand.submit("Half way", [
    { type: "stage", stage: "first", afterMs: 0 },
    { type: "failure", code: 531, afterMs: 10_000 },
  ]);
  const early = tracks[variant.finishedFirst];
  // On a busy machine the failure can overtake the first track.
  const view = await stand.viewWhen(taskId, ({ settled, outcome }) => settled && outcome === "failed_with_tracks");
  expect(view.stage).toBe("failed");
  expect(view.failure).toMatchObject({ reason: "refunded", code: 531, refunded: true });
  expect(trackOf(view, early.trackId).audio).toMatchObject({ state: "stored", sha256: early.audio.sha256 });
  const late = tracks[1 - variant.finishedFirst];
  expect(late && trackOf(view, late.trackId).audio.reason).toMatch(/^task_failed/);
});

test.concurrent("answers a repeated callback without storing anything twice", async () => {
  const { taskId } = stand.submit("Again");
  const before = await stand.finished(taskId);
  const [complete] = sentOf(taskId).callbacks;
  const again = await stand.provider.send(taskId, "again", complete?.body ?? "");
  expect(again.attempts.map(({ status }) => status)).toEqual([200]);
  const events = await stand.events(taskId);
  expect(events.filter(({ type }) => type === "observed")).toMatchObject([{ times: 2, sha256: complete?.sha256 }]);
  const after = await stand.viewWhen(taskId, () => true);
  expect(after).toEqual({ ...before, version: after.version, updatedAt: after.updatedAt });
  expect(await stand.objects(taskId)).toHaveLength(4);
});

test.concurrent("fetches at most 4 files of a task at once", async () => {
  let [started, finished, most] = [0, 0, 0];
  await using slow = await startOrigin(async () => {
    started += 1;
    most = Math.max(most, started - finished);
    await sleep(200);
    finished += 1;
    return { body: SHORT };
  });
  const { taskId } = stand.submit("Many", []);
  const files = Array.from({ length: 8 }, (_, index) => ({
    id: `many-${index}`,
    audio_url: `${slow.url}/${index}.mp3`,
  }));
  await stand.complete(taskId, files);
  const view = await stand.finished(taskId);
  expect(view.tracks.map(({ audio }) => audio.state)).toEqual(files.map(() => "stored"));
  expect([started, most]).toEqual([8, 4]);
});

test.concurrent("leaves no object in R2 that no event names", async () => {
  const { taskId } = stand.submit("Tidy", []);
  await stand.complete(taskId, [{ id: "tidy", audio_url: `${stand.provider.url}/nothing-here.mp3` }]);
  await stand.viewWhen(taskId, (view) => trackOf(view, "tidy").audio.reason?.startsWith("http_404") === true);
  // What a crash in the middle of the first attempt leaves behind.
  await stand.putObject(`tasks/${taskId}/tidy/audio-1.mp3`, new Uint8Array(10));
  await stand.complete(taskId, [{ id: "tidy", audio_url: stand.provider.sourceUrl(SOURCE) }]);
  await stand.finished(taskId);
  await vi.waitFor(
    async () => {
      const events = await stand.events(taskId);
      expect(events).toContainEqual(expect.objectContaining({ type: "swept", deleted: 1 }));
      const copied = z.object({ key: z.string() }).parse(events.find(({ type }) => type === "copied"));
      expect(await stand.objects(taskId)).toEqual([copied.key]);
    },
    { timeout: 10_000 },
  );
});

function sentOf(taskId: string): NonNullable<ReturnType<Stand["provider"]["tasks"]["get"]>> {
  const sent = stand.provider.tasks.get(taskId);
  if (sent === undefined) throw new Error(`the provider has no task ${taskId}`);
  return sent;
}
