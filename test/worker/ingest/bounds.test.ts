/** What a task and a stranger's id can cost: bounded, and the real stages are counted all the same. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { MAX_BODIES, MAX_OBSERVATIONS } from "../../../src/core/task/admission.ts";
import { message, newTaskId, track } from "../messages.ts";
import { serveFiles, SONG } from "../provider-files.ts";
import { acting, callback, viewOf, worker } from "../worker.ts";

const MIB = 1_024 * 1_024;
const AUDIO = "https://cdn.example.com/song.mp3";
const timeline = z.object({ items: z.array(z.looseObject({ type: z.string() })), nextCursor: z.string().nullable() });

afterEach(() => {
  vi.restoreAllMocks();
});

test("of endless distinct bodies the first are kept and the rest is counted, and `complete` still counts", async () => {
  const taskId = newTaskId();
  await flood(150, (n) => ({ ...message(taskId, "text"), n }));
  const { rows, bytes } = await sizeOf(taskId);
  expect(rows).toEqual({ observed: MAX_BODIES, overflowed: 1 });
  expect(bytes).toBeLessThan(256 * 1_024);
  expect(await overflowOf(taskId)).toBe(150 - MAX_BODIES);
  await expectCompletes(taskId);
});

test("bodies that each bring a link end at the bound of observations", async () => {
  const taskId = newTaskId();
  await flood(230, (n) => message(taskId, "text", [track("a", { stream_audio_url: "", image_url: `${AUDIO}?${n}` })]));
  const { rows, bytes } = await sizeOf(taskId);
  expect(rows).toEqual({ observed: MAX_OBSERVATIONS, overflowed: 1 });
  expect(bytes).toBeLessThan(512 * 1_024);
  expect(await overflowOf(taskId)).toBe(230 - MAX_OBSERVATIONS);
  await expectCompletes(taskId);
});

test("bodies of the largest size are bounded too", async () => {
  const taskId = newTaskId();
  const largest = (n: number): string => {
    const body = JSON.stringify({ ...message(taskId, "text"), n });
    return body.slice(0, -1).padEnd(MIB - 1, " ") + body.slice(-1);
  };
  await flood(68, largest);
  const { rows, bytes } = await sizeOf(taskId);
  expect(rows).toEqual({ observed: MAX_BODIES, overflowed: 1 });
  expect(bytes).toBeLessThan((MAX_BODIES + 2) * MIB);
  expect(await overflowOf(taskId)).toBe(68 - MAX_BODIES);
  await expectCompletes(taskId);
}, 30_000);

test("of ten thousand tracks sixteen are read, and the timeline says how many were not", async () => {
  const taskId = newTaskId();
  const tracks = Array.from({ length: 10_000 }, (_, n) => ({ id: `t${n}`, audio_url: "", title: `Song ${n}` }));
  expect((await worker(callback(message(taskId, "first", tracks)))).status).toBe(200);
  const view = await viewOf(taskId);
  expect([view.stage, view.tracks.length]).toEqual(["first", 16]);
  const [event] = await timelineOf(taskId);
  expect(event).toMatchObject({ type: "observed", kind: "first", tracksDropped: 10_000 - 16 });
  const { bytes } = await sizeOf(taskId);
  expect(bytes).toBeLessThan(MIB);
  await expectCompletes(taskId, "t0");
});

test("ever new task ids cost three rows each", async () => {
  for (let n = 0; n < 20; n += 1) {
    const taskId = newTaskId();
    const stub = env.TASKS.getByName(taskId);
    const exec = await runInDurableObject(stub, (_, { storage }) => vi.spyOn(storage.sql, "exec"));
    await worker(callback(message(taskId, "text")));
    const written = exec.mock.results.map(({ value }) => Number(Reflect.get(Object(value), "rowsWritten")));
    // Two for the table, and the event.
    expect(written.reduce((sum, rows) => sum + rows, 0)).toBe(3);
    vi.restoreAllMocks();
  }
});

/** Each is received. */
async function flood(count: number, body: (n: number) => unknown): Promise<void> {
  for (let n = 0; n < count; n += 1) expect((await worker(callback(body(n)))).status).toBe(200);
}

async function expectCompletes(taskId: string, trackId = "a"): Promise<void> {
  serveFiles({ [AUDIO]: SONG });
  await worker(callback(message(taskId, "complete", [track(trackId, { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const view = await viewOf(taskId);
  expect(view.stage).toBe("complete");
  expect(view.tracks.find((one) => one.trackId === trackId)?.audio.state).toBe("stored");
}

interface Size {
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number;
}

async function sizeOf(taskId: string): Promise<Size> {
  return runInDurableObject(env.TASKS.getByName(taskId), (_, { storage }) => {
    const counted = storage.sql
      .exec<{ type: string; count: number }>("SELECT type, count(*) AS count FROM log GROUP BY type")
      .toArray();
    return {
      rows: Object.fromEntries(counted.map(({ type, count }) => [type, count])),
      bytes: storage.sql.databaseSize,
    };
  });
}

async function overflowOf(taskId: string): Promise<unknown> {
  const overflow = (await timelineOf(taskId)).find(({ type }) => type === "overflowed");
  return overflow?.["count"];
}

/** The whole timeline, over all of its pages. */
async function timelineOf(taskId: string): Promise<z.infer<typeof timeline>["items"]> {
  const items: z.infer<typeof timeline>["items"] = [];
  for (let cursor: string | null = "0"; cursor !== null;) {
    const response = await worker(acting("GET", `/tasks/${taskId}/events?limit=100&cursor=${cursor}`));
    const page: z.infer<typeof timeline> = timeline.parse(await response.json());
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
