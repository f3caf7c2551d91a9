/** What keeps a task going when the platform does not: lost alarms, crashes, deploys; and what a callback costs. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import type { TaskObject } from "../../../src/platform/task/task-object.ts";
import type { Delivery } from "../../../src/platform/task/messages.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { infoFrame, joined } from "../../core/audio/audio-bytes.ts";
import { catalogRow } from "../catalog-rows.ts";
import { message, newTaskId, track } from "../messages.ts";
import { serveFiles, SONG } from "../provider-files.ts";
import { callback, eventsOf, inboxEntries, reading, viewOf, worker, workerWith } from "../worker.ts";

const MINUTE_MS = 60_000;
/** Alarms run within a second or two, and a copy that crashed is tried again after some five. */
const PATIENTLY = { timeout: 12_000, interval: 50 };
const AUDIO = "https://cdn.example.com/song.mp3";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a task whose alarm was lost is finished by the watchdog", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  serveFiles({ [AUDIO]: SONG });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm());
  await vi.waitFor(async () => expect(await (await worker(reading(`/tasks?q=${taskId}`))).text()).toContain(taskId));
  await scheduler.wait(1_200);
  expect(await viewOf(taskId)).toMatchObject({ settled: false, tracks: [{ audio: { state: "queued", attempts: 0 } }] });

  await watch(env, Date.now() + 11 * MINUTE_MS);
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ tracks: [{ audio: { state: "stored", bytes: SONG.length } }] });
}, 15_000);

test("tasks that fail, and an inbox that hangs, stop no other visit", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await vi.waitFor(async () => expect(await (await worker(reading(`/tasks?q=${taskId}`))).text()).toContain(taskId));
  await runInDurableObject(env.TASKS.getByName(taskId), (_, state) => state.storage.deleteAlarm());
  // As many as are visited at once, and before the other one.
  const touchedAt = Date.now() - 60 * MINUTE_MS;
  await catalogOf(env).tell(Array.from({ length: 6 }, () => catalogRow({ createdAt: touchedAt, touchedAt })));
  vi.spyOn(env.TASKS, "getByName").mockImplementation((name) => {
    if (name !== taskId) throw new Error("out of reach");
    return env.TASKS.get(env.TASKS.idFromName(name));
  });
  const hanging = new Proxy(env.AUDIO, { get: () => () => new Promise(() => undefined) });
  void watch({ ...env, AUDIO: hanging }, Date.now() + 11 * MINUTE_MS);
  await vi.waitFor(async () => expect(await alarmOf(env.TASKS.getByName(taskId))).not.toBeNull());
});

test("a log with an event of a newer release loads, and goes on", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  await worker(callback(message(taskId, "text")));
  await runInDurableObject(stub, (_, state) => {
    state.storage.sql.exec("INSERT INTO log (at, type, data) VALUES (?, 'remixed', '{\"depth\":3}')", Date.now());
  });
  await evictDurableObject(stub);
  expect(await viewOf(taskId)).toMatchObject({ stage: "text", version: 1 });
  await worker(callback(message(taskId, "first", [track("a")])));
  await evictDurableObject(stub);
  expect(await viewOf(taskId)).toMatchObject({ stage: "first", version: 2 });
  expect(await eventsOf(taskId)).toMatchObject([
    { type: "observed", kind: "text" },
    { type: "ignored", originalType: "remixed" },
    { type: "observed", kind: "first" },
  ]);
});

test("a callback to an object of an older release waits in the inbox, and is delivered", async () => {
  const taskId = newTaskId();
  // An object that has none of a task's methods.
  const skewed: Env = Object.assign({ ...env }, { TASKS: env.CATALOG });
  const body = JSON.stringify(message(taskId, "first", [track("a")]));
  const answer = await workerWith(skewed)(callback(body));
  expect([answer.status, await answer.json()]).toEqual([200, { status: "received" }]);
  expect(await inboxEntries()).toMatchObject([{ reason: "unreachable", verdict: "token", body }]);

  await watch(env, Date.now());
  expect(await viewOf(taskId)).toMatchObject({ stage: "first", tracks: [{ trackId: "a" }] });
  expect(await inboxEntries()).toEqual([]);
});

