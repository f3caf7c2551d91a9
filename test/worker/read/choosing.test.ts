/** A take is chosen, and all of them are taken home. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { frames } from "../../core/audio/audio-bytes.ts";
import { message, newTaskId, track } from "../messages.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { share } from "../sessions.ts";
import { acting, callback, eventsOf, problemOf, reading, request, viewOf, worker } from "../worker.ts";

const listed = z.object({ items: z.array(z.object({ taskId: z.string(), chosen: z.string().nullable() })) });

const OTHER_SONG = frames(41);

/** Publications of one task are two seconds apart. */
const PATIENTLY = { timeout: 10_000 };

afterEach(() => {
  vi.restoreAllMocks();
});

test("one take of a task is chosen, the latest stands, and it shows in the view and the list", async () => {
  const taskId = await keptTask();
  const { version } = await viewOf(taskId);
  expect(await choose(taskId, "a")).toMatchObject({ status: 200 });
  expect(await choose(taskId, "b")).toMatchObject({ status: 200 });
  expect(await viewOf(taskId)).toMatchObject({ chosen: "b", version: version + 2 });
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await vi.waitFor(async () => {
    const list = listed.parse(await (await worker(reading(`/tasks?q=${taskId}`))).json());
    expect(list.items).toEqual([{ taskId, chosen: "b" }]);
  }, PATIENTLY);
  await choose(taskId, null);
  expect(await viewOf(taskId)).toMatchObject({ chosen: null });
});

test("what is no track of the task cannot be chosen, and the tracks are named", async () => {
  const taskId = await keptTask();
  for (const body of ["", "{}", '{"trackId":1}', '{"trackId":"a","more":1}'])
    expect((await worker(acting("PUT", `/tasks/${taskId}/chosen`, {}, body))).status).toBe(422);
  const refused = await problemOf(await choose(taskId, "c"));
  expect([refused.status, refused.detail]).toEqual([422, expect.stringContaining("a, b")]);
});

test("where all is kept, trying again says that there is nothing to try and changes nothing, and else nothing of the kind", async () => {
  const advised = z.object({ advice: z.string().nullable() });
  const kept = await keptTask();
  const [before, events] = [await viewOf(kept), await eventsOf(kept)];
  const nothing = await worker(acting("POST", `/tasks/${kept}/retry`));
  expect([nothing.status, advised.parse(await nothing.json()).advice]).toEqual([
    202,
    "There is nothing to try again: every file of the task is kept.",
  ]);
  expect(await viewOf(kept)).toEqual(before);
  expect(await eventsOf(kept)).toEqual(events);
  expect((await worker(acting("POST", `/tasks/${kept}/retry`, { "if-match": '"other"' }))).status).toBe(412);
  const open = newTaskId();
  await worker(callback(message(open, "text")));
  const something = await worker(acting("POST", `/tasks/${open}/retry`));
  expect([something.status, advised.parse(await something.json()).advice]).toEqual([202, null]);
});

test("all kept files come in one archive of the length it told, under names that never collide", async () => {
  const taskId = await keptTask();
  const response = await worker(reading(`/tasks/${taskId}/files.zip`));
  expect(response.headers.get("content-type")).toBe("application/zip");
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="?Night train\.zip/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(String(bytes.length)).toBe(response.headers.get("content-length"));
  const names = ["Night train (take 1).mp3", "Night train (take 1).jpg", "Night train (take 2).mp3"];
  for (const name of names) expect(indexOf(bytes, new TextEncoder().encode(name))).toBeGreaterThan(0);
  const at = indexOf(bytes, SONG);
  expect(at).toBeGreaterThan(0);
  // Stored as it is, not compressed.
  expect(indexOf(bytes, SONG, at + 1)).toBeGreaterThan(at);
  const file = await worker(reading(`/tasks/${taskId}/tracks/b/audio?download`));
  expect(file.headers.get("content-disposition")).toContain("Night%20train%20%28take%202%29.mp3");
  await file.arrayBuffer();
});

test("a share link opens downloads only if it was made for them", async () => {
  const taskId = await keptTask();
  for (const [download, expected] of [
    [false, 401],
    [true, 200],
  ] as const) {
    const { path } = await share(taskId, { download });
    const query = path.slice(path.indexOf("?"));
    expect(await statusOf(path)).toBe(200);
    expect(await statusOf(`/tasks/${taskId}/tracks/a/audio${query}`)).toBe(200);
    expect(await statusOf(`/tasks/${taskId}/tracks/a/audio${query}&download`)).toBe(expected);
    expect(await statusOf(`/tasks/${taskId}/files.zip${query}`)).toBe(expected);
  }
  const { path } = await share(taskId, { download: true, trackId: "a" });
  const query = path.slice(path.indexOf("?"));
  expect(await statusOf(`/tasks/${taskId}/tracks/a/audio${query}&download`)).toBe(200);
  expect(await statusOf(`/tasks/${taskId}/files.zip${query}`)).toBe(401);
  expect(await statusOf(`/tasks/${taskId}/files.zip${query.replace("track-download", "task-download")}`)).toBe(401);
});

function choose(taskId: string, trackId: string | null): Promise<Response> {
  return worker(acting("PUT", `/tasks/${taskId}/chosen`, {}, JSON.stringify({ trackId })));
}

async function statusOf(path: string): Promise<number> {
  const response = await worker(request(path));
  await response.arrayBuffer();
  return response.status;
}

async function keptTask(): Promise<string> {
  const taskId = newTaskId();
  const files = (name: string) => ({
    title: "Night train",
    audio_url: `https://cdn.example.com/${taskId}/${name}.mp3`,
    image_url: `https://cdn.example.com/${taskId}/${name}.jpeg`,
  });
  const [a, b] = [files("a"), files("b")];
  serveFiles({ [a.audio_url]: SONG, [a.image_url]: COVER, [b.audio_url]: OTHER_SONG, [b.image_url]: COVER });
  await worker(callback(message(taskId, "complete", [track("a", a), track("b", b)])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), { timeout: 10_000 });
  await vi.waitFor(
    async () => expect((await viewOf(taskId)).tracks.every(({ cover }) => cover.state === "stored")).toBe(true),
    { timeout: 10_000 },
  );
  return taskId;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  return latin1(bytes).indexOf(latin1(wanted), from);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
