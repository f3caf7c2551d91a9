/** Alarms that are lost after a task settled, and objects that do not know who they are. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TaskState } from "../../../src/platform/task/state.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { reaching } from "../reach.ts";
import { configure } from "../settings.ts";
import { acting, callback, eventsOf, reading, viewOf, worker } from "../worker.ts";
import { SONG } from "../provider-files.ts";

const ENDPOINT = "https://hooks.example.com/backline";
const AUDIO = "https://cdn.example.com/song.mp3";
const MINUTE_MS = 60_000;
const ANY = { status: null, ref: null, parent: null, after: null, limit: 1 } as const;
const PATIENTLY = { timeout: 8_000, interval: 50 };

configure({ NOTIFY_URL: ENDPOINT, NOTIFY_SECRET: "notify-secret-of-the-worker-tests" });

/** Whether the endpoint takes what it is told. */
let listening = true;

beforeEach(() => {
  listening = true;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const { url } = new Request(input);
    if (url === ENDPOINT) return new Response(null, { status: listening ? 204 : 503 });
    return new Response(new Blob([SONG]).stream(), { headers: { "content-length": String(SONG.length) } });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("a notice that failed before the alarm was lost is sent after the watchdog's visit", async () => {
  listening = false;
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  await vi.waitFor(async () => expect(await typesOf(taskId)).toContain("notify_failed"), PATIENTLY);
  await loseAlarm(taskId);
  listening = true;
  await watch(env, Date.now() + 11 * MINUTE_MS);
  await vi.waitFor(async () => expect(await typesOf(taskId)).toContain("notified"), PATIENTLY);
}, 20_000);

test("a settled task that KV did not take is published after the watchdog's visit", async () => {
  const taskId = newTaskId();
  const put = vi.spyOn(env.STATE, "put").mockRejectedValue(new Error("KV is away"));
  await worker(callback(failure(taskId)));
  await vi.waitFor(async () => expect(await typesOf(taskId)).toContain("effect_failed"), PATIENTLY);
  await loseAlarm(taskId);
  put.mockRestore();
  expect(await env.STATE.get(`task:${taskId}`)).toBeNull();
  await watch(env, Date.now() + 11 * MINUTE_MS);
  await vi.waitFor(async () => expect(await env.STATE.get(`task:${taskId}`)).not.toBeNull(), PATIENTLY);
}, 20_000);

test.each(["callback", "assess", "notify"])(
  "what a settled task has to do after a %s outlives its alarm",
  async (cause) => {
    const taskId = newTaskId();
    await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
    await vi.waitFor(async () => expect(await typesOf(taskId)).toContain("published"), PATIENTLY);
    await vi.waitFor(
      async () => expect((await typesOf(taskId)).filter((type) => type === "notified")).toHaveLength(2),
      PATIENTLY,
    );
    const before = (await typesOf(taskId)).length;
    if (cause === "callback") await worker(callback(message(taskId, "text")));
    else await worker(acting("POST", `/tasks/${taskId}/${cause}`));
    await loseAlarm(taskId);
    // The catalog is told within a moment.
    await scheduler.wait(1_500);
    const idle = await typesOf(taskId);
    await watch(env, Date.now() + 11 * MINUTE_MS);
    const done = { callback: "published", assess: "assess_started", notify: "notified" }[cause];
    await vi.waitFor(
      async () => expect((await typesOf(taskId)).slice(Math.max(before, idle.length))).toContain(done),
      PATIENTLY,
    );
  },
  30_000,
);

test("a settled task with nothing left to do is not visited", async () => {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  await vi.waitFor(async () => expect(await typesOf(taskId)).toContain("notified"), PATIENTLY);
  await scheduler.wait(500);
  const visited: string[] = [];
  const tasks = reaching(env.TASKS, (name) => visited.push(name) > 0);
  await watch({ ...env, TASKS: tasks }, Date.now() + 11 * MINUTE_MS);
  expect(visited).not.toContain(taskId);
});

test("an object keeps its name with its log, and refuses to work under any other", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  await worker(callback(message(taskId, "text")));
  await evictDurableObject(stub);
  await runInDurableObject(stub, (_, { storage }) => {
    expect(new TaskState(null, storage).known.taskId).toBe(taskId);
    expect(() => new TaskState(newTaskId(), storage).known).toThrow("of another task");
  });
  await runInDurableObject(env.TASKS.getByName(newTaskId()), (_, { storage }) => {
    const nameless = new TaskState(null, storage);
    expect(nameless.task).toBeNull();
    expect(() => nameless.record({ type: "adopted" })).toThrow("does not know its task");
  });
  await worker(acting("DELETE", `/tasks/${taskId}`));
  await runInDurableObject(stub, (_, { storage }) => {
    expect(new TaskState(null, storage).taskId).toBe(taskId);
  });
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(410);
});

async function loseAlarm(taskId: string): Promise<void> {
  await runInDurableObject(env.TASKS.getByName(taskId), async (_, { storage }) => {
    await storage.deleteAlarm();
    expect(await storage.getAlarm()).toBeNull();
  });
  expect(await viewOf(taskId)).toMatchObject({ settled: true });
}

async function typesOf(taskId: string): Promise<readonly string[]> {
  return (await eventsOf(taskId)).map(({ type }) => type);
}

test("a deletion whose alarm was lost goes on after the watchdog's visit", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  await worker(callback(message(taskId, "text")));
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
  await watch(env, Date.now() + 25 * MINUTE_MS);
  await runInDurableObject(stub, async (_, { storage }) => expect(await storage.getAlarm()).not.toBeNull());
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(410);
});

