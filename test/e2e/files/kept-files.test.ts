/** The kept files as players and download tools ask for them: RFC 9110 sections 13 to 15, CORS, RFC 6266. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import type { Task, Track } from "../../rig/provider/ledger.ts";
import { audioOf } from "../../rig/provider/tracks.ts";
import { SOURCE, API_TOKEN, startStand, trackOf, type Stand } from "../stand.ts";

const problem = z.object({ type: z.string(), status: z.int(), detail: z.string(), requestId: z.string().min(1) });

let stand: Stand;
let sent: Task;
let track: Track;
let bytes: Uint8Array;
let audio: string;
let cover: string;
let tag: string;

beforeAll(async () => {
  stand = await startStand({ timeScale: 100 });
  sent = stand.submit("Für Élise / “live”");
  [track] = sent.tracks;
  bytes = audioOf(track);
  const view = await stand.finished(sent.taskId);
  audio = trackOf(view, track.trackId).audio.url ?? "";
  cover = trackOf(view, track.trackId).cover.url ?? "";
  tag = `"${track.audio.sha256}"`;
});
afterAll(() => stand.stop());

test("the whole file, with what a player needs to know", async () => {
  const response = await stand.client.get(audio);
  expect(response.status).toBe(200);
  expect(headersOf(response)).toMatchObject({
    "content-type": "audio/mpeg",
    "content-length": String(bytes.length),
    "accept-ranges": "bytes",
    etag: tag,
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "access-control-allow-origin": "*",
  });
  expect(await bytesOf(response)).toEqual(Buffer.from(bytes));
});

describe("ranges", () => {
  test.each([
    ["bytes=0-99", 0, 99],
    ["bytes=1000-1000", 1_000, 1_000],
    ["bytes=70000-", 70_000, null],
    ["bytes=-500", -500, null],
    ["bytes=70000-999999999", 70_000, null],
    ["bytes=-999999999", 0, null],
  ])("%s", async (range, from, to) => {
    const first = from < 0 ? bytes.length + from : from;
    const last = to ?? bytes.length - 1;
    const response = await stand.client.get(audio, { headers: { Range: range } });
    expect(response.status).toBe(206);
    expect(headersOf(response)).toMatchObject({
      "content-range": `bytes ${first}-${last}/${bytes.length}`,
      "content-length": String(last - first + 1),
      "content-type": "audio/mpeg",
      etag: tag,
    });
    expect(await bytesOf(response)).toEqual(Buffer.from(bytes.subarray(first, last + 1)));
  });

  test("put together again are the file", async () => {
    const hash = createHash("sha256");
    for (let at = 0; at < bytes.length; at += 20_000) {
      const response = await stand.client.get(audio, { headers: { Range: `bytes=${at}-${at + 19_999}` } });
      hash.update(await bytesOf(response));
    }
    expect(hash.digest("hex")).toBe(track.audio.sha256);
  });

  test.each(["bytes=99999999-", "bytes=-0"])("%s cannot be satisfied", async (range) => {
    const response = await stand.client.get(audio, { headers: { Range: range } });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
    expect(problem.parse(await response.json()).type).toBe("urn:backline:problem:range_not_satisfiable");
  });

  test.each(["bytes=abc", "seconds=0-1", "bytes=0-1,5-6"])("%s gets the whole file", async (range) => {
    const response = await stand.client.get(audio, { headers: { Range: range } });
    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toHaveLength(bytes.length);
  });

  test("hold only while the file is the one that the reader has", async () => {
    const answers = { [tag]: 206, '"another"': 200, [`W/${tag}`]: 200, "Wed, 21 Oct 2015 07:28:00 GMT": 200 };
    for (const [condition, status] of Object.entries(answers)) {
      const response = await stand.client.get(audio, { headers: { Range: "bytes=0-9", "If-Range": condition } });
      expect([condition, response.status]).toEqual([condition, status]);
      await bytesOf(response);
    }
  });
});

test("a reader that has the file is told so", async () => {
  for (const condition of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const response = await stand.client.get(audio, { headers: { "If-None-Match": condition } });
    expect([condition, response.status]).toEqual([condition, 304]);
    expect(response.headers.get("etag")).toBe(tag);
    expect(await bytesOf(response)).toHaveLength(0);
  }
  const other = await stand.client.get(audio, { headers: { "If-None-Match": '"other"' } });
  expect(other.status).toBe(200);
  expect(await bytesOf(other)).toHaveLength(bytes.length);
});

test("HEAD tells what GET would, of the whole file", async () => {
  const whole = await stand.client.get(audio);
  await bytesOf(whole);
  for (const headers of [{}, { Range: "bytes=0-9" }]) {
    const response = await stand.client.get(audio, { method: "HEAD", headers });
    expect(response.status).toBe(200);
    for (const name of ["content-length", "content-type", "content-disposition", "etag", "accept-ranges", "vary"])
      expect([name, response.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
    expect(await bytesOf(response)).toHaveLength(0);
  }
  const known = await stand.client.get(audio, { method: "HEAD", headers: { "If-None-Match": tag } });
  expect(known.status).toBe(304);
});

test("a browser may ask from any page, and send what a player sends", async () => {
  const response = await fetch(`${stand.origin}${audio}`, {
    method: "OPTIONS",
    headers: {
      Origin: "https://player.example",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "authorization,range,if-range",
    },
  });
  expect(response.status).toBe(204);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  const allowed = listed(response, "access-control-allow-headers");
  expect(allowed).toEqual(expect.arrayContaining(["authorization", "range", "if-range", "if-none-match"]));
  expect(listed(response, "access-control-allow-methods")).toEqual(expect.arrayContaining(["get", "head"]));

  const read = await stand.client.get(audio, { headers: { Origin: "https://player.example", Range: "bytes=0-0" } });
  expect(listed(read, "access-control-expose-headers")).toEqual(
    expect.arrayContaining(["content-range", "content-length", "accept-ranges", "content-disposition"]),
  );
  await bytesOf(read);
});

test("the file has a readable name, in ASCII and in full", async () => {
  const plain = await stand.client.get(audio, { method: "HEAD" });
  const header = plain.headers.get("content-disposition") ?? "";
  expect(header).toMatch(/^inline; filename="[A-Za-z0-9 ._-]+\.mp3"; filename\*=UTF-8''/);
  expect(decodeURIComponent(header.split("UTF-8''")[1] ?? "")).toBe("Für Élise “live” (take 1).mp3");
  const saved = await stand.client.get(`${audio}?download`, { method: "HEAD" });
  expect(saved.headers.get("content-disposition")).toMatch(/^attachment; /);
});

test("a title with line breaks breaks no header", async () => {
  const { taskId } = stand.submit("Titled", []);
  await stand.complete(taskId, [
    { id: "titled", title: "One\r\nSet-Cookie: two", audio_url: stand.provider.sourceUrl(SOURCE) },
  ]);
  const view = await stand.finished(taskId);
  const response = await stand.client.get(trackOf(view, "titled").audio.url ?? "", { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(response.headers.get("set-cookie")).toBeNull();
});

test("the cover is served as the picture that it is", async () => {
  const response = await stand.client.get(cover);
  expect(headersOf(response)).toMatchObject({ "content-type": "image/png", etag: `"${track.cover.sha256}"` });
  expect(response.headers.get("content-disposition")).toMatch(/\.png"/);
  expect(
    createHash("sha256")
      .update(await bytesOf(response))
      .digest("hex"),
  ).toBe(track.cover.sha256);
});

test("nobody reads without the token, and the token does not count in a URL", async () => {
  for (const path of [audio, cover, `${audio}?token=${API_TOKEN}`, `/tasks/${sent.taskId}`]) {
    const response = await fetch(`${stand.origin}${path}`);
    expect([path, response.status]).toEqual([path, 401]);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(problem.parse(await response.json()).type).toBe("urn:backline:problem:unauthorized");
  }
});

test.each([
  ["/tasks/unknown/tracks/any/audio", "task_not_found"],
  ["/tasks/unknown", "task_not_found"],
])("%s is not found, and says what is not", async (path, type) => {
  const response = await stand.client.get(path);
  expect(response.status).toBe(404);
  expect(problem.parse(await response.json()).type).toBe(`urn:backline:problem:${type}`);
});

test("a track that the task has not is not found", async () => {
  const response = await stand.client.get(`/tasks/${sent.taskId}/tracks/other/audio`);
  expect(response.status).toBe(404);
  expect(problem.parse(await response.json()).type).toBe("urn:backline:problem:file_not_found");
});

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(response.headers);
}

function listed(response: Response, header: string): readonly string[] {
  return (response.headers.get(header) ?? "").split(",").map((one) => one.trim().toLowerCase());
}
