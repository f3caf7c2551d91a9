/**
 * What a plain task costs: three callbacks, two tracks with covers, no poll. Counted on the real bindings.
 *
 * The numbers stand in the README's table of dollars; one that rises here rises there.
 */
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { app } from "../../../src/app.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import type { Counts } from "../../drive/bench/figures.ts";
import { Tally } from "../../drive/bench/workers/tally.ts";
import { message, newTaskId, track } from "../messages.ts";
import { frames } from "../../core/audio/audio-bytes.ts";
import { configure } from "../settings.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { callback, viewOf, worker } from "../worker.ts";

const ENDPOINT = "https://hooks.example.com/backline";

afterEach(() => {
  vi.restoreAllMocks();
});

// A stub that is counted is none that the test's tools take.
const taskStub = env.TASKS.getByName.bind(env.TASKS);
const catalogStub = env.CATALOG.getByName.bind(env.CATALOG);
const tally = new Tally();
tally.bindings(env);

/** What a plain task costs, by the names of the tally. */
const PLAIN = {
  // The table 2, the deliveries 3, the starts and ends of four copies 8, the publication 1.
  "tasks.rowsWritten": 14,
  // Two wakes by callbacks beside the first alarm; each of two runs takes a lease and ends it.
  "tasks.alarmWrites": 7,
  // First sight with its entry among the open tasks, two stages, what was kept between them, and the settlement.
  "catalog.rowsWritten": 6,
  // A call for each delivery; the catalog is told of three moves of the stage, of what is kept, and of the settlement.
  "tasks.observe": 3,
  "catalog.tell": 5,
  "r2.put": 4,
  "kv.put": 1,
};

test("a plain task costs no more operations than it needs", async () => {
  const cost = await costOfPlainTask();
  expect(cost).toEqual(costWith(cost, {}));
}, 20_000);

test("with its sound looked into, it costs a start, an end, a read and a waveform for each track", async () => {
  configure({ ASSESS: "full" });
  const cost = await costOfPlainTask();
  expect(cost).toEqual(costWith(cost, { "tasks.rowsWritten": 14 + 4, "r2.put": 4 + 2, "r2.get": 2 }));
}, 20_000);

test("with an endpoint to tell, it costs a row for each of three notices", async () => {
  configure({ ASSESS: "scan", NOTIFY_URL: ENDPOINT, NOTIFY_SECRET: "notify-secret-of-the-worker-tests" });
  const cost = await costOfPlainTask();
  expect(cost).toEqual(costWith(cost, { "tasks.rowsWritten": 14 + 3 }));
}, 20_000);

test("on the way of an answer there is one subrequest: the call to the task's object", async () => {
  const fetched = serveFiles({});
  const context = createExecutionContext();
  for (const kind of ["text", "first", "complete"]) {
    tally.reset();
    const response = await app.fetch(callback(message(newTaskId(), kind)), env, context);
    expect(response.status).toBe(200);
    // The catalog is told 200 ms later at the soonest.
    const { "tasks.busyMs": _, ...counts } = tally.counts();
    expect({ counts, fetched }).toEqual({ counts: { "tasks.observe": 1 }, fetched: [] });
  }
  await waitOnExecutionContext(context);
});

/** A run that is spared: the wake that leads to it, its lease and its end. */
const SPARED_WAKES = 3;

/**
 * As a plain task but for `more`. It is left to chance whether all is done by the time that it settles (the catalog has an
 * entry of what is left, and is told once more), and whether a callback finds a run under way, which spares a wake.
 */
function costWith(cost: Counts, more: Counts): Counts {
  const within = (name: keyof typeof PLAIN, less: number, extra: number): Counts => ({
    [name]: Math.min(PLAIN[name] + extra, Math.max(PLAIN[name] - less, cost[name] ?? 0)),
  });
  return {
    ...PLAIN,
    ...within("tasks.alarmWrites", SPARED_WAKES, 0),
    ...within("catalog.tell", 0, 1),
    ...within("catalog.rowsWritten", 0, 2),
    ...more,
  };
}

async function costOfPlainTask(): Promise<Counts> {
  const taskId = newTaskId();
  const link = (file: string): string => `https://cdn.example.com/${taskId}/${file}`;
  const files = { "a.mp3": SONG, "b.mp3": frames(41), "a.png": COVER, "b.png": COVER };
  const served = Object.entries(files).map(([name, bytes]) => [link(name), bytes] as const);
  serveFiles(Object.fromEntries([...served, [ENDPOINT, new Uint8Array()]]));
  const track1 = { audio_url: link("a.mp3"), image_url: link("a.png"), duration: 1 };
  const track2 = { audio_url: link("b.mp3"), image_url: link("b.png"), duration: 1 };
  // The catalog has its tables already: it is one for all tasks.
  await catalogOf(env).list({ status: null, ref: null, parent: null, text: null, after: null, limit: 1 });
  await countFromNow(taskId);

  await worker(callback(message(taskId, "text")));
  // The catalog is told of both in one call otherwise.
  await scheduler.wait(500);
  await worker(callback(message(taskId, "first", [track("a", track1), track("b")])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).tracks[0]?.audio.state).toBe("stored"), {
    timeout: 5_000,
  });
  await vi.waitFor(() => expect(tally.counts()).toMatchObject({ "catalog.tell": 3 }), { timeout: 5_000 });
  await worker(callback(message(taskId, "complete", [track("a", track1), track("b", track2)])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).settled).toBe(true), { timeout: 5_000 });
  await vi.waitFor(() => expect(tally.counts()).toMatchObject({ "kv.put": 1 }), { timeout: 5_000 });
  await scheduler.wait(3_000);
  return billed(tally.counts());
}

/** Counts on the two objects too, and from now on. */
async function countFromNow(taskId: string): Promise<void> {
  await runInDurableObject(taskStub(taskId), (_, { storage }) => tally.storage(storage, "tasks"));
  await runInDurableObject(catalogStub("catalog"), (_, { storage }) => tally.storage(storage, "catalog"));
  tally.reset();
}

/** Without what this test asks itself, what is paid by its time, and reads of rows (a thousandth of a write). */
function billed(counts: Counts): Counts {
  const { "tasks.view": _view, "catalog.usual": _usual, ...rest } = counts;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !/\.(?:busyMs|rowsRead)$|^kv\.get$/.test(name)));
}
