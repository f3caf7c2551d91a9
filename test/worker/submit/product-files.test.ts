/** What other products deliver is kept: named, verified by its own bytes, and served like a track. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { guestView } from "../../../src/core/view/guest.ts";
import { sha256Hex } from "../../../src/core/ids.ts";
import { newTaskId } from "../messages.ts";
import { box, COVER, FTYP, serveFiles, SONG, VIDEO, WAV } from "../provider-files.ts";
import { share } from "../sessions.ts";
import { acting, callback, reading, request, viewOf, worker } from "../worker.ts";

afterEach(() => vi.restoreAllMocks());

const CDN = "https://cdn.example.com";
const PATIENTLY = { timeout: 15_000, interval: 50 };

const NO_MOOV = Uint8Array.from([...FTYP, ...box("mdat", 1, 2, 3, 4)]);
const PAGE = new TextEncoder().encode("<!doctype html><title>Gone</title>");
const NOISE = Uint8Array.from({ length: 900 }, (_, index) => (index * 7_919) % 127);

async function make(data: object, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  serveFiles(files);
  const taskId = newTaskId();
  const sent = await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, ...data } }));
  expect(sent.status).toBe(200);
  return taskId;
}

const settled = async (taskId: string) =>
  vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);

test("stems that nobody submitted are kept under the provider's names, one with raw spaces in its link", async () => {
  const info = { origin_url: "", vocal_url: `${CDN}/5f_Lead Vocal.mp3`, drums_url: `${CDN}/d.mp3` };
  const taskId = await make(
    { vocal_removal_info: info },
    { [`${CDN}/5f_Lead%20Vocal.mp3`]: SONG, [`${CDN}/d.mp3`]: SONG },
  );
  await settled(taskId);
  const view = await viewOf(taskId);
  const kept = {
    state: "stored",
    bytes: SONG.length,
    sha256: sha256Hex(SONG),
    contentType: "audio/mpeg",
    reason: null,
  };
  expect(view).toMatchObject({
    product: "stems",
    stage: "complete",
    outcome: "complete",
    tracks: [],
    files: [
      { name: "vocal", url: `/tasks/${taskId}/files/vocal`, ...kept },
      { name: "drums", ...kept },
    ],
  });
  const whole = await worker(reading(`/tasks/${taskId}/files/vocal`));
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(SONG);
  expect(whole.headers.get("content-disposition")).toContain("vocal.mp3");
  const part = await worker(reading(`/tasks/${taskId}/files/vocal`, { range: "bytes=2-5" }));
  expect([part.status, new Uint8Array(await part.arrayBuffer())]).toEqual([206, SONG.slice(2, 6)]);
  expect((await worker(new Request(reading(`/tasks/${taskId}/files/drums`), { method: "HEAD" }))).status).toBe(200);
  expect((await worker(reading(`/tasks/${taskId}/files/bass`))).status).toBe(404);
  expect((await worker(new Request(`https://backline.example.com/tasks/${taskId}/files/vocal`))).status).toBe(401);

  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  await vi.waitFor(async () => {
    expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
  }, PATIENTLY);
  expect((await worker(reading(`/tasks/${taskId}/files/vocal`))).status).toBe(410);
});

test("a video needs its boxes, a picture its end, and what is of no known product its announced length", async () => {
  const video = await make({ video_url: `${CDN}/v.mp4` }, { [`${CDN}/v.mp4`]: VIDEO });
  await settled(video);
  expect((await viewOf(video)).files).toMatchObject([{ name: "video", state: "stored", contentType: "video/mp4" }]);
  const image = await make({ images: [`${CDN}/1`] }, { [`${CDN}/1`]: COVER });
  await settled(image);
  expect((await viewOf(image)).files).toMatchObject([{ name: "image-1", state: "stored", contentType: "image/jpeg" }]);
  const result = JSON.stringify({ resultUrls: [`${CDN}/new`] });
  const strange = await make({ state: "success", resultJson: result }, { [`${CDN}/new`]: NOISE });
  await settled(strange);
  expect(await viewOf(strange)).toMatchObject({
    product: "unknown",
    files: [{ name: "file-1", state: "stored", contentType: "application/octet-stream", bytes: NOISE.length }],
  });
});

const MADE_WAV = { audioWavUrl: `${CDN}/f` };
const STEM = { vocal_removal_info: { vocal_url: `${CDN}/f` } };
const FILM = { video_url: `${CDN}/f` };
const PICTURE = { images: [`${CDN}/f`] };

test.each([
  ["wav", "noise", MADE_WAV, NOISE, "not_wav: the server sent bytes of no known format"],
  ["wav", "an error page", MADE_WAV, PAGE, "not_wav: the server sent an HTML page"],
  ["wav", "a picture", MADE_WAV, COVER, "not_wav: the server sent a file of type image/jpeg"],
  ["stem", "noise", STEM, NOISE, "not_audio: the server sent bytes of no known format"],
  ["stem", "a picture", STEM, COVER, "not_audio: the server sent a file of type image/jpeg"],
  ["video", "noise", FILM, NOISE, "not_video: the server sent bytes of no known format"],
  ["video", "an error page", FILM, PAGE, "not_video: the server sent an HTML page"],
  ["video", "a film without its index", FILM, NO_MOOV, "truncated: the MP4 ends before its moov box"],
  ["picture", "noise", PICTURE, NOISE, "not_image: the server sent bytes of no known format"],
  ["picture", "a song", PICTURE, SONG, "not_image: the server sent a file of type audio/mpeg"],
])(
  "%s: %s in its place is refused with its reason, and nothing of it is stored",
  async (_, __, data, bytes, reason) => {
    const taskId = await make(data, { [`${CDN}/f`]: bytes });
    await vi.waitFor(async () => {
      expect((await viewOf(taskId)).files).toMatchObject([{ state: "queued", url: null, reason }]);
    }, PATIENTLY);
    expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
  },
);

test("a song in place of a WAV is put by for want of better, and gives way to the WAV", async () => {
  const files: Record<string, Uint8Array> = { [`${CDN}/f`]: SONG };
  const taskId = await make(MADE_WAV, files);
  const reason = "not_wav: the server sent a file of type audio/mpeg";
  await vi.waitFor(async () => {
    expect((await viewOf(taskId)).files).toMatchObject([{ state: "queued", url: null, reason }]);
  }, PATIENTLY);
  const { objects } = await env.AUDIO.list({ prefix: `tasks/${taskId}/` });
  expect(objects.map(({ key, size }) => [key, size])).toEqual([[`tasks/${taskId}/wav/file-1.cut.mp3`, SONG.length]]);
  files[`${CDN}/f`] = WAV;
  await worker(acting("POST", `/tasks/${taskId}/retry`));
  await settled(taskId);
  expect((await viewOf(taskId)).files).toMatchObject([
    { name: "wav", state: "stored", contentType: "audio/wav", sha256: sha256Hex(WAV), reason: null },
  ]);
});

test("a guest sees the files of a task and how to hear them, and nothing of how they came", async () => {
  const taskId = await make({ vocal_removal_info: { drums_url: `${CDN}/d.mp3` } }, { [`${CDN}/d.mp3`]: SONG });
  await settled(taskId);
  const { path } = await share(taskId);
  const url = `/tasks/${taskId}/files/drums`;
  const view = guestView.parse(await (await worker(request(path))).json());
  expect(view).toMatchObject({ product: "stems", tracks: [], files: [{ name: "drums", state: "stored", url }] });
  expect(Object.keys(view.files[0] ?? {}).toSorted()).toEqual([
    "bytes",
    "contentType",
    "name",
    "sha256",
    "state",
    "url",
  ]);
  const page = await (await worker(request(path, { headers: { accept: "text/html" } }))).text();
  expect(page).toContain("<h1>Stems</h1>");
  const [, src = ""] = /<audio[^>]* src="([^"]+)"/.exec(page) ?? [];
  const heard = await worker(request(src.replaceAll("&amp;", "&")));
  expect(new Uint8Array(await heard.arrayBuffer())).toEqual(SONG);
  expect(page).not.toContain("Download");
});