test("a read of an unknown task stores nothing", async () => {
  const taskId = newTaskId();
  for (const path of ["", "?wait=1", "?min_version=1", "/events", "/tracks/a/audio", "/tracks/a/cover"]) {
    expect((await worker(reading(`/tasks/${taskId}${path}`))).status).toBe(404);
  }
  const stub = env.TASKS.getByName(taskId);
  await evictDurableObject(stub);
  expect(await runInDurableObject(stub, (_, state) => tablesOf(state))).toEqual([]);
  expect(await alarmOf(stub)).toBeNull();
});

test("an eviction between callbacks loses nothing", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  const stages = ["text", "first", "complete"];
  for (const stage of stages) {
    await worker(callback(message(taskId, stage, [track("a"), track("b")])));
    await evictDurableObject(stub);
  }
  await worker(callback(message(taskId, "text", [track("a"), track("b")])));
  await evictDurableObject(stub);
  const events = await eventsOf(taskId);
  expect(events.map(({ kind, times }) => [kind, times])).toEqual([
    ["text", 2],
    ["first", 1],
    ["complete", 1],
  ]);
  expect(await viewOf(taskId)).toMatchObject({ version: 3, tracks: [{ trackId: "a" }, { trackId: "b" }] });
});

test("a crash in the middle of a copy costs an attempt, and the file is kept all the same", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  const network = { away: true };
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    while (network.away) await scheduler.wait(20);
    return new Response(new Blob([SONG]).stream(), { headers: { "content-length": String(SONG.length) } });
  });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await eventsOf(taskId)).toMatchObject([{}, { type: "copy_started" }]), PATIENTLY);
  await runInDurableObject(stub, (_, state) => state.abort("a crash")).catch(() => undefined);
  network.away = false;

  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ tracks: [{ audio: { state: "stored", attempts: 2 } }] });
  const { objects } = await env.AUDIO.list({ prefix: `tasks/${taskId}/` });
  expect(objects.map(({ key, size }) => [key, size])).toEqual([[`tasks/${taskId}/a/audio-2.mp3`, SONG.length]]);
}, 20_000);

test("a file that ends before the music does is tried again, and its part is put by for want of better", async () => {
  const taskId = newTaskId();
  serveFiles({ [AUDIO]: joined(infoFrame("Info", 80), SONG) });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(
    async () => expect((await viewOf(taskId)).tracks[0]?.audio.reason).toMatch(/^truncated: /),
    PATIENTLY,
  );
  expect((await viewOf(taskId)).tracks[0]?.audio.state).toBe("queued");
  const { objects } = await env.AUDIO.list({ prefix: `tasks/${taskId}/` });
  expect(objects.map(({ key }) => key)).toEqual([`tasks/${taskId}/a/audio-1.cut.mp3`]);
});

test("before the answer there is one call to the task's object, and nothing else", async () => {
  const calls: string[] = [];
  const asked = vi.spyOn(globalThis, "fetch");
  const measured = workerWith({
    TASKS: new Proxy(env.TASKS, {
      get: (tasks, name) =>
        name === "getByName" ? (taskId: string) => recording(tasks.getByName(taskId), calls) : undefined,
    }),
    CATALOG: new Proxy(env.CATALOG, UNUSABLE),
    AUDIO: new Proxy(env.AUDIO, UNUSABLE),
    STATE: new Proxy(env.STATE, UNUSABLE),
  });
  const taskId = newTaskId();
  for (const stage of ["text", "first", "first", "complete"]) {
    const response = await measured(callback(message(taskId, stage)));
    expect(response.status).toBe(200);
    expect(calls.splice(0)).toEqual(["observe"]);
  }
  expect(asked).not.toHaveBeenCalled();
});

