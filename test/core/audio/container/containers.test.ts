/** FLAC, Ogg and M4A: real files of ffmpeg, 1.5 s each, whole, cut, mutilated and invented. */
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContainerFacts } from "../../../../src/core/audio/container/facts.ts";
import { HEAD_BYTES } from "../../../../src/core/audio/format.ts";
import { verify } from "../../../../src/core/audio/verification.ts";
import { chunked, joined, text } from "../audio-bytes.ts";

const FILES = [
  { name: "sine.flac", format: "flac", codec: "flac", sampleRateHz: 8_000, channels: 1 },
  { name: "vorbis.ogg", format: "ogg", codec: "vorbis", sampleRateHz: 8_000, channels: 2 },
  { name: "opus.ogg", format: "ogg", codec: "opus", sampleRateHz: 48_000, channels: 1 },
  { name: "flac.ogg", format: "ogg", codec: "flac", sampleRateHz: 8_000, channels: 1 },
  { name: "aac.m4a", format: "m4a", codec: "aac", sampleRateHz: 8_000, channels: 1 },
  { name: "faststart.m4a", format: "m4a", codec: "aac", sampleRateHz: 8_000, channels: 1 },
  { name: "alac.m4a", format: "m4a", codec: "alac", sampleRateHz: 8_000, channels: 2 },
] as const;

const read = async (name: string) => new Uint8Array(await readFile(`${import.meta.dirname}/files/${name}`));

