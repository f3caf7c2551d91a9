/** What never comes is given up after a day, which is two seconds here; what came is kept, and the task settles. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Track } from "../../rig/provider/ledger.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import { startOrigin } from "../origin.ts";
import { SOURCE, startStand, trackOf, type Stand } from "../stand.ts";

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
