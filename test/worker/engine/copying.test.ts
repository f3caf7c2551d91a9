/** What a copy comes to when the server answers oddly: the reason says what came, and a whole file is taken as one. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { linkHash } from "../../../src/core/ids.ts";
import { slots } from "../../../src/platform/audio/slots.ts";
import { copyFile } from "../../../src/platform/audio/verified-copy.ts";
import { frames, joined } from "../../core/audio/audio-bytes.ts";
import { newTaskId } from "../messages.ts";
import { SONG } from "../provider-files.ts";

afterEach(() => vi.restoreAllMocks());

const URL = "https://cdn.example.com/song.mp3";
/** Several heads long. */
const LONG = frames(460);

type End = "breaks" | "stalls" | "ends";

/** Sends these bytes, and then breaks off or falls silent. */
function serve(bytes: Uint8Array, end: End, status: number, headers: Record<string, string>): void {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    let sent = false;
    const body = new ReadableStream({
      type: "bytes",
      start(controller) {
        init?.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
      pull(controller) {
        if (!sent && bytes.length > 0) {
          sent = true;
          controller.enqueue(bytes.slice());
        } else if (end === "breaks") controller.error(new Error("the connection broke"));
        else if (end === "ends") {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    });
    return new Response(body, { status, headers });
  });
}

async function copy() {
  const order = {
    taskId: newTaskId(),
    trackId: "a",
    file: "audio",
    media: "audio",
    attempt: 1,
    url: URL,
    linkHash: linkHash(URL),
  } as const;
  const rules = {
    policy: { setting: "AUDIO_ORIGINS" as const, origins: null, ownHosts: [] },
    limit: { setting: "MAX_AUDIO_BYTES", bytes: 1_000_000 },
    stallMs: 200,
    longestMs: 10_000,
    buffers: slots(1),
  };
  return copyFile(order, rules, env.AUDIO, new AbortController().signal);
}

const half = LONG.subarray(0, LONG.length / 2);
const whole = { "content-length": String(LONG.length) };

test.each<[what: string, bytes: Uint8Array, end: End, headers: Record<string, string>, reason: string]>([
  ["before the first byte", half.subarray(0, 0), "breaks", whole, "unreachable: the connection failed or broke"],
  [
    "in the middle",
    half,
    "breaks",
    whole,
    `truncated: the connection broke after ${half.length} of ${LONG.length} bytes`,
  ],
  ["of unknown length", half, "breaks", {}, `truncated: the connection broke after ${half.length} bytes`],
  [
    "within the first bytes, too few to tell what they are",
    half.subarray(0, 3),
    "breaks",
    whole,
    `truncated: the connection broke after 3 of ${LONG.length} bytes`,
  ],
  [
    "that falls silent",
    half,
    "stalls",
    whole,
    `timeout: no byte for 0.2 s after ${half.length} of ${LONG.length} bytes`,
  ],
  ["that is silent from the start", half.subarray(0, 0), "stalls", whole, "timeout: no byte for 0.2 s"],
])("a connection that breaks is told by what had come: %s", async (_, bytes, end, headers, reason) => {
  serve(bytes, end, 200, headers);
  expect(await copy()).toMatchObject({ stored: false, dead: false, reason });
});

test("what came within the first bytes is kept as the last resort too", async () => {
  const head = frames(30);
  serve(head, "breaks", 200, { "content-length": String(LONG.length) });
  expect(await copy()).toMatchObject({ stored: false, cut: { bytes: head.length } });
});

const HTTP_206 = "http_206: the server sent a part, though the whole file was asked for";

test("a range that covers the whole file is the file, and any other is a part", async () => {
  const length = SONG.length;
  serve(SONG, "ends", 206, { "content-range": `bytes 0-${length - 1}/${length}`, "content-length": String(length) });
  expect(await copy()).toMatchObject({ stored: true, bytes: length });
  serve(SONG, "ends", 206, { "content-range": `bytes 0-${length - 1}/*`, "content-length": String(length) });
  expect(await copy()).toMatchObject({ stored: true, bytes: length });
  const more = `bytes 0-${length - 1}/${length + 9}`;
  serve(SONG, "ends", 206, { "content-range": more });
  expect(await copy()).toMatchObject({ stored: false, reason: HTTP_206 });
  for (const range of [`bytes 1-${length - 1}/${length}`, `bytes */${length}`, "x"]) {
    serve(joined(SONG), "ends", 206, { "content-range": range, "content-length": String(length) });
    expect(await copy()).toEqual({ stored: false, dead: false, reason: HTTP_206 });
  }
});

test("a range that begins with the file and ends before it is kept as what is cut", async () => {
  const part = LONG.subarray(0, LONG.length >> 1);
  const headers = {
    "content-range": `bytes 0-${part.length - 1}/${LONG.length}`,
    "content-length": String(part.length),
  };
  serve(part, "ends", 206, headers);
  const reason = `truncated: ${part.length} of ${LONG.length} announced bytes arrived`;
  expect(await copy()).toMatchObject({ stored: false, dead: false, reason, cut: { bytes: part.length } });
});