describe.each(FILES)("$name", ({ name, ...told }) => {
  test("tells codec, rate, channels, duration and bitrate, wherever its chunks end", async () => {
    const bytes = await read(name);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (borders) => {
        const { problem, facts } = judged(bytes, borders);
        expect(problem).toBeNull();
        expect(facts).toMatchObject(told);
        // An encoder fills its last frame.
        expect(facts?.durationSeconds).toBeGreaterThanOrEqual(1.5);
        expect(facts?.durationSeconds).toBeLessThan(1.7);
        expect(facts?.bitrateKbps).toBe(Math.round((bytes.length * 8) / (facts?.durationSeconds ?? 0) / 1_000));
      }),
      { numRuns: 30 },
    );
  });

  test("byte by byte it is the same file", async () => {
    const bytes = await read(name);
    const borders = Array.from({ length: bytes.length }, (_, at) => at);
    expect(judged(bytes, borders)).toEqual(judged(bytes));
  });

  test("no mutation breaks the reader", async () => {
    const bytes = await read(name);
    const change = fc.record({ at: fc.nat(600), value: fc.nat(255), cut: fc.nat(bytes.length) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const mutated = bytes.slice(0, Math.max(64, changes[0]?.cut ?? 0));
        for (const { at, value } of changes) mutated[12 + at] = value;
        const { facts } = judged(mutated);
        const numbers = [facts?.durationSeconds, facts?.sampleRateHz, facts?.channels, facts?.bitrateKbps];
        expect(numbers.filter((fact) => !Number.isFinite(fact ?? 0) || (fact ?? 0) < 0)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test.each(["vorbis.ogg", "opus.ogg", "flac.ogg", "aac.m4a", "faststart.m4a", "alac.m4a"])(
  "%s is refused where it is cut, be it within a part",
  async (name) => {
    const bytes = await read(name);
    for (const lost of [1, 20, 500]) expect(judged(bytes.slice(0, -lost)).problem).toMatch(/^truncated: the last /);
    expect(judged(joined(bytes, text("Ogg"))).problem).toMatch(/ is cut after 3 bytes$/);
  },
);

test("an M4A that ends before its moov box is refused", async () => {
  const bytes = await read("aac.m4a");
  const moov = new TextDecoder("latin1").decode(bytes).indexOf("moov") - 4;
  expect(judged(bytes.slice(0, moov)).problem).toBe("truncated: the MP4 ends before its moov box");
});

test.each(["vorbis.ogg", "opus.ogg", "flac.ogg", "faststart.m4a"])(
  "%s is kept where its announced length arrived, though its last part is short or something follows",
  async (name) => {
    const bytes = await read(name);
    for (const odd of [bytes.slice(0, -20), joined(bytes, text("odd"))])
      expect(judged(odd, [], odd.length)).toMatchObject({ problem: null, facts: { format: name.split(".")[1] } });
    expect(judged(bytes.slice(0, -20), [], bytes.length - 20).facts?.missingBytes).toBe(20);
    expect(judged(bytes.slice(0, -20), [], bytes.length).problem).toMatch(/^truncated: \d+ of \d+ announced bytes/);
  },
);

test.each(FILES)("of $name, cut in the middle, no more is told than arrived", async ({ name }) => {
  const bytes = await read(name);
  const half = judged(bytes.slice(0, bytes.length / 2), [], bytes.length);
  expect(half.problem).toMatch(/^truncated: /);
  const seconds = half.facts?.durationSeconds ?? 0;
  const wholeSeconds = judged(bytes).facts?.durationSeconds ?? 0;
  // Where the table of samples stands at the end, nothing can be played; an Ogg page may hold a second.
  const [least, most] = name === "faststart.m4a" ? [0.49, 0.51] : [0, 0.99];
  expect(seconds).toBeGreaterThanOrEqual(wholeSeconds * least);
  expect(seconds).toBeLessThan(wholeSeconds * most);
});

test("a FLAC is as long as its frames, and cut where it lacks a tenth of what it declares, whatever was announced", async () => {
  const bytes = await read("sine.flac");
  const first = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xf8);
  const most = bytes.slice(0, first + Math.round((bytes.length - first) * 0.6));
  expect(judged(most, [], most.length)).toMatchObject({
    problem: expect.stringMatching(/^truncated: FLAC ends after 0\.9 s of the 1\.5 s its header declares$/) as unknown,
  });
  expect(judged(bytes.slice(0, first), [], first)).toMatchObject({
    problem: "truncated: FLAC ends before its first frame",
    facts: { durationSeconds: null },
  });
});

test("a FLAC that does not know its length is as long as its frames, and one that tells nothing has no facts", async () => {
  const bytes = await read("sine.flac");
  const unknown = bytes.slice();
  unknown.set([(unknown[21] ?? 0) & 0xf0, 0, 0, 0, 0], 21);
  expect(judged(unknown).facts).toMatchObject({ sampleRateHz: 8_000, durationSeconds: 1.5 });
  expect(judged(bytes.slice(0, 20))).toMatchObject({ problem: null, facts: { format: "flac", codec: null } });
});

test("a long size is read, once all of it has come", async () => {
  const ftyp = joined(Uint8Array.of(0, 0, 0, 16), text("ftypM4A \0\0\0\0"));
  const long = joined(
    Uint8Array.of(0, 0, 0, 1),
    text("free"),
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 24),
    new Uint8Array(8),
  );
  const moov = joined(Uint8Array.of(0, 0, 0, 8), text("moov"));
  for (const borders of [[], [ftyp.length + 8], [ftyp.length + 12]])
    expect(judged(joined(ftyp, long, moov), borders).problem).toBeNull();
  expect(judged(joined(ftyp, long.slice(0, 12))).problem).toMatch(/^truncated: /);
});

test("boxes that claim no length, or one beyond all measure, end the walk", () => {
  const ftyp = joined(Uint8Array.of(0, 0, 0, 16), text("ftypM4A \0\0\0\0"));
  for (const size of [
    [0, 0, 0, 0],
    [0, 0, 0, 7],
    // A long size follows the name: 0 is shorter than its own header.
    [0, 0, 0, 1],
  ]) {
    const endless = joined(ftyp, Uint8Array.from(size), text("mdat"), new Uint8Array(100));
    expect(judged(endless).problem).toBe("truncated: the MP4 ends before its moov box");
  }
  const huge = joined(ftyp, Uint8Array.of(0x7f, 0xff, 0xff, 0xff), text("moov"), new Uint8Array(100));
  expect(judged(huge)).toMatchObject({ problem: "truncated: the last MP4 box lacks 2147483539 bytes" });
});

function judged(
  bytes: Uint8Array,
  borders: readonly number[] = [],
  announced: number | null = null,
): { readonly problem: string | null; readonly facts: ContainerFacts | null } {
  const verification = verify(bytes.slice(0, HEAD_BYTES), "audio");
  if (typeof verification === "string") return { problem: verification, facts: null };
  for (const chunk of chunked(bytes, borders)) verification.push(chunk);
  return { problem: verification.finish(announced), facts: verification.facts() };
}
