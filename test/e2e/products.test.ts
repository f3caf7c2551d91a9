/** All that the provider makes beside Add Instrumental, from its submission to its bytes. */
import { parseMidi } from "midi-file";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { taskView, type TaskView } from "../../src/core/view/view.ts";
import type { Made } from "../rig/provider/ledger.ts";
import { KINDS, MADE_PRODUCTS } from "../rig/provider/products/kinds.ts";
import { timedLyrics } from "../rig/provider/products/routes.ts";
import { hashesInZip } from "../rig/zip.ts";
import { CALLBACK_TOKEN, expectKept, startStand, type Stand } from "./stand.ts";

const KEY = "provider-key-of-the-end-to-end-tests";

let stand: Stand;
/** A task that is complete, and its first track. */
let parent: { readonly taskId: string; readonly trackId: string };

beforeAll(async () => {
  stand = await startStand({
    timeScale: 100,
    providerKey: KEY,
    vars: { SOURCE_ORIGINS: "http://127.0.0.1:*" },
  });
  const { taskId, tracks } = stand.submit("The parent");
  await stand.finished(taskId);
  parent = { taskId, trackId: tracks[0].trackId };
});
afterAll(() => stand.stop());

test.each([
  ["wav", {}, ["wav"]],
  ["stems", {}, ["vocal", "instrumental"]],
  ["stems", { type: "split_stem" }, ["vocal", "drums", "bass", "keyboard", "percussion"]],
  ["stems", { type: "split_stem_advanced", stemName: "Bass" }, ["bass", "without_bass"]],
  ["video", {}, ["video"]],
  ["cover_art", {}, ["image-1", "image-2"]],
])("%s %o: submitted of a track, each file is what the provider sent", async (product, more, names) => {
  const submitted = await submit({ product, parent, ...more });
  expect(submitted).toMatchObject({
    product,
    parent: { taskId: parent.taskId },
    credits: expect.any(Number) as unknown,
  });
  const view = await settled(submitted.taskId);
  expect(view).toMatchObject({ stage: "complete", outcome: "complete", tracks: [], failure: null });
  expect(view.files.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  await expectMade(made(submitted.taskId), view);
});

test("the stems of a take are one archive, and all made of it is listed", async () => {
  const { taskId } = await submit({ product: "stems", parent, type: "split_stem" });
  await settled(taskId);
  const archive = await stand.client.get(`/tasks/${taskId}/files.zip`);
  expect(hashesInZip(new Uint8Array(await archive.arrayBuffer()))).toEqual(
    new Map(made(taskId).files.map(({ name, sha256 }) => [`${name}.mp3`, sha256])),
  );
  const listed = await (await stand.client.get(`/tasks?parent=${parent.taskId}&limit=100`)).text();
  expect(listed).toContain(taskId);
});

test.each([
  ["generate", { prompt: "rain", customMode: false, instrumental: true, model: "V6" }],
  ["extend", { defaultParamFlag: false, model: "V6" }],
  ["upload_cover", { model: "V6" }],
  ["upload_extend", { defaultParamFlag: false, model: "V6" }],
  ["add_vocals", { title: "Sung", negativeTags: "metal", style: "soul" }],
  [
    "replace_section",
    { prompt: "a bridge", tags: "soul", title: "Replaced", fullLyrics: "la", infillStartS: 1, infillEndS: 11 },
  ],
  ["mashup", { model: "V6" }],
  ["sounds", { prompt: "a door", model: "V6" }],
])("%s: both takes of it are kept", async (product, fields) => {
  const link = stand.provider.sourceUrl("vocals");
  const uploads = { upload_cover: 1, upload_extend: 1, add_vocals: 1 };
  const { taskId } = await submit({
    product,
    ...fields,
    ...(product in uploads ? { uploadUrl: link } : {}),
    ...(product === "mashup" ? { uploadUrlList: [link, link] } : {}),
    ...(product === "extend" || product === "replace_section" ? { parent } : {}),
  });
  const task = stand.provider.tasks.get(taskId);
  if (task === undefined) throw new Error("the provider does not know the task");
  const view = await stand.viewWhen(
    taskId,
    ({ settled, tracks }) => settled && tracks.every(({ cover }) => cover.url !== null),
  );
  expect([view.product, view.stage, task.product]).toEqual([product, "complete", product]);
  await expectKept(stand, task, view);
});

test("the notes of stems are kept as a MIDI file", async () => {
  const { taskId: stems } = await submit({ product: "stems", parent });
  await settled(stems);
  const { taskId } = await submit({ product: "midi", parent: { taskId: stems } });
  const view = await settled(taskId);
  expect(view).toMatchObject({
    stage: "complete",
    files: [{ name: "midi", state: "stored", contentType: "audio/midi" }],
  });
  const file = await stand.client.get(view.files[0]?.url ?? "");
  const names = parseMidi(new Uint8Array(await file.arrayBuffer())).tracks.flatMap((events) =>
    events.flatMap((event) => (event.type === "trackName" ? [event.text] : [])),
  );
  expect(names).toEqual(made(taskId).notes.map(({ name }) => name));
});

test("the words of lyrics are kept in the timeline, and it is complete without a file", async () => {
  const { taskId } = await submit({ product: "lyrics", prompt: "rain on tin" });
  const view = await settled(taskId);
  expect(view).toMatchObject({ product: "lyrics", stage: "complete", outcome: "complete", files: [] });
  expect(JSON.stringify(await stand.events(taskId))).toContain("rain on tin");
});

test("timestamped lyrics come with the answer, and their words are in the timeline", async () => {
  const { taskId, ...view } = await submit({ product: "timestamped_lyrics", parent });
  expect(view).toMatchObject({ stage: "complete", outcome: "complete", settled: true, parent, credits: 0.5 });
  const observed = (await stand.events(taskId)).find(({ type }) => type === "observed");
  expect(observed).toMatchObject({ body: { code: 200, data: timedLyrics(parent.trackId) } });
});

test.each(MADE_PRODUCTS)("%s that fails is failed with the provider's code, submitted here or not", async (product) => {
  for (const failure of KINDS[product].failureCodes) {
    const one = stand.provider.make(product, { ...wished(product), callBackUrl: elsewhere() }, { afterMs: 0, failure });
    const view = await settled(one.taskId);
    expect(view).toMatchObject({ stage: "failed", failure: { code: failure }, files: [] });
  }
});

test("a WAV that nobody submitted here is kept all the same", async () => {
  const wav = stand.provider.make("wav", { ...wished("wav"), callBackUrl: elsewhere() }, { afterMs: 0 });
  const view = await settled(wav.taskId);
  expect(view).toMatchObject({ product: "wav", stage: "complete", request: null });
  await expectMade(wav, view);
});

test("what a product that was submitted elsewhere is made of is read from its record", async () => {
  const { taskId, tracks } = stand.submit("Found by its track");
  await stand.finished(taskId);
  const of = { taskId, audioId: tracks[1].trackId, callBackUrl: elsewhere() };
  const wav = stand.provider.make("wav", of, { afterMs: 0 });
  const art = stand.provider.make("cover_art", of, { afterMs: 0 });
  const known = async (id: string) => (await stand.viewWhen(id, ({ parent: found }) => found !== null)).parent;
  expect(await known(wav.taskId)).toEqual({ taskId, trackId: tracks[1].trackId });
  expect(await known(art.taskId)).toEqual({ taskId, trackId: null });
  await vi.waitFor(async () => {
    const listed = await (await stand.client.get(`/tasks?parent=${taskId}`)).text();
    for (const one of [wav, art]) expect(listed).toContain(one.taskId);
  });
  const strange = stand.provider.make("video", { taskId: "t", audioId: "a", callBackUrl: elsewhere() }, { afterMs: 0 });
  await vi.waitFor(() => expect(strange.asks).toHaveLength(1), { timeout: 10_000 });
  expect((await settled(strange.taskId)).parent).toBeNull();
});

test("a product of which every callback got lost is found out about, once somebody names it", async () => {
  for (const product of ["wav", "cover_art", "lyrics"] as const) {
    const lost = { afterMs: 0, silent: true };
    const one = stand.provider.make(product, { ...wished(product), callBackUrl: elsewhere() }, lost);
    const path = `/tasks/${one.taskId}`;
    const unnamed = await stand.client.get(path, { method: "PUT" });
    expect([unnamed.status, await unnamed.text()]).toEqual([404, expect.stringContaining("?product=")]);
    const adopted = await stand.client.get(`${path}?product=${product}`, { method: "PUT" });
    expect(adopted.status).toBe(201);
    const view = await settled(one.taskId);
    expect(view).toMatchObject({ product, stage: "complete", stages: { complete: { via: "poll" } } });
    await expectMade(one, view);
  }
});

test("what exists already is the earlier task, whichever way the provider says so", async () => {
  const { tracks, taskId } = stand.submit("Twice");
  await stand.finished(taskId);
  for (const { trackId } of tracks) {
    const wish = { product: "wav", parent: { taskId, trackId } };
    const first = await submit(wish);
    await settled(first.taskId);
    expect((await submit(wish)).taskId).toBe(first.taskId);
  }
});

/** What the provider needs to make it of the parent. */
function wished(product: Made["product"]): object {
  const { of } = KINDS[product];
  if (of === null) return { prompt: "rain" };
  return of === "track" ? { taskId: parent.taskId, audioId: parent.trackId } : { taskId: parent.taskId };
}

function elsewhere(): string {
  return `${stand.origin}/callback/${CALLBACK_TOKEN}`;
}

async function submit(request: object): Promise<TaskView> {
  const headers = { "content-type": "application/json" };
  const response = await stand.client.get("/tasks", { method: "POST", headers, body: JSON.stringify(request) });
  const said = await response.text();
  if (response.status !== 202) throw new Error(`POST /tasks answered ${response.status}: ${said}`);
  return taskView.parse(JSON.parse(said));
}

async function settled(taskId: string): Promise<TaskView> {
  return stand.viewWhen(taskId, (view) => view.settled);
}

function made(taskId: string): Made {
  const one = stand.provider.made.get(taskId);
  if (one === undefined) throw new Error(`the provider has not made ${taskId}`);
  return one;
}

/** Each file lies in the Worker as the provider made it: by the view's hash, and by the bytes that it serves. */
async function expectMade(sent: Made, view: TaskView): Promise<void> {
  for (const { name, sha256, bytes } of sent.files) {
    const kept = view.files.find((file) => file.name === name);
    expect(kept).toMatchObject({ state: "stored", sha256, bytes });
    expect(await stand.client.read(kept?.url ?? "")).toEqual({ status: 200, sha256, bytes });
  }
}
