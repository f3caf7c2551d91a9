/** What other products deliver is kept: named, verified by its own bytes, and served like a track. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { guestView } from "../../../src/core/view/guest.ts";
import { sha256Hex } from "../../../src/core/ids.ts";
import { newTaskId } from "../messages.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { share } from "../sessions.ts";
import { acting, callback, reading, request, viewOf, worker } from "../worker.ts";

afterEach(() => vi.restoreAllMocks());

const CDN = "https://cdn.example.com";
const PATIENTLY = { timeout: 15_000, interval: 50 };

function box(name: string, ...content: readonly number[]): readonly number[] {
  return [0, 0, 0, 8 + content.length, ...new TextEncoder().encode(name), ...content];
}

const FTYP = box("ftyp", ...new TextEncoder().encode("isom"), 0, 0, 2, 0);
const VIDEO = Uint8Array.from([...FTYP, ...box("moov"), ...box("mdat", 1, 2, 3, 4)]);
const NO_MOOV = Uint8Array.from([...FTYP, ...box("mdat", 1, 2, 3, 4)]);
const PAGE = new TextEncoder().encode("<!doctype html><title>Gone</title>");
const STRANGE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

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

test("a video needs its boxes, a picture its end, and what is of no known format its announced length", async () => {
  const video = await make({ video_url: `${CDN}/v.mp4` }, { [`${CDN}/v.mp4`]: VIDEO });
  await settled(video);
  expect((await viewOf(video)).files).toMatchObject([{ name: "video", state: "stored", contentType: "video/mp4" }]);
  const images = await make({ images: [`${CDN}/1`, `${CDN}/2`] }, { [`${CDN}/1`]: COVER, [`${CDN}/2`]: STRANGE });
  await settled(images);
  expect((await viewOf(images)).files).toMatchObject([
    { name: "image-1", state: "stored", contentType: "image/jpeg" },
    { name: "image-2", state: "stored", contentType: "application/octet-stream" },
  ]);
});

test("an error page is no file, nor is a video without its index", async () => {
  for (const [bytes, reason] of [
    [PAGE, /^not_a_file: the server sent an HTML page/],
    [NO_MOOV, /^truncated: the MP4 ends before its moov box/],
  ] as const) {
    const taskId = await make({ video_url: `${CDN}/v.mp4` }, { [`${CDN}/v.mp4`]: bytes });
    await vi.waitFor(async () => {
      const [file] = (await viewOf(taskId)).files;
      expect(file).toMatchObject({ state: "queued", url: null, reason: expect.stringMatching(reason) as unknown });
    }, PATIENTLY);
    expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
  }
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
