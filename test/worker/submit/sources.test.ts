/** Sources that are uploaded: kept only if they are audio, read by the provider under a link, and dropped in time. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { sha256Hex } from "../../../src/core/ids.ts";
import { keptSource } from "../../../src/http/routes/submit/sources.ts";
import { dropUnusedSources } from "../../../src/platform/sources/source-store.ts";
import { brokenBody, newTaskId } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { session } from "../sessions.ts";
import { configureWithKey } from "../settings.ts";
import { acting, problemOf, reading, request, viewOf, worker, workerWith } from "../worker.ts";

configureWithKey(1);

const HOUR_MS = 3_600_000;
const song = { title: "Song", tags: "jazz", negativeTags: "metal" };
const sent = z.looseObject({ uploadUrl: z.url() });

let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("what is uploaded is named by its hash, judged, and read back with ranges", async () => {
  const { sourceId, report } = await uploaded(SONG);
  expect(sourceId).toBe(sha256Hex(SONG));
  expect(report.audio.format).toBe("mp3");
  const whole = await worker(reading(`/sources/${sourceId}`));
  expect([whole.headers.get("content-type"), sha256Hex(new Uint8Array(await whole.arrayBuffer()))]).toEqual([
    "audio/mpeg",
    sourceId,
  ]);
  const part = await worker(reading(`/sources/${sourceId}`, { range: "bytes=0-3" }));
  expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 4]);
  expect(await uploaded(SONG)).toMatchObject({ sourceId });
});

test("what is no audio, cut short or too large is not kept", async () => {
  for (const [body, status, type] of [
    ["<html>no song</html>", 422, "source_refused"],
    ["", 422, "source_refused"],
  ] as const) {
    const refused = await problemOf(await upload(body));
    expect(refused).toMatchObject({ status, type: `urn:backline:problem:${type}` });
  }
  const large = request("/sources", {
    method: "POST",
    body: "x",
    headers: { ...session(), "sec-fetch-site": "same-origin", "content-length": String(2 ** 40) },
  });
  expect([413, 422]).toContain((await worker(large)).status);
  expect((await env.AUDIO.list({ prefix: "sources/incoming/" })).objects).toEqual([]);
});

test("a form with parts is refused before it is read, and says how to send the file", async () => {
  const form = new FormData();
  form.set("file", new File([SONG], "x.mp3", { type: "audio/mpeg" }));
  const headers = { ...session(), "sec-fetch-site": "same-origin" };
  const refused = await problemOf(await worker(request("/sources", { method: "POST", body: form, headers })));
  expect(refused).toMatchObject({ status: 422, type: "urn:backline:problem:source_refused" });
  expect(refused.detail).toContain("curl --data-binary @file");
});

test.each([
  ["at once", new Uint8Array(0)],
  ["within the file", SONG.subarray(0, SONG.length / 2)],
])("an upload that breaks off %s is no fault of ours, and nothing of it is kept", async (_, begun) => {
  const headers = { ...session(), "sec-fetch-site": "same-origin" };
  const upload = request("/sources", { method: "POST", body: brokenBody(begun), headers });
  const refused = await problemOf(await workerWith({})(upload));
  expect(refused).toMatchObject({ status: 400, type: "urn:backline:problem:incomplete_body" });
  expect((await env.AUDIO.list({ prefix: "sources/incoming/" })).objects).toEqual([]);
});

test("another site's page cannot upload by cookie, and nobody without access", async () => {
  const headers = { ...session(), "sec-fetch-site": "cross-site", "content-type": "text/plain" };
  expect((await worker(request("/sources", { method: "POST", body: SONG, headers }))).status).toBe(403);
  expect((await worker(request("/sources", { method: "POST", body: SONG }))).status).toBe(401);
});

test("the provider gets a link that opens that file alone, for a day", async () => {
  const { sourceId } = await uploaded(SONG);
  const link = await submittedLink(sourceId);
  const path = link.slice(new URL(link).origin.length);
  const read = await worker(request(path));
  expect([read.status, sha256Hex(new Uint8Array(await read.arrayBuffer()))]).toEqual([200, sourceId]);
  expect((await worker(request(path.replace(sourceId, sha256Hex("other"))))).status).toBe(401);
  expect((await worker(request(`/sources/${sourceId}`))).status).toBe(401);
  expect((await worker(request(`/tasks${path.slice(path.indexOf("?"))}`))).status).toBe(401);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * HOUR_MS + 1_000 });
  expect((await worker(request(path))).status).toBe(401);
});

test("an unknown source is refused with what to do, and so are both ways at once", async () => {
  const unknown = await problemOf(await submit({ ...song, sourceId: sha256Hex("never uploaded") }));
  expect([unknown.status, unknown.detail]).toEqual([422, expect.stringContaining("Upload it again")]);
  const both = { ...song, sourceId: sha256Hex(SONG), uploadUrl: "https://cdn.example.com/a.mp3" };
  expect((await problemOf(await submit(both))).detail).toContain("either uploadUrl or sourceId");
});

test("the host that a link's redirect leads to is told without a secret", async () => {
  const location = `http://${SECRETS.CALLBACK_TOKEN}.example/`;
  vi.spyOn(globalThis, "fetch").mockImplementation(
    async () => new Response(null, { status: 302, headers: { location } }),
  );
  const url = "https://cdn.example.com/voice.mp3";
  const asked = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url })));
  expect((await problemOf(asked)).detail).toContain("refused: http://[removed].example is not in SOURCE_ORIGINS");
});

test("a source goes with the last task of it, at once, unless it was uploaded again since", async () => {
  const { sourceId } = await uploaded(new Uint8Array([...SONG, 0, 0]));
  const tasks = [newTaskId(), newTaskId()] as const;
  const links = [await submittedLink(sourceId, tasks[0]), await submittedLink(sourceId, tasks[1])];
  await removeTask(tasks[0]);
  expect(await isThere(sourceId)).toBe(true);
  await removeTask(tasks[1]);
  expect((await env.AUDIO.list({ prefix: `sources/${sourceId}/` })).objects).toEqual([]);
  for (const link of links) expect((await worker(request(link))).status).not.toBe(200);
  const again = newTaskId();
  await uploaded(new Uint8Array([...SONG, 0, 0]));
  await submittedLink(sourceId, again);
  await vi.waitFor(async () => expect(Date.now()).toBeGreaterThan(Date.parse((await viewOf(again)).createdAt) + 50));
  await uploaded(new Uint8Array([...SONG, 0, 0]));
  await removeTask(again);
  expect(await isThere(sourceId)).toBe(true);
});

test("a source goes after a day without a task, with one it stays until the task goes", async () => {
  const lonely = await uploaded(new Uint8Array([...SONG, 0]));
  const { sourceId } = await uploaded(SONG);
  const taskId = newTaskId();
  await submittedLink(sourceId, taskId);
  expect((await viewOf(taskId)).request).toMatchObject({ sourceId });
  await dropUnusedSources(env.AUDIO, Date.now() + 23 * HOUR_MS);
  expect(await isThere(lonely.sourceId)).toBe(true);
  await dropUnusedSources(env.AUDIO, Date.now() + 25 * HOUR_MS);
  expect([await isThere(lonely.sourceId), await isThere(sourceId)]).toEqual([false, true]);
  await worker(acting("DELETE", `/tasks/${taskId}`));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await dropUnusedSources(env.AUDIO, Date.now() + 25 * HOUR_MS);
  // The other tests of this file submit the same song, and their tasks are still there.
  const marks = await env.AUDIO.list({ prefix: `sources/${sourceId}/used-by/` });
  expect(marks.objects.length === 0).toBe(!(await isThere(sourceId)));
});

test("the form submits as the API does, and shows again what was filled in where it cannot", async () => {
  const { sourceId } = await uploaded(SONG);
  const taskId = newTaskId();
  provider.accept = () => ({ code: 200, data: { taskId } });
  const done = await sendForm({ ...song, sourceId, model: "V6", styleWeight: "0.5", uploadUrl: "" });
  expect([done.status, done.headers.get("location")]).toEqual([303, `/tasks/${taskId}`]);
  expect((await viewOf(taskId)).request).toMatchObject({ sourceId, model: "V6", styleWeight: 0.5 });
  const missing = await sendForm({ ...song, title: "Kept in the form" });
  expect(missing.status).toBe(422);
  const html = await missing.text();
  expect(html).toContain("Choose an audio file");
  expect(html).toContain('value="Kept in the form"');
  const again = await (await worker(reading(`/new?from=${taskId}`, { accept: "text/html" }))).text();
  for (const value of ["jazz", "metal", sourceId]) expect(again).toContain(`value="${value}"`);
});

test("what is wrong in the form is said in the words of the API", async () => {
  const { sourceId } = await uploaded(SONG);
  const sent = { ...song, sourceId, title: "", tags: "x".repeat(1_001), styleWeight: "much", vocalGender: "x" };
  const refused = await sendForm(sent);
  expect(refused.status).toBe(422);
  const html = await refused.text();
  for (const words of [
    "title: is missing",
    "tags: must have at most 1000 characters",
    "styleWeight: must be a number",
    "vocalGender: must be one of m, f",
  ])
    expect(html).toContain(words);
  expect(html).not.toContain("Invalid");
});

test("each form that is opened submits a task of its own, and once however often it is sent", async () => {
  const { sourceId } = await uploaded(SONG);
  const keys = [await formKey(), await formKey()];
  const places: (string | null)[] = [];
  for (const [index, key] of [...keys, ...keys].entries()) {
    const taskId = newTaskId();
    provider.accept = () => ({ code: 200, data: { taskId } });
    const done = await sendForm({ ...song, title: `Form ${index % 2}`, sourceId, key });
    expect(done.status).toBe(303);
    places.push(done.headers.get("location"));
  }
  expect(places.slice(2)).toEqual(places.slice(0, 2));
  expect(new Set(places).size).toBe(2);
  const keyless = await sendForm({ ...song, sourceId, key: "" });
  expect([keyless.status, await keyless.text()]).toEqual([422, expect.stringContaining("The form lacks its key")]);
});

test("without script the file comes with the form", async () => {
  const taskId = newTaskId();
  provider.accept = () => ({ code: 200, data: { taskId } });
  const done = await sendForm({ ...song, model: "V6", file: new File([SONG], "voice.mp3") });
  expect([done.status, done.headers.get("location")]).toEqual([303, `/tasks/${taskId}`]);
  expect((await viewOf(taskId)).request).toMatchObject({ sourceId: sha256Hex(SONG) });
});

function upload(body: BodyInit): Promise<Response> {
  const headers = { ...session(), "sec-fetch-site": "same-origin", "content-type": "application/octet-stream" };
  return worker(request("/sources", { method: "POST", body, headers }));
}

async function uploaded(bytes: Uint8Array): Promise<z.infer<typeof keptSource>> {
  const response = await upload(new Blob([bytes]));
  expect(response.status).toBe(201);
  return keptSource.parse(await response.json());
}

function submit(body: object): Promise<Response> {
  return worker(acting("POST", "/tasks", {}, JSON.stringify(body)));
}

/** Where the provider was told that the source is. */
async function submittedLink(sourceId: string, taskId = newTaskId()): Promise<string> {
  provider.accept = () => ({ code: 200, data: { taskId } });
  expect((await submit({ ...song, sourceId })).status).toBe(202);
  const bodies = vi.mocked(fetch).mock.calls.flatMap(([, init]) => (typeof init?.body === "string" ? [init.body] : []));
  const { uploadUrl, ...rest } = sent.parse(JSON.parse(bodies.at(-1) ?? "null"));
  expect(Object.keys(rest)).not.toContain("sourceId");
  return uploadUrl;
}

async function sendForm(fields: Readonly<Record<string, string | File>>): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ key: await formKey(), ...fields })) body.set(name, value);
  const ask = new Response(body);
  const bytes = await ask.arrayBuffer();
  const headers = {
    ...session(),
    "sec-fetch-site": "same-origin",
    accept: "text/html",
    "content-type": ask.headers.get("content-type") ?? "",
    "content-length": String(bytes.byteLength),
  };
  return worker(request("/new", { method: "POST", body: bytes, headers, redirect: "manual" }));
}

/** Of the page as it is opened now. */
async function formKey(): Promise<string> {
  const html = await (await worker(reading("/new", { accept: "text/html" }))).text();
  return /name="key" value="([^"]+)"/.exec(html)?.[1] ?? "";
}

async function removeTask(taskId: string): Promise<void> {
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
}

async function isThere(sourceId: string): Promise<boolean> {
  return (await env.AUDIO.list({ prefix: `sources/${sourceId}/audio` })).objects.length > 0;
}