test("a delivery that comes again starts nothing", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 503 }));
  const body = message(taskId, "complete", [track("a", { audio_url: AUDIO })]);
  await worker(callback(body));
  await vi.waitFor(
    async () => expect((await eventsOf(taskId)).at(-1)).toMatchObject({ type: "copy_failed" }),
    PATIENTLY,
  );
  await vi.waitFor(async () => expect(await alarmOf(stub)).toBeGreaterThan(Date.now() + 2_000), PATIENTLY);
  const due = await alarmOf(stub);
  for (let again = 0; again < 3; again += 1) await worker(callback(body));
  expect(await alarmOf(stub)).toBe(due);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect((await eventsOf(taskId)).map(({ type, times }) => [type, times])).toEqual([
    ["observed", 4],
    ["copy_started", undefined],
    ["copy_failed", undefined],
  ]);
});

test("callbacks in a burst do not put off what is due", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  await worker(callback(message(taskId, "first", [track("a", { audio_url: AUDIO })])));
  const due = await alarmOf(stub);
  for (const title of ["One", "Two", "Three"]) {
    await scheduler.wait(20);
    await worker(callback(message(taskId, "first", [track("a", { audio_url: AUDIO, title })])));
  }
  expect(await alarmOf(stub)).toBe(due);
});

test("a callback writes as few rows as the design needs", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  // Two for the table, and the event.
  expect(await costOf(stub, message(taskId, "text"))).toEqual({ rows: 3, alarms: 1 });
  // The event, and the alarm only where there is something to do earlier than it is set for.
  expect(await costOf(stub, message(taskId, "first"))).toEqual({ rows: 1, alarms: 0 });
  expect(await costOf(stub, message(taskId, "first", [track("a", { audio_url: AUDIO })]))).toEqual({
    rows: 1,
    alarms: 1,
  });
  expect(await costOf(stub, message(taskId, "first", [track("a", { audio_url: AUDIO, title: "Renamed" })]))).toEqual({
    rows: 1,
    alarms: 0,
  });
  // A redelivery is counted in its row.
  expect(await costOf(stub, message(taskId, "text"))).toEqual({ rows: 1, alarms: 0 });
  // A fresh instance knows of no alarm, so it sets one.
  await evictDurableObject(stub);
  expect(await costOf(stub, message(taskId, "text"))).toEqual({ rows: 1, alarms: 1 });
});

const UNUSABLE = {
  get(): never {
    throw new Error("not on the way of an answer");
  },
};

function recording(stub: DurableObjectStub<TaskObject>, calls: string[]): DurableObjectStub<TaskObject> {
  return new Proxy(stub, {
    get: (target, method) => {
      calls.push(String(method));
      return method === "observe" ? (delivery: Delivery) => target.observe(delivery) : undefined;
    },
  });
}

/** The rows that a callback writes in the task's object, as SQLite counts them, and how often it sets the alarm. */
async function costOf(
  stub: DurableObjectStub<TaskObject>,
  body: object,
): Promise<{ readonly rows: number; readonly alarms: number }> {
  const { exec, setAlarm, others } = await runInDurableObject(stub, (_, { storage }) => ({
    exec: vi.spyOn(storage.sql, "exec"),
    setAlarm: vi.spyOn(storage, "setAlarm"),
    others: [vi.spyOn(storage, "put"), vi.spyOn(storage.kv, "put"), vi.spyOn(storage, "deleteAlarm")],
  }));
  expect((await worker(callback(body))).status).toBe(200);
  return runInDurableObject(stub, () => {
    const rows = exec.mock.results.map(({ value }) => cursor.parse(value).rowsWritten);
    const alarms = setAlarm.mock.calls.length;
    for (const other of others) expect(other).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    return { rows: rows.reduce((sum, count) => sum + count, 0), alarms };
  });
}

const cursor = z.object({ rowsWritten: z.int() });

async function alarmOf(stub: DurableObjectStub<TaskObject>): Promise<number | null> {
  return runInDurableObject(stub, (_, state) => state.storage.getAlarm());
}

function tablesOf(state: DurableObjectState): readonly string[] {
  return state.storage.sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master")
    .toArray()
    .map(({ name }) => name);
}
