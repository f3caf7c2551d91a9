/** Each product's own record is asked, where its callback proves too little or never comes. */
import { afterEach, expect, test, vi } from "vitest";
import { sign } from "../../../src/core/provider/signature.ts";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider } from "../provider-api.ts";
import { COVER, WAV } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, problemOf, reading, signedCallback, viewOf, worker, workerWith } from "../worker.ts";

configureWithKey(10_000);

afterEach(() => {
  vi.restoreAllMocks();
});

const LINK = "https://cdn.example.com/s/a.wav";
const PATIENTLY = { timeout: 15_000, interval: 50 };

function record(taskId: string, response: object | null, rest: object): object {
  return { taskId, musicId: "m", response, errorCode: 0, errorMessage: "", ...rest };
}

test("what a signature alone says counts once the product's record says so too", async () => {
  const provider = playProvider();
  provider.files.set(LINK, WAV);
  const taskId = newTaskId();
  provider.records.set(taskId, record(taskId, { audioWavUrl: LINK }, { successFlag: "SUCCESS-1" }));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    "x-webhook-timestamp": timestamp,
    "x-webhook-signature": sign(SECRETS.CALLBACK_HMAC_KEY, taskId, timestamp),
  };
  const forged = { code: 200, msg: "ok", data: { task_id: taskId, audioWavUrl: "https://cdn.example.com/forged.wav" } };
  expect((await worker(signedCallback(forged, headers))).status).toBe(200);
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({
    product: "wav",
    stages: { complete: { via: "poll" } },
    files: [{ name: "wav", state: "stored", bytes: WAV.length }],
  });
  expect(new Set(provider.paths)).toEqual(new Set(["/api/v1/wav/record-info"]));
});

test("a picture that is generated is awaited, by numbers, and by a record that holds nothing yet", async () => {
  const provider = playProvider();
  const picture = "https://cdn.example.com/1.png";
  provider.files.set(picture, COVER);
  const taskId = newTaskId();
  provider.records.set(taskId, record(taskId, null, { successFlag: 2, parentTaskId: "p" }));
  await worker(callback({ code: 200, data: { taskId, images: [], successFlag: 2 } }));
  await vi.waitFor(() => expect(provider.asked.length).toBeGreaterThan(1), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ product: "cover_art", stage: "pending", settled: false });
  provider.records.set(taskId, record(taskId, { images: [picture] }, { successFlag: "1", errorCode: 200 }));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ stage: "complete", files: [{ name: "image-1", state: "stored" }] });
  expect(new Set(provider.paths)).toEqual(new Set(["/api/v1/suno/cover/record-info"]));
});

test("a link that died is asked for again at the product's record", async () => {
  const provider = playProvider();
  provider.files.set(LINK, null).set("https://cdn.example.com/s/b.wav", WAV);
  const taskId = newTaskId();
  const fresh = { audioWavUrl: "https://cdn.example.com/s/b.wav" };
  provider.records.set(taskId, record(taskId, fresh, { successFlag: "CALLBACK_EXCEPTION" }));
  await worker(callback({ code: 200, data: { task_id: taskId, audioWavUrl: LINK } }));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect((await viewOf(taskId)).files).toMatchObject([
    { name: "wav", state: "stored", sha256: expect.any(String) as unknown },
  ]);
});

test("a task of no known product takes the one that a person names, and is asked about at once", async () => {
  const provider = playProvider();
  provider.files.set(LINK, WAV);
  const taskId = newTaskId();
  const name = (query: string) => worker(acting("PUT", `/tasks/${taskId}${query}`));
  await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, something_new: "yes" } }));
  expect(await viewOf(taskId)).toMatchObject({ product: "unknown" });
  expect(await (await name("")).json()).toMatchObject({ product: "unknown" });
  // The provider has none at that record, so nothing is named.
  expect((await name("?product=stems")).status).toBe(404);
  expect(await viewOf(taskId)).toMatchObject({ product: "unknown" });
  provider.records.set(taskId, record(taskId, { audioWavUrl: LINK }, { successFlag: "SUCCESS" }));
  const named = await name("?product=wav");
  expect([named.status, await named.json()]).toMatchObject([200, { product: "wav", stage: "complete" }]);
  await vi.waitFor(
    async () => expect((await viewOf(taskId)).files).toMatchObject([{ name: "wav", state: "stored" }]),
    PATIENTLY,
  );
  expect((await name("?product=wav")).status).toBe(200);
});

test("a task of a known product is adopted as no other, and the answer says why", async () => {
  playProvider();
  const [wav, song] = [newTaskId(), newTaskId()];
  await worker(callback({ code: 200, msg: "ok", data: { task_id: wav, audioWavUrl: LINK } }));
  const refused = await worker(acting("PUT", `/tasks/${wav}?product=stems`));
  expect([refused.status, (await problemOf(refused)).detail]).toEqual([
    422,
    expect.stringContaining("this task is of wav"),
  ]);
  await worker(callback(message(song, "text")));
  expect((await worker(acting("PUT", `/tasks/${song}?product=music`))).status).toBe(200);
  expect((await worker(acting("PUT", `/tasks/${song}?product=wav`))).status).toBe(422);
});

test("a permanent code ends it though its record says pending", async () => {
  const provider = playProvider();
  const taskId = newTaskId();
  const refused = { successFlag: "PENDING", errorCode: 413, errorMessage: "matches an existing work" };
  provider.records.set(taskId, record(taskId, null, refused));
  await worker(callback({ code: 200, data: { task_id: taskId, audioWavUrl: null, successFlag: "PENDING" } }));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ product: "wav", stage: "failed", failure: { code: 413 } });
});