test("a deletion whose first step failed and whose alarm was lost is finished after the watchdog's visit", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  const failing = vi.spyOn(env.AUDIO, "delete").mockRejectedValue(new Error("R2 is away"));
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  expect(failing).toHaveBeenCalled();
  failing.mockRestore();
  await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
  await watch(env, Date.now() + 15 * MINUTE_MS);
  const kept = async () => (await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects;
  await vi.waitFor(async () => expect(await kept()).toEqual([]), PATIENTLY);
});

test("a deletion that the catalog cannot be told of is no success, and may be asked for again", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  const away = vi.spyOn(env.CATALOG, "getByName").mockImplementation(() => {
    throw new Error("out of reach");
  });
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(500);
  away.mockRestore();
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
});

test("a file that R2 lost is fetched again though the alarm that was to fetch it got lost", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  await env.AUDIO.delete(`tasks/${taskId}/a/audio-1.mp3`);
  expect((await worker(reading(`/tasks/${taskId}/tracks/a/audio`))).status).toBe(404);
  await runInDurableObject(env.TASKS.getByName(taskId), (_, { storage }) => storage.deleteAlarm());
  await scheduler.wait(200);
  await watch(env, Date.now() + 15 * MINUTE_MS);
  const read = async () => (await worker(reading(`/tasks/${taskId}/tracks/a/audio`))).status;
  await vi.waitFor(async () => expect(await read()).toBe(200), PATIENTLY);
});

test("a rebuild leaves the watchdog what it knew of work that is left, and arms for it", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  listening = false;
  await worker(acting("POST", `/tasks/${taskId}/notify`));
  await runInDurableObject(env.TASKS.getByName(taskId), (_, { storage }) => storage.deleteAlarm());
  expect((await worker(acting("POST", `/tasks/${taskId}/rebuild`))).status).toBe(200);
  await runInDurableObject(env.TASKS.getByName(taskId), async (_, { storage }) =>
    expect(await storage.getAlarm()).not.toBeNull(),
  );
});

test("an instance that was superseded tells the catalog nothing of what it may have lost", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  const rowOf = async () => (await env.CATALOG.getByName("catalog").list({ ...ANY, text: taskId })).items[0]?.version;
  const before = await rowOf();
  vi.spyOn(TaskState.prototype, "assertOwned").mockImplementation(() => {
    throw new Error("this instance was superseded");
  });
  expect((await worker(acting("PUT", `/tasks/${taskId}/chosen`, {}, '{"trackId":"a"}'))).status).toBe(200);
  await scheduler.wait(300);
  expect(await rowOf()).toBe(before);
  expect((await viewOf(taskId)).version).toBeGreaterThan(before ?? 0);
});
