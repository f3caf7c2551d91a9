/** Stored means verified: what is kept, and what is refused with which reason. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEAD_BYTES, type Media } from "../../../src/core/audio/format.ts";
import { verify } from "../../../src/core/audio/verification.ts";
import { randomFrom, whole } from "../../rig/provider/hostile/random.ts";
import {
  adts,
  frame,
  frames,
  id3v1,
  id3v2,
  infoFrame,
  jpeg,
  joined,
  png,
  riffChunk,
  riffWave,
  text,
  wav,
  wavFormat,
  webp,
} from "./audio-bytes.ts";
import { check, factsOf, playable } from "./checked.ts";

test("a whole MP3 passes, with and without tags and header", () => {
  const good = [frames(200), joined(id3v2(9_000), frames(200)), joined(infoFrame("Info", 200), frames(200), id3v1())];
  for (const bytes of good) {
    expect(check(bytes)).toBeNull();
    expect(check(bytes, "audio", bytes.length)).toBeNull();
  }
});

test("fewer or more bytes than announced are refused", () => {
  expect(check(frames(200), "audio", 90_000)).toBe("truncated: 83400 of 90000 announced bytes arrived");
  expect(check(frames(200), "audio", 1)).toMatch(/^truncated: /);
});

test("a WAV of a header alone is empty, whether or not its lengths are known", () => {
  const header = riffWave(wavFormat(), riffChunk("data", new Uint8Array(0)));
  expect(check(header, "wav", header.length)).toBe("empty: the WAV holds no sound");
  // A stream that was written before its length was known.
  const stream = joined(header, new Uint8Array(4_000));
  new DataView(stream.buffer).setUint32(4, 0, true);
  expect(check(stream, "wav", stream.length)).toBeNull();
});

test("what plays in place of a WAV or a film is refused for what it is, and can be played", () => {
  for (const [media, bytes, type] of [
    ["wav", frames(200), "audio/mpeg"],
    ["video", frames(200), "audio/mpeg"],
    ["video", riffWave(wavFormat(), riffChunk("data", new Uint8Array(4_000))), "audio/wav"],
  ] as const) {
    expect(check(bytes, media, bytes.length)).toBe(`not_${media}: the server sent a file of type ${type}`);
    // What is cut besides says so.
    expect(check(bytes, media, bytes.length + 1)).toMatch(/^truncated: /);
    expect(playable(bytes, bytes.length, media)).toBeGreaterThan(0);
  }
});

test("a tag with nothing behind it, or with mostly junk, is not audio", () => {
  expect(check(id3v2(500))).toBe("not_audio: no run of MPEG audio frames was found");
  expect(check(joined(id3v2(500), new Uint8Array(9_000)))).toMatch(/^not_audio: /);
  expect(check(joined(frames(2), text("x".repeat(5_000))))).toMatch(/^not_audio: /);
});

test("error pages are refused by their bytes, whatever they are called", () => {
  const pages: readonly (readonly [string, string])[] = [
    ["<!DOCTYPE html><html>", "an HTML page"],
    ["\n  <html lang=en>", "an HTML page"],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "an XML or HTML document"],
    ["<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "an XML or HTML document"],
    ['{"code":404}', "a JSON document"],
    ["[]", "a JSON document"],
    ["Not found", "bytes of no known format"],
    ["\u0000\u0001\u0002\u0003", "bytes of no known format"],
  ];
  for (const [page, found] of pages) {
    expect(check(text(page))).toBe(`not_audio: the server sent ${found}`);
    expect(check(text(page), "image")).toBe(`not_image: the server sent ${found}`);
  }
});

test("an empty file is refused", () => {
  for (const file of ["audio", "image"] as const)
    expect(check(new Uint8Array(0), file)).toBe("empty: the server sent no bytes");
});

test("audio is no cover and a cover is no audio", () => {
  expect(check(frames(20), "image")).toMatch(/^not_image: /);
  for (const picture of [jpeg(), png(), webp(100)]) expect(check(picture)).toMatch(/^not_audio: /);
});

test("a PNG ends with its end chunk", () => {
  expect(check(png(), "image")).toBeNull();
  expect(check(png().slice(0, -12), "image")).toBe("truncated: the PNG has no end chunk");
  expect(check(png().slice(0, -12), "image", png().length - 12)).toBe("truncated: the PNG has no end chunk");
});

test("a JPEG ends with its end mark, unless its announced length arrived", () => {
  expect(check(jpeg(), "image")).toBeNull();
  expect(check(jpeg(10), "image")).toBeNull();
  expect(check(jpeg().slice(0, -2), "image")).toBe("truncated: the JPEG has no end mark");
  expect(check(jpeg(400), "image", jpeg(400).length)).toBeNull();
});

test("other audio formats pass by their first bytes", () => {
  const heads: readonly (readonly [Uint8Array, string, string])[] = [
    [text("fLaC\u0000"), "audio/flac", "flac"],
    [text("OggS\u0000"), "audio/ogg", "ogg"],
    [text("\u0000\u0000\u0000\u0020ftypM4A "), "audio/mp4", "m4a"],
    [text("\u0000\u0000\u0000\u0020ftypisom"), "audio/mp4", "m4a"],
    [adts(3), "audio/aac", "aac"],
    [wav(10), "audio/wav", "wav"],
    [frames(3), "audio/mpeg", "mp3"],
    [joined(new Uint8Array(50), frames(3)), "audio/mpeg", "mp3"],
    [frame().slice(0, 100), "audio/mpeg", "mp3"],
  ];
  for (const [head, contentType, extension] of heads)
    expect(verify(head, "audio")).toMatchObject({ format: { contentType, extension } });
  expect(check(text("fLaC\u0000"))).toBeNull();
});

test("what only resembles an audio format is refused", () => {
  const heads = [
    text("\u0000\u0000\u0000\u0020ftypheic"),
    text("RIFF\u0000\u0000\u0000\u0000AVI "),
    Uint8Array.of(0xff, 0xf1),
    Uint8Array.of(0xff, 0xf1, 0x50, 0x80, 0, 0, 0, 0),
    joined(adts(1), text("x".repeat(500))),
    Uint8Array.of(0xff, 0xf1, 0xf4),
    joined(frame().slice(0, 300), text("x".repeat(500))),
    new Uint8Array(5_000),
    Uint8Array.of(0xff),
  ];
  for (const head of heads) expect(verify(head, "audio")).toMatch(/^not_audio: /);
  for (const head of [Uint8Array.of(0xff, 0xd8), Uint8Array.of(0x89, 0x50), text("RIFF\u0000\u0000\u0000\u0000WAVE")])
    expect(verify(head, "image")).toMatch(/^not_image: /);
});

test("covers are named by their bytes", () => {
  const covers: readonly (readonly [Uint8Array, string, string])[] = [
    [jpeg(), "image/jpeg", "jpg"],
    [png(), "image/png", "png"],
    [webp(9), "image/webp", "webp"],
  ];
  for (const [bytes, contentType, extension] of covers)
    expect(verify(bytes, "image")).toMatchObject({ format: { contentType, extension } });
});

test("random bytes are never kept as audio, whatever they begin with", () => {
  const begin = fc.constantFrom(
    new Uint8Array(0),
    Uint8Array.of(0xff),
    frame().slice(0, 4),
    frame({ layer: 2 }).slice(0, 4),
    frame({ layer: 1 }).slice(0, 4),
    frame({ freeBytes: 400 }).slice(0, 4),
    frame({ version: 2 }),
    joined(frame(), frame().slice(0, 4)),
    new Uint8Array(300),
    id3v2(200),
  );
  fc.assert(
    fc.property(begin, fc.nat(), fc.integer({ min: 1, max: 8_000 }), (front, seed, length) => {
      const random = randomFrom("noise", seed);
      const noise = Uint8Array.from({ length }, () => whole(random, 0, 255));
      const bytes = joined(front, noise);
      for (const announced of [null, bytes.length]) expect(check(bytes, "audio", announced)).toMatch(/^not_audio: /);
    }),
    { numRuns: 2_000 },
  );
});

test("where the chunks end does not show in the verdict", () => {
  const files = fc.constantFrom<readonly [Uint8Array, Media]>(
    [frames(20), "audio"],
    [frames(20).slice(0, -5), "audio"],
    [joined(infoFrame("Info", 30), frames(20)), "audio"],
    [wav(300), "audio"],
    [wav(300).slice(0, -1), "audio"],
    [png(), "image"],
    [png().slice(0, -9), "image"],
    [jpeg(), "image"],
    [jpeg().slice(0, -1), "image"],
    [webp(64), "image"],
    [webp(64).slice(0, -1), "image"],
  );
  fc.assert(
    fc.property(files, fc.array(fc.nat(), { maxLength: 40 }), ([bytes, file], borders) => {
      expect(check(bytes, file, null, borders)).toBe(check(bytes, file));
    }),
    { numRuns: 500 },
  );
});

const untold = {
  codec: null,
  durationSeconds: null,
  sampleRateHz: null,
  channels: null,
  bitrateKbps: null,
  junkBytes: null,
  resyncs: null,
  frames: null,
  declaredFrames: null,
  missingBytes: null,
  trailingBytes: null,
};

test("an MP3's container tells what its frames are", () => {
  expect(factsOf(frames(125, { rateIndex: 1 }))).toEqual({
    format: "mp3",
    codec: "mp3",
    durationSeconds: 3,
    sampleRateHz: 48_000,
    channels: 2,
    bitrateKbps: 128,
    junkBytes: 0,
    resyncs: 0,
    frames: 125,
    declaredFrames: null,
    missingBytes: 0,
    trailingBytes: 0,
  });
  expect(factsOf(frames(200, { version: 2, bitrateIndex: 4, mono: true }))).toMatchObject({
    sampleRateHz: 22_050,
    channels: 1,
    bitrateKbps: 32,
  });
});

test("an MP3's bitrate is that of all its frames, and neither tags nor the header count", () => {
  const mixed = joined(frames(100, { bitrateIndex: 5 }), frames(100, { bitrateIndex: 14 }));
  expect(factsOf(mixed).bitrateKbps).toBe((64 + 320) / 2);
  expect(factsOf(joined(id3v2(90_000), infoFrame("Xing", 200), frames(200))).bitrateKbps).toBe(128);
});

test("an MP3's duration is what is heard of it", () => {
  const lame = { delaySamples: 1_105, paddingSamples: 1_199 };
  const facts = factsOf(joined(infoFrame("Info", 200, {}, { tableField: true, lame }), frames(200)));
  expect(facts.durationSeconds).toBeCloseTo((198 * 1_152) / 44_100, 9);
});

test("an MP3's junk and breaks are told", () => {
  const junk = text("junk");
  expect(factsOf(joined(frames(50), junk, frames(50), junk, frames(50)))).toMatchObject({ junkBytes: 8, resyncs: 2 });
});

test("a WAV's container tells its format and how much sound there is", () => {
  const bytes = riffWave(
    wavFormat({ channels: 1, sampleRateHz: 48_000, bits: 24 }),
    riffChunk("data", new Uint8Array(3 * 24_000)),
  );
  const told = {
    ...untold,
    format: "wav",
    codec: "pcm_s24",
    durationSeconds: 0.5,
    sampleRateHz: 48_000,
    channels: 1,
    bitrateKbps: 1_152,
    missingBytes: 0,
  };
  expect(factsOf(bytes)).toEqual(told);
  expect(factsOf(bytes, "audio", [1, 7, 20, 37, 45, 50, 1_000])).toEqual(told);
});

test("of a picture the format alone is told", () => {
  const others: readonly (readonly [Uint8Array, Media, string])[] = [
    [png(), "image", "png"],
    [jpeg(), "image", "jpeg"],
    [webp(8), "image", "webp"],
  ];
  for (const [bytes, file, format] of others) expect(factsOf(bytes, file)).toEqual({ ...untold, format });
});

test("an AAC's frames tell its length", () => {
  expect(factsOf(adts(441))).toMatchObject({
    format: "aac",
    codec: "aac",
    durationSeconds: 10.24,
    sampleRateHz: 44_100,
  });
  expect(factsOf(joined(adts(441), id3v1()))).toMatchObject({ durationSeconds: 10.24 });
  expect(check(adts(43), "audio", null, [], 2)).toMatch(/^truncated: aac ends after 1\.0 s of the 2\.0 s/);
  expect(check(adts(43).slice(0, -5), "audio", null)).toBe("truncated: the last AAC frame lacks 5 bytes");
});

test("how long an MP3 is, is known at its end", () => {
  const mp3 = frames(200);
  const verification = verify(mp3.slice(0, HEAD_BYTES), "audio");
  if (typeof verification === "string") throw new Error(verification);
  verification.push(mp3);
  expect(verification.facts().durationSeconds).toBeNull();
  verification.finish(null);
  expect(verification.facts().durationSeconds).toBeCloseTo((200 * 1_152) / 44_100, 6);
});
