/** What holds for the audio of a track holds for the file of any product: each law once, by its name. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sha256Hex } from "../../../src/core/ids.ts";
import { infoFrame, frames, joined, riffChunk, riffWave, wavFormat } from "../../core/audio/audio-bytes.ts";
import { newTaskId } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG, WAV } from "../provider-files.ts";
import { share } from "../sessions.ts";
import { configure, configureWithKey } from "../settings.ts";
import { acting, callback, eventsOf, reading, request, viewOf, worker } from "../worker.ts";

// Fourteen days are over in a second. A song is more than a track may have.
configureWithKey(1_000_000);
configure({ MAX_AUDIO_BYTES: "10000", MAX_FILE_BYTES: "20000" });

const CDN = "https://cdn.example.com";
const LINK = `${CDN}/file`;
const PATIENTLY = { timeout: 20_000, interval: 50 };
let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
});
afterEach(() => vi.restoreAllMocks());

async function make(data: object): Promise<string> {
  const taskId = newTaskId();
  await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, ...data } }));
  return taskId;
}

const stem = (link = LINK) => make({ vocal_removal_info: { drums_url: link } });
const fileOf = async (taskId: string) => (await viewOf(taskId)).files[0];

async function settled(taskId: string): Promise<Awaited<ReturnType<typeof viewOf>>> {
  return vi.waitFor(async () => {
    const view = await viewOf(taskId);
    expect(view.settled).toBe(true);
    return view;
  }, PATIENTLY);
}

test("source policy: a link that is not allowed is refused with its reason, and not fetched", async () => {
  const link = "https://files.example.org/drums.mp3";
  provider.files.set(link, SONG);
  const view = await settled(await stem(link));
  expect(view).toMatchObject({ outcome: "lost", files: [{ state: "lost", url: null }] });
  expect(view.files[0]?.reason).toContain("refused: https://files.example.org is not in AUDIO_ORIGINS");
  const asked = vi.mocked(globalThis.fetch).mock.calls.map(([input]) => new Request(input).url);
  expect(asked).not.toContain(link);
});

test("limit: a file has MAX_FILE_BYTES, whatever a track may have, and what is over it is lost with that reason", async () => {
  provider.files.set(LINK, SONG);
  expect((await settled(await stem())).files).toMatchObject([{ state: "stored", bytes: SONG.length }]);
  provider.files.set(LINK, riffWave(wavFormat(), riffChunk("data", new Uint8Array(30_000))));
  const { files } = await settled(await make({ audioWavUrl: LINK }));
  expect(files).toMatchObject([{ state: "lost", bytes: null }]);
  expect(files[0]?.reason).toContain("too_large: 30044 bytes are announced, MAX_FILE_BYTES is 20000");
});

test("retries: a file that fails in passing is fetched again by itself", async () => {
  const taskId = await stem();
  await vi.waitFor(async () => expect((await fileOf(taskId))?.reason).toMatch(/^unreachable: /), PATIENTLY);
  provider.files.set(LINK, SONG);
  const { files } = await settled(taskId);
  expect(files).toMatchObject([{ state: "stored", sha256: sha256Hex(SONG), reason: null }]);
  expect(files[0]?.attempts).toBeGreaterThan(1);
});

test("last resort: a stem that is always cut is kept as far as it plays, and says so", async () => {
  const cut = joined(infoFrame("Info", 400), frames(20));
  provider.files.set(LINK, cut);
  const taskId = await stem();
  const { files, outcome } = await settled(taskId);
  expect(outcome).toBe("complete");
  expect(files).toMatchObject([{ state: "stored", bytes: cut.length, contentType: "audio/mpeg" }]);
  expect(files[0]?.reason).toMatch(/^truncated: MP3 ends after/);
  const served = await worker(reading(files[0]?.url ?? ""));
  expect(sha256Hex(new Uint8Array(await served.arrayBuffer()))).toBe(files[0]?.sha256);
  const page = await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text();
  expect(page).toContain("Kept for want of better: the provider&#39;s file was cut short.");
});

test("last resort: of a WAV that is a page nothing plays, so it is lost, and the reason says what came", async () => {
  provider.files.set(LINK, new TextEncoder().encode("<!doctype html><title>Gone</title>"));
  const taskId = await make({ audioWavUrl: LINK });
  const view = await settled(taskId);
  expect(view).toMatchObject({ outcome: "lost", files: [{ name: "wav", state: "lost", url: null }] });
  expect(view.files[0]?.reason).toContain("not_wav: the server sent an HTML page");
  await vi.waitFor(async () => {
    expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
  }, PATIENTLY);
});

test("fresh links: the product's record is asked before a file is lost, and its link is fetched", async () => {
  const taskId = newTaskId();
  provider.files.set(LINK, null).set(`${CDN}/fresh`, WAV);
  const response = { audioWavUrl: `${CDN}/fresh` };
  provider.records.set(taskId, { taskId, musicId: "m", response, successFlag: "SUCCESS", errorCode: 0 });
  await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, audioWavUrl: LINK } }));
  expect((await settled(taskId)).files).toMatchObject([{ state: "stored", sha256: sha256Hex(WAV) }]);
  expect(provider.paths).toContain("/api/v1/wav/record-info");
  expect(provider.recovered).toEqual([]);
});

test("ranges, names and sharing: a file is served as a track's audio is", async () => {
  provider.files.set(LINK, SONG);
  const taskId = await stem();
  const url = (await settled(taskId)).files[0]?.url ?? "";
  const whole = await worker(reading(`${url}?download`));
  expect(whole.headers.get("content-disposition")).toMatch(/^attachment; filename="?drums\.mp3/);
  expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
  const tag = whole.headers.get("etag") ?? "";
  const statusOf = async (headers: Record<string, string>) => (await worker(reading(url, headers))).status;
  expect([
    await statusOf({ range: "bytes=0-9" }),
    await statusOf({ range: `bytes=${SONG.length}-` }),
    await statusOf({ range: "bytes=0-9", "if-range": '"another"' }),
    await statusOf({ "if-none-match": tag }),
    await statusOf({ "if-match": '"another"' }),
  ]).toEqual([206, 416, 200, 304, 412]);

  const listening = await share(taskId);
  const taking = await share(taskId, { download: true });
  const linked = async (path: string, to: string) =>
    (await worker(request(path.replace(`/tasks/${taskId}`, to)))).status;
  expect([
    await linked(listening.path, url),
    await linked(listening.path, `/tasks/${taskId}/files.zip`),
    await linked(taking.path, `/tasks/${taskId}/files.zip`),
  ]).toEqual([200, 401, 200]);
  expect((await worker(request(url))).status).toBe(401);
});

test("names: one archive of several files is not called after the first of them", async () => {
  provider.files.set(`${CDN}/vocal`, SONG);
  const links = { drums_url: LINK, vocal_url: `${CDN}/vocal` };
  const taskId = await make({ vocal_removal_info: links });
  expect((await settled(taskId)).files).toHaveLength(2);
  const archive = await worker(reading(`/tasks/${taskId}/files.zip`));
  expect(archive.headers.get("content-disposition")).toMatch(/^attachment; filename="?tracks\.zip/);
});

test("what R2 lost of it is fetched again, and a deletion takes the file along", async () => {
  provider.files.set(LINK, SONG);
  const taskId = await stem();
  const url = (await settled(taskId)).files[0]?.url ?? "";
  await env.AUDIO.delete(`tasks/${taskId}/drums/file-1.mp3`);
  expect((await worker(reading(url))).status).toBe(404);
  await vi.waitFor(async () => expect((await worker(reading(url))).status).toBe(200), PATIENTLY);
  expect((await eventsOf(taskId)).map(({ type }) => type)).toContain("file_gone");
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
  expect((await worker(reading(url))).status).toBe(410);
});
