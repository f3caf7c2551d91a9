/** Which bytes a reader gets: swapped, cut, recovered, and lost ones. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { frames, infoFrame, joined } from "../../core/audio/audio-bytes.ts";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { acting, callback, reading, viewOf, worker } from "../worker.ts";

afterEach(() => vi.restoreAllMocks());

const PATIENTLY = { timeout: 15_000, interval: 50 };
const LINK = "https://cdn.example.com/song.mp3";
const OTHER = "https://cdn.example.com/other.mp3";
const SHORT = frames(40);
/** 12 s. */
const LONG = frames(460);

const filePath = (taskId: string): string => `/tasks/${taskId}/tracks/a/audio`;
const audioOf = async (taskId: string) => (await viewOf(taskId)).tracks[0]?.audio;
const eventTypes = async (taskId: string) => {
  const page = await (await worker(reading(`/tasks/${taskId}/events?limit=100`))).json<{ items: { type: string }[] }>();
  return page.items.map(({ type }) => type);
};

async function keep(taskId: string, kind: string, fields: Record<string, unknown>): Promise<void> {
  await worker(callback(message(taskId, kind, [track("a", fields)])));
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ state: "stored" }), PATIENTLY);
}

test("a key that R2 lost is 404 of its own type for GET and HEAD, an event, and fetched again", async () => {
  const provider = playProvider();
  provider.files.set(LINK, SONG);
  const taskId = newTaskId();
  await keep(taskId, "complete", { audio_url: LINK });
  const lose = async () => env.AUDIO.delete(`tasks/${taskId}/a/audio-1.mp3`);
  await lose();
  provider.files.set(LINK, null);
  const missed = await worker(reading(filePath(taskId)));
  expect([missed.status, (await missed.json<{ type: string }>()).type]).toEqual([
    404,
    "urn:backline:problem:file_gone",
  ]);
  expect((await worker(new Request(reading(filePath(taskId)), { method: "HEAD" }))).status).toBe(404);
  expect(await viewOf(taskId)).toMatchObject({ settled: false, tracks: [{ audio: { state: "queued" } }] });
  expect(await eventTypes(taskId)).toContain("file_gone");
  provider.files.set(LINK, SONG);
  await worker(acting("POST", `/tasks/${taskId}/retry`));
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ state: "stored" }), PATIENTLY);
  const again = await worker(reading(filePath(taskId)));
  expect(again.status).toBe(200);
  expect(new Uint8Array(await again.arrayBuffer())).toEqual(SONG);
});

test("a HEAD finds a lost file too", async () => {
  playProvider().files.set(LINK, SONG);
  const taskId = newTaskId();
  await keep(taskId, "complete", { audio_url: LINK });
  await env.AUDIO.delete(`tasks/${taskId}/a/audio-1.mp3`);
  expect((await worker(new Request(reading(filePath(taskId)), { method: "HEAD" }))).status).toBe(404);
  expect(await eventTypes(taskId)).toContain("file_gone");
});

test("a retry looks at the stored keys", async () => {
  playProvider().files.set(LINK, SONG);
  const taskId = newTaskId();
  await keep(taskId, "complete", { audio_url: LINK });
  await env.AUDIO.delete(`tasks/${taskId}/a/audio-1.mp3`);
  await worker(acting("POST", `/tasks/${taskId}/retry`));
  await vi.waitFor(async () => expect((await worker(reading(filePath(taskId)))).status).toBe(200), PATIENTLY);
  expect(await eventTypes(taskId)).toContain("file_gone");
});

test("a kept preview is swapped for the final file, and a download that goes on never mixes the two", async () => {
  const provider = playProvider();
  provider.files.set(LINK, SHORT).set(OTHER, LONG);
  const taskId = newTaskId();
  await keep(taskId, "first", { audio_url: LINK, duration: 1 });
  const begun = await worker(reading(filePath(taskId), { range: "bytes=0-99" }));
  const [tag, kept] = [begun.headers.get("etag") ?? "", begun.headers.get("last-modified") ?? ""];
  const goOn = async (headers: Record<string, string>) =>
    (await worker(reading(filePath(taskId), { range: "bytes=100-", ...headers }))).status;
  expect([await goOn({ "if-match": tag }), await goOn({ "if-unmodified-since": kept })]).toEqual([206, 206]);

  await worker(callback(message(taskId, "complete", [track("a", { audio_url: OTHER, duration: 12 })])));
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ bytes: LONG.length }), PATIENTLY);
  expect(new Uint8Array(await (await worker(reading(filePath(taskId)))).arrayBuffer())).toEqual(LONG);
  expect(await goOn({ "if-match": tag })).toBe(412);
  expect(await goOn({ "if-unmodified-since": "Mon, 05 Jan 2026 12:00:00 GMT" })).toBe(412);
  expect(await goOn({ "if-range": tag })).toBe(200);
});

test("a file that is always cut is kept as the last resort, byte for byte as far as it goes", async () => {
  const cut = joined(infoFrame("Info", 400), frames(100));
  const provider = playProvider();
  provider.files.set(LINK, cut);
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: LINK })])));
  await vi.waitFor(
    async () => expect(await audioOf(taskId)).toMatchObject({ state: "queued", attempts: 1 }),
    PATIENTLY,
  );
  await vi.waitFor(async () => expect((await audioOf(taskId))?.reason).toMatch(/^truncated/), PATIENTLY);
  const part = await env.AUDIO.get(`tasks/${taskId}/a/audio-1.cut.mp3`);
  expect(new Uint8Array(await (part?.arrayBuffer() ?? new ArrayBuffer(0)))).toEqual(cut);
});

test("a body that breaks off leaves what came of it, without the zeros that the put needed", async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const body = new Blob([LONG]).stream();
    return new Response(body, { headers: { "content-length": String(LONG.length + 50_000) } });
  });
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: LINK })])));
  await vi.waitFor(async () => expect((await audioOf(taskId))?.reason).toMatch(/^truncated/), PATIENTLY);
  const { objects } = await env.AUDIO.list({ prefix: `tasks/${taskId}/` });
  expect(objects.map(({ key, size }) => [key, size])).toEqual([[`tasks/${taskId}/a/audio-1.cut.mp3`, LONG.length]]);
  const part = await env.AUDIO.get(`tasks/${taskId}/a/audio-1.cut.mp3`);
  expect(new Uint8Array(await (part?.arrayBuffer() ?? new ArrayBuffer(0)))).toEqual(LONG);
});

test("a link that cannot be used is named with its reason", async () => {
  const taskId = newTaskId();
  for (const [index, link] of [
    "ftp://cdn.example.com/a.mp3",
    "//[",
    "https://cdn.example.com/none.mp3",
    "https://cdn.example.com/api/forbidden",
  ].entries()) {
    await worker(callback(message(`${taskId}-${index}`, "first", [track("a", { audio_url: link })])));
    const audio = await audioOf(`${taskId}-${index}`);
    expect(audio).toMatchObject({ state: "waiting", attempts: 0 });
    expect(audio?.reason).toMatch(/^refused_link: the provider sent a link that cannot be used: it/);
    expect(audio?.reason).not.toContain("cdn.example.com");
  }
});