test("the page of an unknown task asks the provider for it, where that can be asked and the visitor may act", async () => {
  const provider = playProvider();
  provider.files.set(LINK, WAV);
  const [taskId, html] = [newTaskId(), { accept: "text/html" }];
  const shown = await (await worker(reading(`/tasks/${taskId}`, html))).text();
  expect(shown).toContain(`action="/tasks/${taskId}/adopt"`);
  const keyless = workerWith({ PROVIDER_API_KEY: "" });
  expect(await (await keyless(reading(`/tasks/${taskId}`, html))).text()).not.toContain("/adopt");
  const ask = (product: string) => {
    const form = { ...html, "content-type": "application/x-www-form-urlencoded" };
    const request = acting("POST", `/tasks/${taskId}/adopt`, form, `product=${product}`);
    return worker(new Request(request, { redirect: "manual" }));
  };
  const unknown = await ask("stems");
  expect([unknown.status, await unknown.text()]).toEqual([
    404,
    expect.stringContaining("for stems. Check the id, what it makes, and"),
  ]);
  expect((await ask("song")).status).toBe(422);
  provider.records.set(taskId, record(taskId, { audioWavUrl: LINK }, { successFlag: "SUCCESS" }));
  const made = await ask("wav");
  expect([made.status, made.headers.get("location")]).toEqual([303, `/tasks/${taskId}`]);
  await vi.waitFor(
    async () => expect(await viewOf(taskId)).toMatchObject({ product: "wav", settled: true }),
    PATIENTLY,
  );
});

test("a parent that comes after its child is found by asking again, by the same answer and however long its id is", async () => {
  const provider = playProvider();
  provider.files.set(LINK, WAV).set("https://cdn.example.com/1.png", COVER);
  const parent = { taskId: `${newTaskId()}-${"x".repeat(67)}`, trackId: newTaskId() };
  const [wav, art] = [newTaskId(), newTaskId()];
  const made = { successFlag: "SUCCESS" };
  provider.records.set(wav, record(wav, { audioWavUrl: LINK }, { ...made, musicId: parent.trackId }));
  provider.records.set(
    art,
    record(art, { images: ["https://cdn.example.com/1.png"] }, { ...made, parentTaskId: parent.taskId }),
  );
  // All that is known of this one is what its record said before.
  expect((await worker(acting("PUT", `/tasks/${wav}?product=wav`))).status).toBe(201);
  await worker(callback({ code: 200, data: { taskId: art, images: ["https://cdn.example.com/1.png"] } }));
  const children = [wav, art];
  await vi.waitFor(() => expect(children.filter((id) => !provider.asked.includes(id))).toEqual([]), PATIENTLY);
  for (const id of children) {
    await vi.waitFor(async () => expect(await viewOf(id)).toMatchObject({ settled: true, parent: null }), PATIENTLY);
  }
  await worker(callback(message(parent.taskId, "complete", [track(parent.trackId)])));
  await vi.waitFor(
    async () => expect(await (await worker(reading(`/tasks?q=${parent.taskId}`))).text()).toContain(parent.trackId),
    PATIENTLY,
  );
  for (const [id, trackId] of [
    [wav, parent.trackId],
    [art, null],
  ] as const) {
    expect((await worker(acting("POST", `/tasks/${id}/retry`))).status).toBe(202);
    const found = { parent: { taskId: parent.taskId, trackId } };
    await vi.waitFor(async () => expect(await viewOf(id)).toMatchObject(found), PATIENTLY);
    const rebuilt = await (await worker(acting("POST", `/tasks/${id}/rebuild`))).json();
    expect([rebuilt, await viewOf(id)]).toMatchObject([{ identical: true }, found]);
  }
});

test("a take whose id came late or changed is asked for by the id of now, under the name it has here", async () => {
  const provider = playProvider();
  provider.accept = () => ({ code: 200, msg: "success", data: { taskId: newTaskId() } });
  const [taskId, audio_url] = [newTaskId(), "https://cdn.example.com/a.mp3"];
  const make = (trackId: string) => {
    const request = JSON.stringify({ product: "wav", parent: { taskId, trackId } });
    return worker(acting("POST", "/tasks", { "content-type": "application/json" }, request));
  };
  await worker(callback(message(taskId, "first", [track("", { audio_url }), track("old", { title: "B" })])));
  const early = await make("track-1");
  expect([early.status, (await problemOf(early)).detail]).toEqual([
    422,
    expect.stringContaining("gave this track no id"),
  ]);
  await worker(callback(message(taskId, "complete", [track("odd / id", { audio_url }), track("new", { title: "B" })])));
  for (const [trackId, audioId] of [
    ["track-1", "odd / id"],
    ["old", "new"],
  ] as const) {
    const made = await make(trackId);
    expect([made.status, await made.json()]).toMatchObject([202, { parent: { taskId, trackId } }]);
    expect(provider.submitted.at(-1)).toMatchObject({ body: { taskId, audioId } });
    expect((await viewOf(taskId)).tracks).toContainEqual(expect.objectContaining({ trackId, audioId }));
  }
  // What was made of it elsewhere names it by either id.
  provider.files.set(LINK, WAV);
  for (const musicId of ["old", "new"]) {
    const wav = newTaskId();
    provider.records.set(wav, record(wav, { audioWavUrl: LINK }, { successFlag: "SUCCESS", musicId }));
    await worker(callback({ code: 200, data: { task_id: wav, audioWavUrl: LINK } }));
    await vi.waitFor(async () => expect((await viewOf(wav)).parent).toEqual({ taskId, trackId: musicId }), PATIENTLY);
  }
});
