/**
 * What a plain task costs: three callbacks, two tracks with covers, no poll. Counted on the real bindings.
 *
 * The numbers stand in the README's table of dollars; one that rises here rises there.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { catalogOf } from "../../src/platform/catalog.ts";
import { message, newTaskId, track } from "./messages.ts";
import { frames } from "../core/audio-bytes.ts";
import { configure } from "./settings.ts";
import { COVER, serveFiles, SONG } from "./provider-files.ts";
import { callback, viewOf, worker } from "./worker.ts";

const ENDPOINT = "https://hooks.example.com/backline";

const cursor = z.object({ rowsWritten: z.int() });

interface Count {
  readonly rows: () => number;
  readonly alarms: () => number;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("a plain task costs no more operations than it needs", async () => {
  expect(await costOfPlainTask()).toEqual({
    // The table 2, the deliveries 3, the starts and ends of four copies 8, the publication 1.
    taskRows: 14,
    // Two wakes by callbacks beside the first alarm; each of two runs takes a lease and ends it.
    alarmWrites: 7,
    // First sight and two stages, each with its entry among the open tasks, and the settlement, which ends that.
    catalogRows: 7,
    r2: { put: 4 },
    kvWrites: 1,
  });
}, 20_000);

test("with its sound looked into, it costs a start, an end, a read and a waveform for each track", async () => {
  configure({ ASSESS: "full" });
  expect(await costOfPlainTask()).toEqual({
    taskRows: 14 + 4,
    alarmWrites: 7,
    catalogRows: 7,
    r2: { put: 4 + 2, get: 2 },
    kvWrites: 1,
  });
}, 20_000);

test("with an endpoint to tell, it costs a row for each of three notices", async () => {
  configure({ ASSESS: "scan", NOTIFY_URL: ENDPOINT, NOTIFY_SECRET: "notify-secret-of-the-worker-tests" });
  expect(await costOfPlainTask()).toEqual({
    taskRows: 14 + 3,
    alarmWrites: 7,
    catalogRows: 7,
    r2: { put: 4 },
    kvWrites: 1,
  });
}, 20_000);

async function costOfPlainTask(): Promise<object> {
  const taskId = newTaskId();
  const link = (file: string): string => `https://cdn.example.com/${taskId}/${file}`;
  const files = { "a.mp3": SONG, "b.mp3": frames(41), "a.png": COVER, "b.png": COVER };
  const served = Object.entries(files).map(([name, bytes]) => [link(name), bytes] as const);
  serveFiles(Object.fromEntries([...served, [ENDPOINT, new Uint8Array()]]));
  const track1 = { audio_url: link("a.mp3"), image_url: link("a.png"), duration: 1 };
  const track2 = { audio_url: link("b.mp3"), image_url: link("b.png"), duration: 1 };
  // The catalog has its tables already: it is one for all tasks.
  await catalogOf(env).list({ status: null, ref: null, text: null, after: null, limit: 1 });
  const task = await counting(env.TASKS.getByName(taskId));
  const catalog = await counting(catalogOf(env));
  const r2 = operations(env.AUDIO, ["put", "get", "head", "list", "delete", "createMultipartUpload"]);
  const kv = operations(env.STATE, ["put", "get", "list", "delete"]);

  await worker(callback(message(taskId, "text")));
  await worker(callback(message(taskId, "first", [track("a", track1), track("b")])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).tracks[0]?.audio.state).toBe("stored"), {
    timeout: 5_000,
  });
  await worker(callback(message(taskId, "complete", [track("a", track1), track("b", track2)])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).settled).toBe(true), { timeout: 5_000 });
  await vi.waitFor(() => expect(kv()).toMatchObject({ put: 1 }), { timeout: 5_000 });
  await scheduler.wait(3_000);
  return {
    taskRows: task.rows(),
    alarmWrites: task.alarms(),
    catalogRows: catalog.rows(),
    r2: r2(),
    kvWrites: kv()["put"],
  };
}

/** Counts on the storage of an object as it is; the spies stay until they are restored. */
async function counting(stub: DurableObjectStub): Promise<Count> {
  return runInDurableObject(stub, (_, { storage }): Count => {
    const exec = vi.spyOn(storage.sql, "exec");
    const alarms = [vi.spyOn(storage, "setAlarm"), vi.spyOn(storage, "deleteAlarm")];
    return {
      rows: () => exec.mock.results.reduce((sum, { value }) => sum + cursor.parse(value).rowsWritten, 0),
      alarms: () => alarms.reduce((sum, { mock }) => sum + mock.calls.length, 0),
    };
  });
}

/** Counts the calls of methods of a binding; those that were never called are left out. */
function operations<B extends object>(
  binding: B,
  methods: readonly (keyof B & string)[],
): () => Record<string, number> {
  const calls: Record<string, number> = {};
  for (const method of methods) {
    const original: unknown = Reflect.get(binding, method);
    if (typeof original !== "function") throw new Error(`a binding has no ${method}`);
    Reflect.set(binding, method, (...args: unknown[]): unknown => {
      calls[method] = (calls[method] ?? 0) + 1;
      const result: unknown = Reflect.apply(original, binding, args);
      return result;
    });
  }
  return () => calls;
}
