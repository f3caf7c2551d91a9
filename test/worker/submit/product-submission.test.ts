/** `POST /tasks` of any product: what it is made of is checked before it costs credits, filled in and remembered. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { taskView } from "../../../src/core/view/view.ts";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { message, newTaskId, track } from "../messages.ts";
import { reaching } from "../reach.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG, WAV } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, eventsOf, problemOf, reading, viewOf, worker, workerWith } from "../worker.ts";

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

function submit(request: object, headers: Record<string, string> = {}): Promise<Response> {
  const json = { "content-type": "application/json", ...headers };
  return worker(acting("POST", "/tasks", json, JSON.stringify(request)));
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
    [{ product: null }, "product: must be one of add_instrumental, generate"],
    [{ product: "voice" }, "product: must be one of"],
    [{ product: "wav", taskId: "t", audioId: "a", callBackUrl: "https://x.example.com" }, "callBackUrl"],
  ] as const) {
    const response = await submit(request);
    expect([request, response.status]).toEqual([request, 422]);
    expect((await problemOf(response)).detail).toContain(says);
  }
  expect(provider.submitted).toEqual([]);
});

test("what it is made of is of the kind that it needs: notes of stems, and all else of music", async () => {
  const parent = await parentTask();
  const stems = newTaskId();
  await worker(callback({ code: 200, msg: "ok", data: { task_id: stems, vocal_removal_info: { vocal_url: AUDIO } } }));
  for (const [request, says] of [
    [{ product: "midi", parent: { taskId: parent } }, "must be a task of stems, and this is one of music"],
    [{ product: "cover_art", parent: { taskId: stems } }, "must be a task of music, and this is one of stems"],
    [{ product: "wav", parent: { taskId: stems, trackId: "vocal" } }, "must be a task of music"],
    [{ product: "midi", parent: { taskId: stems, trackId: "vocal" } }, "vocal is what the file is called here"],
    [{ product: "wav", parent: { taskId: parent, trackId: "take-a" }, taskId: "other" }, "taskId: parent has another"],
    [{ product: "wav", parent: { taskId: parent, trackId: "take-a" }, audioId: "b" }, "audioId: parent has another"],
  ] as const) {
    const response = await submit(request);
    expect([request, response.status]).toEqual([request, 422]);
    expect((await problemOf(response)).detail).toContain(says);
  }
  expect(provider.submitted).toEqual([]);
  accepting();
  expect((await submit({ product: "midi", parent: { taskId: stems, trackId: "stem-1" } })).status).toBe(202);
  expect(provider.submitted).toMatchObject([{ body: { taskId: stems, audioId: "stem-1" } }]);
});

test("timestamped lyrics come with the answer: complete at once, once for a key, kept whole in the timeline", async () => {
  const parent = await parentTask();
  const wanted = { product: "timestamped_lyrics", parent: { taskId: parent, trackId: "take-a" } };
  const words = [{ word: "[Verse] la ", success: true, startS: 0.5, endS: 0.75, palign: 0 }];
  const answer = { code: 200, msg: "success", data: { alignedWords: words, hootCer: 0.1, isStreamed: false } };
  provider.accept = () => answer;
  const key = { "idempotency-key": "words once" };
  const response = await submit(wanted, key);
  const view = taskView.parse(await response.json());
  expect([response.status, view]).toMatchObject([
    202,
    {
      product: "timestamped_lyrics",
      parent: wanted.parent,
      credits: 0.5,
      stage: "complete",
      settled: true,
      outcome: "complete",
      files: [],
      request: { taskId: parent, audioId: "take-a" },
    },
  ]);
  expect(provider.submitted).toEqual([
    { path: "/api/v1/generate/get-timestamped-lyrics", body: { taskId: parent, audioId: "take-a" } },
  ]);
  const events = await eventsOf(view.taskId);
  expect(events.find(({ type }) => type === "observed")).toMatchObject({ body: answer });
  expect(await (await submit(wanted, key)).json()).toMatchObject({ taskId: view.taskId });
  expect(provider.submitted).toHaveLength(1);
  await vi.waitFor(async () => expect(await listOf(parent)).toMatchObject([{ taskId: view.taskId }]));

  // An answer that is lost, holds nothing or refuses makes no task, and the key is free.
  for (const [told, status] of [
    [null, 502],
    [{ code: 200, msg: "success", data: null }, 502],
    [{ code: 422, msg: "The corresponding record does not exist", data: null }, 422],
  ] as const) {
    provider.accept = () => told;
    expect((await submit(wanted, { "idempotency-key": "words again" })).status).toBe(status);
  }
  provider.accept = () => ({ code: 409, msg: "exists", data: { anything: 1 } });
  expect(await (await submit(wanted)).json()).toMatchObject({ taskId: view.taskId });
  expect(await listOf(parent)).toHaveLength(1);
});

test("what came with an answer and could not be kept is said to be lost, and the key is free", async () => {
  const parent = await parentTask();
  const wanted = { product: "timestamped_lyrics", parent: { taskId: parent, trackId: "take-a" } };
  const words = [{ word: "la", success: true, startS: 0.5, endS: 0.75, palign: 0 }];
  provider.accept = () => ({ code: 200, msg: "success", data: { alignedWords: words } });
  const headers = { "content-type": "application/json", "idempotency-key": "words kept" };
  const cutOff = workerWith({ TASKS: reaching(env.TASKS, (name) => name === parent) });
  const lost = await cutOff(acting("POST", "/tasks", headers, JSON.stringify(wanted)));
  expect([lost.status, (await problemOf(lost)).detail]).toEqual([502, expect.stringContaining("submit again")]);
  expect(await (await submit(wanted, headers)).json()).toMatchObject({ stage: "complete", settled: true });
});

test("an upload is refused for a product that takes none", async () => {
  const sourceId = "a".repeat(64);
  for (const request of [
    { product: "stems", audioUrl: AUDIO, sourceId },
    { product: "mashup", model: "V6", uploadUrlList: [AUDIO, AUDIO], sourceId },
  ]) {
    const response = await submit(request);
    expect([response.status, (await problemOf(response)).detail]).toEqual([
      422,
      expect.stringContaining("takes no upload"),
    ]);
  }
  expect(provider.submitted).toEqual([]);
});

test("what exists already is found: by the id that the refusal names, or by its parent", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  const wav = { product: "wav", parent: { taskId: parent, trackId: "take-a" } };
  expect((await submit(wav)).status).toBe(202);
  // Listed by the time that it is answered.
  expect(await listOf(parent)).toHaveLength(1);
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
  expect(await listOf(parent)).toHaveLength(1);
  const standing = (words: string) =>
    new RegExp(`<a href="/tasks/${taskId}">WAV of Song take-a \\(take 1\\)</a>, <time [^>]*>just now</time>: ${words}`);
  expect(await pageOf()).toMatch(standing("under way"));
  expect(await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text()).toContain(
    `made of <a href="/tasks/${parent}">`,
  );

  // While it is made the page looks after it; then it is heard there.
  expect(await pageOf()).toContain('data-busy="true"');
  const link = "https://cdn.example.com/s/made.wav";
  provider.files.set(link, WAV);
  await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, audioWavUrl: link } }));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await vi.waitFor(async () => expect(await listOf(parent)).toMatchObject([{ settled: true }]));
  const heard = await pageOf();
  expect(heard).toMatch(standing("complete, 1 of 1 file kept"));
  expect(heard).toContain(`<audio controls="" preload="none" src="/tasks/${taskId}/files/wav"`);
  expect(heard).toContain('data-busy="false"');

  // Who deleted it and presses again wants it made again.
  for (const made of [taskId, accepting()]) {
    await worker(acting("DELETE", `/tasks/${made}`));
    const next = accepting();
    for (const response of [await post(), await post()])
      expect([response.status, response.headers.get("location")]).toEqual([303, `/tasks/${next}`]);
    await worker(acting("DELETE", `/tasks/${next}`));
  }
  expect(provider.submitted).toHaveLength(3);
});

test("a page of stems offers no form of Add Instrumental", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  await submit({ product: "stems", parent: { taskId: parent, trackId: "take-a" } });
  const page = await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text();
  expect(page).toContain("Delete task and files");
  expect(page).not.toContain("/new?from=");
});

test("what exists already and is not here any more is said so, and the key is free", async () => {
  const [parent, taskId] = [await parentTask(), accepting()];
  const wav = { product: "wav", parent: { taskId: parent, trackId: "take-a" }, ref: newTaskId() };
  await submit({ ...wav, ref: newTaskId() });
  await worker(acting("DELETE", `/tasks/${taskId}`));
  provider.accept = () => ({ code: 409, msg: "exists", data: null });
  const unknown = await submit(wav);
  expect([unknown.status, (await problemOf(unknown)).detail]).toEqual([
    422,
    'The provider made this once already and makes it no second time: nothing was submitted. It said: "exists". Its task is not known here. PUT /tasks/<its id> adopts it, if you have the id.',
  ]);
  provider.accept = () => ({ code: 409, msg: "exists", data: { taskId } });
  const deleted = await submit(wav);
  expect(deleted.status).toBe(410);
  expect((await problemOf(deleted)).detail).toContain(`Its task ${taskId} was deleted here`);
  const next = accepting();
  expect(await (await submit(wav)).json()).toMatchObject({ taskId: next });
});

test("every link that the provider is to fetch is checked before it costs credits", async () => {
  const mashup = { product: "mashup", model: "V6" };
  const away = "https://cdn.example.com/away.mp3";
  for (const request of [
    { ...mashup, uploadUrlList: [AUDIO, "http://localhost/y"] },
    { ...mashup, uploadUrlList: [away, AUDIO] },
    { product: "stems", audioUrl: away },
    { product: "upload_cover", model: "V6", uploadUrl: away },
  ]) {
    const response = await submit(request);
    expect([request, response.status, (await problemOf(response)).type]).toEqual([
      request,
      422,
      "urn:backline:problem:source_refused",
    ]);
  }
  expect(provider.submitted).toEqual([]);
  for (const request of [
    { ...mashup, uploadUrlList: [AUDIO, AUDIO] },
    { product: "stems", audioUrl: AUDIO, force: true },
  ]) {
    const taskId = accepting();
    expect(await (await submit({ ...request, force: true })).json()).toMatchObject({ taskId });
  }
});

test("what is meant where no product is named is the same request when it is named", async () => {
  const taskId = accepting();
  const request = { title: "t", tags: "rock", negativeTags: "pop", uploadUrl: AUDIO, ref: newTaskId(), force: true };
  for (const one of [request, { ...request, product: "add_instrumental" }, request])
    expect(await (await submit(one)).json()).toMatchObject({ taskId });
  expect(provider.submitted).toHaveLength(1);
});

test("a product's request is told which of its fields are none of that product's", async () => {
  const parent = { taskId: await parentTask(), trackId: "take-a" };
  accepting();
  const answer = await (
    await submit({ product: "stems", parent, tags: "rock", Type: "split_stem", titel: "t" })
  ).json();
  expect(answer).toMatchObject({
    warnings: [
      "tags: no field of that name is known here; it was passed on to the provider as it is.",
      "Type: no field of that name is known here; it was passed on to the provider as it is (did you mean `type`?).",
      "titel: no field of that name is known here; it was passed on to the provider as it is.",
    ],
  });
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

test.each([
  ["x", "uploadUrlList: must be a list."],
  [[AUDIO], "uploadUrlList: must have exactly 2 items."],
  [[AUDIO, 7], "uploadUrlList.1: must be text."],
])("of a list that is none, or of another length, that alone is said: %j", async (uploadUrlList, detail) => {
  const refused = await submit({ product: "mashup", model: "V6", uploadUrlList });
  expect([refused.status, (await problemOf(refused)).detail]).toEqual([422, detail]);
});

test("what cannot work is refused before it is paid for", async () => {
  const [parent, failed, pending, stems] = [await parentTask(), newTaskId(), newTaskId(), newTaskId()];
  await worker(callback({ code: 400, msg: "no", data: { callbackType: "error", task_id: failed, data: null } }));
  await worker(callback(message(pending, "text")));
  await worker(callback({ code: 400, msg: "no", data: { task_id: stems, vocal_removal_info: null } }));
  for (const [request, words] of [
    [
      { product: "stems", parent: { taskId: parent, trackId: "take-a" }, type: "split_stem_advanced" },
      "stemName: is missing, and is needed where type is split_stem_advanced. Nothing was submitted.",
    ],
    [{ product: "stems" }, "taskId: give either taskId and audioId, or audioUrl"],
    [{ product: "cover_art", parent: { taskId: failed } }, "parent.taskId: this task failed"],
    [{ product: "midi", parent: { taskId: stems } }, "parent.taskId: this task failed"],
    [{ product: "cover_art", parent: { taskId: pending } }, "parent.taskId: this task has made nothing yet"],
  ] as const) {
    const refused = await submit(request);
    expect([refused.status, (await problemOf(refused)).detail]).toEqual([422, expect.stringContaining(words)]);
  }
  expect(provider.submitted).toEqual([]);
});
