/** `POST /tasks` of any product: what it is made of is checked before it costs credits, filled in and remembered. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, problemOf, reading, viewOf, worker } from "../worker.ts";

configureWithKey(1);

const AUDIO = "https://cdn.example.com/a.mp3";
let provider: PlayedProvider;
let tests = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + (tests += 1) * 60_000 });
  provider = playProvider();
  provider.files.set(AUDIO, SONG);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function parentTask(): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("take-a", { audio_url: AUDIO })])));
  return taskId;
}

function submit(request: object): Promise<Response> {
  return worker(acting("POST", "/tasks", { "content-type": "application/json" }, JSON.stringify(request)));
}

function accepting(): string {
  const taskId = newTaskId();
  provider.accept = () => ({ code: 200, msg: "success", data: { taskId } });
  return taskId;
}

const listOf = async (parent: string) =>
  taskList.parse(await (await worker(reading(`/tasks?parent=${parent}`))).json()).items;

test("stems of a track: its ids are filled in, the price is told, and the parent is remembered and listed", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  const response = await submit({ product: "stems", parent: { taskId: parent, trackId: "take-a" }, later: 1 });
  expect([response.status, await response.json()]).toMatchObject([
    202,
    {
      taskId,
      product: "stems",
      parent: { taskId: parent, trackId: "take-a" },
      credits: 10,
      stage: "pending",
      request: { taskId: parent, audioId: "take-a", type: "separate_vocal", later: 1 },
    },
  ]);
  const [sent] = provider.submitted;
  expect(sent).toMatchObject({
    path: "/api/v1/vocal-removal/generate",
    body: { taskId: parent, audioId: "take-a", type: "separate_vocal", later: 1 },
  });
  expect(Object.keys(sent?.body ?? {}).toSorted()).toEqual(["audioId", "callBackUrl", "later", "taskId", "type"]);

  const info = { vocal_url: AUDIO, instrumental_url: "https://cdn.example.com/i.mp3" };
  provider.files.set(info.instrumental_url, SONG);
  await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, vocal_removal_info: info } }));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await viewOf(taskId)).toMatchObject({ settled: true, outcome: "complete" });
  expect((await viewOf(taskId)).files.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "vocal stored",
    "instrumental stored",
  ]);
  await vi.waitFor(async () => {
    expect(await listOf(parent)).toMatchObject([{ taskId, product: "stems", parent: { taskId: parent } }]);
  });
  expect(await listOf(taskId)).toEqual([]);
});

test("what its parent does not have is refused before anything is submitted", async () => {
  const parent = await parentTask();
  for (const [request, says] of [
    [{ product: "wav", parent: { taskId: newTaskId(), trackId: "take-a" } }, "parent.taskId"],
    [{ product: "wav", parent: { taskId: parent, trackId: "take-b" } }, "parent.trackId: must be one of take-a"],
    [{ product: "wav" }, "taskId: is missing"],
    [{ product: "wavs" }, "product: must be one of"],
    [{ product: "voice" }, "product: must be one of"],
    [{ product: "wav", taskId: "t", audioId: "a", callBackUrl: "https://x.example.com" }, "callBackUrl"],
  ] as const) {
    const response = await submit(request);
    expect([request, response.status]).toEqual([request, 422]);
    expect((await problemOf(response)).detail).toContain(says);
  }
  expect(provider.submitted).toEqual([]);
});

test("what exists already is found: by the id that the refusal names, or by its parent", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  const wav = { product: "wav", parent: { taskId: parent, trackId: "take-a" } };
  expect((await submit(wav)).status).toBe(202);
  await vi.waitFor(async () => expect(await listOf(parent)).toHaveLength(1));
  provider.accept = () => ({ code: 409, msg: "exists", data: null });
  expect(await (await submit(wav)).json()).toMatchObject({ taskId, product: "wav", credits: 0.4 });
  provider.accept = () => ({ code: 409, msg: "exists", data: { taskId } });
  expect(await (await submit(wav)).json()).toMatchObject({ taskId, product: "wav" });
  provider.accept = () => ({ code: 409, msg: "exists", data: null });
  expect((await submit({ product: "cover_art", parent: { taskId: parent } })).status).toBe(422);
});

test("a failure that names no product is one of what was submitted, and lyrics are no music", async () => {
  const taskId = accepting();
  expect(await (await submit({ product: "lyrics", prompt: "rain" })).json()).toMatchObject({ taskId, parent: null });
  await worker(callback({ code: 400, msg: "no", data: { callbackType: "complete", task_id: taskId, data: null } }));
  expect(await viewOf(taskId)).toMatchObject({ product: "lyrics", stage: "failed", failure: { code: 400 } });
});

test("a track's page offers what can be made of it with its price, makes it once, and shows what was made", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  await runDurableObjectAlarm(env.TASKS.getByName(parent));
  const pageOf = async () => (await worker(reading(`/tasks/${parent}`, { accept: "text/html" }))).text();
  const page = await pageOf();
  for (const words of [
    "WAV (0.4 credits)",
    "Voice and backing (10 credits)",
    "Video (2 credits)",
    "Extend (12 credits)",
  ])
    expect(page).toContain(words);
  const key = /name="key" value="(wav [^"]+)"/.exec(page)?.[1] ?? "";
  const form = new URLSearchParams({ product: "wav", type: "", taskId: parent, trackId: "take-a", key }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(form.length) };
  const post = () => worker(new Request(acting("POST", "/new", headers, form), { redirect: "manual" }));
  for (const response of [await post(), await post()])
    expect([response.status, response.headers.get("location")]).toEqual([303, `/tasks/${taskId}`]);
  expect(provider.submitted).toHaveLength(1);
  await vi.waitFor(async () => expect(await listOf(parent)).toHaveLength(1));
  expect(await pageOf()).toContain(`<a href="/tasks/${taskId}">WAV</a>: under way`);
  expect(await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text()).toContain(
    `made of <a href="/tasks/${parent}">`,
  );
});

test("the page's button extends a track with the model that it was made with", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  await runDurableObjectAlarm(env.TASKS.getByName(parent));
  const page = await (await worker(reading(`/tasks/${parent}`, { accept: "text/html" }))).text();
  const form = page.split("<form").find((one) => one.includes('value="extend"')) ?? "";
  const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]);
  const body = new URLSearchParams(fields).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) };
  const response = await worker(new Request(acting("POST", "/new", headers, body), { redirect: "manual" }));
  expect(response.headers.get("location")).toBe(`/tasks/${taskId}`);
  expect(provider.submitted).toMatchObject([
    { path: "/api/v1/generate/extend", body: { audioId: "take-a", model: "V6", defaultParamFlag: false } },
  ]);
});
