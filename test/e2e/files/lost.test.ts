/** What never comes is given up after a day, which is two seconds here; what came is kept, and the task settles. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Track } from "../../rig/provider/ledger.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import { startOrigin } from "../origin.ts";
import { CALLBACK_TOKEN, SOURCE, startStand, trackOf, type Stand } from "../stand.ts";

const LARGE = song(3, 10).bytes;

let stand: Stand;
const gone = new Set<string>();

beforeAll(async () => {
  stand = await startStand({
    timeScale: 50_000,
    vars: { MAX_AUDIO_BYTES: "150000" },
    provider: {
      faults: {
        file: ({ file }, track: Track | null) =>
          file === "audio" && gone.has(track?.trackId ?? "") ? { kind: "status", status: 404 } : null,
      },
    },
  });
});
afterAll(() => stand.stop());

test.concurrent("a track whose link is dead is lost, the other is kept, and the outcome is partial", async () => {
  const { taskId, tracks } = stand.submit("Half of it");
  const [kept, lost] = tracks;
  gone.add(lost.trackId);
  const view = await stand.viewWhen(taskId, ({ settled }) => settled);
  expect(view).toMatchObject({ stage: "complete", outcome: "partial", failure: null });
  expect(trackOf(view, kept.trackId).audio).toMatchObject({ state: "stored", sha256: kept.audio.sha256 });
  expect(trackOf(view, lost.trackId).audio).toMatchObject({ state: "lost", url: null });
  expect(trackOf(view, lost.trackId).audio.attempts).toBeGreaterThanOrEqual(5);
  expect(trackOf(view, lost.trackId).audio.reason).toMatch(/^dead_link: http_404/);
  const events = await stand.events(taskId);
  expect(events.filter(({ type }) => type === "lost")).toMatchObject([{ file: "audio", trackId: lost.trackId }]);
});

test.concurrent("of thirteen stems twelve are kept though one link is dead, and the one is lost with its reason", async () => {
  const names = "vocal backing_vocals drums bass guitar keyboard strings brass woodwinds percussion synth fx piano";
  const link = `${stand.provider.sourceUrl(SOURCE)}?stem=`;
  const info: Record<string, string> = {};
  for (const name of names.split(" "))
    info[`${name}_url`] = name === "brass" ? `${stand.provider.url}/nothing-here.mp3` : link + name;
  const request = { taskId: "t", audioId: "a", callBackUrl: `${stand.origin}/callback/${CALLBACK_TOKEN}` };
  const { taskId } = stand.provider.make("stems", request, { afterMs: 0, failure: 500, silent: true });
  const data = { task_id: taskId, vocal_removal_info: info };
  await stand.provider.send(taskId, "complete", { code: 200, msg: "success", data });
  const view = await stand.viewWhen(taskId, ({ settled }) => settled);
  expect(view).toMatchObject({ product: "stems", stage: "complete", outcome: "partial" });
  expect(view.files.map(({ name }) => name)).toEqual(names.split(" "));
  const missing = view.files.filter(({ state }) => state !== "stored");
  expect(missing).toMatchObject([{ name: "brass", state: "lost", url: null }]);
  expect(missing[0]?.reason).toMatch(/^dead_link: http_404/);
  expect((await stand.client.get(`/tasks/${taskId}/files/brass`)).status).toBe(404);
});

test.concurrent("a track that never got a link is lost with that reason", async () => {
  const { taskId } = stand.submit("Without", []);
  await stand.complete(taskId, [
    { id: "with", audio_url: stand.provider.sourceUrl(SOURCE) },
    { id: "without", audio_url: "" },
  ]);
  const view = await stand.viewWhen(taskId, ({ settled }) => settled);
  expect(view).toMatchObject({ stage: "complete", outcome: "partial" });
  expect(trackOf(view, "with").audio.state).toBe("stored");
  expect(trackOf(view, "without").audio).toMatchObject({ state: "lost", attempts: 0 });
  expect(trackOf(view, "without").audio.reason).toMatch(/^no_link: /);
});

test.concurrent("a file that is too large is lost with that reason, and nothing of it is stored", async () => {
  await using large = await startOrigin(() => ({ body: LARGE }));
  const { taskId } = stand.submit("Large", []);
  await stand.complete(taskId, [{ id: "large", audio_url: `${large.url}/large.mp3` }]);
  const view = await stand.viewWhen(taskId, ({ settled }) => settled);
  expect(trackOf(view, "large").audio.reason).toMatch(/^dead_link: too_large: /);
  expect(await stand.objects(taskId)).toEqual([]);
});

test.concurrent("a link that comes after the loss brings the track back", async () => {
  const { taskId } = stand.submit("Late", []);
  await stand.complete(taskId, [{ id: "late", audio_url: `${stand.provider.url}/gone.mp3` }]);
  await stand.viewWhen(taskId, (view) => trackOf(view, "late").audio.state === "lost");
  await stand.complete(taskId, [{ id: "late", audio_url: stand.provider.sourceUrl(SOURCE) }]);
  const view = await stand.viewWhen(taskId, ({ outcome, settled }) => settled && outcome === "complete");
  expect(trackOf(view, "late").audio.state).toBe("stored");
});
