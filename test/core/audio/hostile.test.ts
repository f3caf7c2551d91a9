/**
 * Files that mean harm, or are broken: each ends in a refusal, a verdict or a reason, soon, and the decoder serves the
 * next file as if nothing had been.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";
import { audioFacts } from "../../../src/core/audio/facts.ts";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { HEAD_BYTES } from "../../../src/core/audio/format.ts";
import { verify } from "../../../src/core/audio/verification.ts";
import { analyze, type Analysis } from "../../../src/platform/audio/listen.ts";
import { mp3Decoder } from "../../../src/platform/audio/mp3-decoder.ts";
import { cpuMs } from "../cpu.ts";
import { type Random, randomFrom, whole } from "../../rig/provider/hostile/random.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import {
  frame,
  frames,
  id3v2,
  infoFrame,
  joined,
  riffChunk,
  riffWave,
  text,
  wav,
  wavFormat,
  type WavShape,
} from "./audio-bytes.ts";

const compiled = z.custom<WebAssembly.Module>((value) => value instanceof WebAssembly.Module);
const bytesOfModule = readFileSync(
  fileURLToPath(new URL("../../../src/platform/audio/mpg123.wasm", import.meta.url).href),
);
// The types of workerd know no way to compile one.
const mp3Module = compiled.parse(Reflect.construct(WebAssembly.Module, [bytesOfModule]));

const PIECE_BYTES = 65_536;
const MAX_SECONDS = 20;
/** Many times what any of them takes. */
const BOUND_MS = 4_000;
const ENDS = ["done", "failed", "skipped"];

type File = () => Iterable<Uint8Array>;

/** As the Worker does it: the scan while copying, then, for what is kept, the full pass. */
async function judged(file: File): Promise<{ readonly refused: string } | Analysis> {
  const startedAt = cpuMs();
  const [head = new Uint8Array(0)] = file();
  const verification = verify(head.subarray(0, HEAD_BYTES), "audio");
  if (typeof verification === "string") return { refused: verification };
  for (const piece of file()) verification.push(piece);
  const refused = verification.finish(null);
  const judgement = refused === null ? await heard(file, verification.facts()) : { refused };
  expect(cpuMs() - startedAt).toBeLessThan(BOUND_MS);
  return judgement;
}

/** The full pass alone: bytes that the scan would have refused may come to it from an older release. */
async function heard(file: File, container: Parameters<typeof unheard>[0]): Promise<Analysis> {
  const analysis = await analyze(each(file), unheard(container), { mp3Module, maxSeconds: MAX_SECONDS });
  // What is not a number cannot be stored.
  if (analysis.outcome === "done") audioFacts.parse(analysis.facts);
  return analysis;
}

/** In one line: how it ended, and why. */
function said(judgement: { readonly refused: string } | Analysis): string {
  if ("refused" in judgement) return `refused, ${judgement.refused}`;
  return judgement.outcome === "done" ? "done" : `${judgement.outcome}, ${judgement.reason}`;
}

async function* each(file: File): AsyncIterable<Uint8Array> {
  yield* file();
}

function pieces(bytes: Uint8Array): File {
  return function* () {
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  };
}

function repeated(piece: Uint8Array, times: number): File {
  return function* () {
    for (let n = 0; n < times; n += 1) yield piece;
  };
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => whole(random, 0, 255));
}

/** An ID3v2.4 tag whose header claims the most that it can: 256 MB. */
const HUGE_TAG = joined(text("ID3"), Uint8Array.of(4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f));

function headersEvery(step: number): Uint8Array {
  const header = frame().subarray(0, Math.min(step, 4));
  return Uint8Array.from({ length: PIECE_BYTES * 4 }, (_, at) => header[at % step] ?? 0);
}

test("what is no audio is refused, whatever its name", async () => {
  const random = randomFrom("hostile", 1);
  const page = `<!DOCTYPE html><html><body>${"<p>Not found</p>".repeat(5_000)}</body></html>`;
  const document = `<?xml version="1.0"?><Error>${"<Code>AccessDenied</Code>".repeat(5_000)}</Error>`;
  const files: readonly (readonly [File, string])[] = [
    [pieces(new Uint8Array(0)), "empty:"],
    [pieces(noise(random, 300_000)), "not_audio:"],
    [pieces(new Uint8Array(300_000)), "not_audio:"],
    [pieces(text(page)), "not_audio: the server sent an HTML page"],
    [pieces(text(document)), "not_audio: the server sent an XML or HTML document"],
    [pieces(headersEvery(2)), "not_audio:"],
    [pieces(headersEvery(4)), "not_audio:"],
    [pieces(joined(frame(), noise(random, 400_000))), "not_audio:"],
    [pieces(joined(HUGE_TAG, noise(random, 400_000))), "truncated:"],
    [pieces(joined(HUGE_TAG, frames(500))), "truncated:"],
    [pieces(infoFrame("Info", 0)), "not_audio:"],
    [pieces(infoFrame("Info", 0xffffffff)), "not_audio:"],
  ];
  for (const [file, reason] of files) expect(said(await judged(file))).toContain(`refused, ${reason}`);
});

test("the full pass stands what the scan would have refused", async () => {
  const random = randomFrom("hostile", 2);
  const chance = noise(random, PIECE_BYTES);
  const files: readonly File[] = [
    pieces(new Uint8Array(0)),
    repeated(chance, 6),
    repeated(new Uint8Array(PIECE_BYTES), 40),
    repeated(headersEvery(2), 20),
    repeated(headersEvery(4), 1),
    () => [HUGE_TAG, ...repeated(chance, 400)()],
    pieces(infoFrame("Info", 0xffffffff)),
  ];
  for (const file of files) {
    const startedAt = cpuMs();
    expect(ENDS).toContain((await heard(file, { format: "mp3" })).outcome);
    expect(cpuMs() - startedAt).toBeLessThan(BOUND_MS);
  }
});

test("a free-format MP3 is kept, and its sound is not looked into", async () => {
  const reason = "the sound of a free-format MP3 is not decoded";
  expect(await judged(pieces(frames(200, { freeBytes: 1_306 })))).toEqual({ outcome: "skipped", reason });
});

test("headers of free format are given up, and a long tag in front of a good file is not", async () => {
  const header = Uint8Array.of(0xff, 0xfb, 0x00, 0x44);
  const free = Uint8Array.from({ length: 417 * 157 }, (_, at) => header[at % 417] ?? 0);
  const startedAt = cpuMs();
  expect(said(await heard(repeated(free, 60), { format: "mp3" }))).toBe("failed, no sound could be decoded");
  expect(cpuMs() - startedAt).toBeLessThan(BOUND_MS);
  const { bytes } = song(1, 2);
  expect(decoded(joined(id3v2(3_000_000), bytes))).toEqual(decoded(bytes));
});

test("a WAV whose sizes lie is refused, or measured by what is there", async () => {
  const body = joined(text("WAVE"), wavFormat(), riffChunk("data", new Uint8Array(40_000)));
  expect(said(await judged(pieces(riffChunk("RIFF", body, 4_000_000_000))))).toContain("refused, truncated:");
  for (const claimed of [0, 4_000_000_000, 0xffffffff]) {
    const bytes = wavOf({}, new Uint8Array(176_400), claimed);
    expect(await judged(pieces(bytes))).toMatchObject({ outcome: "done", facts: { durationSeconds: 1 } });
  }
});

test("a WAV of absurd shape is not heard, and the reason says why", async () => {
  const shapes: readonly (readonly [WavShape, string])[] = [
    [{ channels: 0 }, "0 channels"],
    [{ channels: 1_000 }, "1000 channels"],
    [{ sampleRateHz: 0 }, "0 Hz"],
    [{ sampleRateHz: 0xffffffff }, "4294967295 Hz"],
    [{ bits: 0 }, "0 bits"],
    [{ bits: 65_535 }, "65535 bits"],
    [{ kind: 85 }, "kind 85"],
  ];
  for (const [claims, reason] of shapes) {
    const judgement = said(await judged(pieces(wavOf(claims, new Uint8Array(40_000)))));
    expect(judgement).toMatch(/^failed, /);
    expect(judgement).toContain(reason);
  }
  expect(await judged(pieces(wav(0)))).toMatchObject({ outcome: "failed" });
});

test("a WAV of floats that are no numbers, or beyond all measure, gives facts that can be stored", async () => {
  for (const float of [Number.NaN, Number.POSITIVE_INFINITY, 3.4e38]) {
    const samples = new Float32Array(100_000).fill(0.1).fill(float, 50_000, 50_010);
    const bytes = wavOf({ kind: 3, bits: 32 }, new Uint8Array(samples.buffer));
    expect(said(await judged(pieces(bytes)))).toMatch(/^(done|failed)/);
  }
});

test("eight silent hours are skipped, by the scan's count or once the bound is heard", async () => {
  const secondsEach = 1_152 / 44_100;
  const piece = frames(600, { bitrateIndex: 1 });
  const file = repeated(piece, Math.ceil((8 * 3_600) / secondsEach / 600));
  const skipped = `skipped, longer than ASSESS_MAX_SECONDS (${MAX_SECONDS})`;
  expect(said(await judged(file))).toContain(skipped);
  const startedAt = cpuMs();
  expect(said(await heard(file, { format: "mp3" }))).toContain(skipped);
  expect(cpuMs() - startedAt).toBeLessThan(BOUND_MS);
});

test("a rate that changes on the way is a reason", async () => {
  const bytes = joined(frames(100), frames(100, { rateIndex: 1 }), frames(100, { version: 2 }));
  expect(await judged(pieces(bytes))).toEqual({
    outcome: "failed",
    reason: "the sample rate changes from 44100 to 48000 Hz on the way",
  });
});

test("garbage amid the frames is counted, and the rest is heard", async () => {
  const { bytes } = song(1, 4);
  const middle = bytes.subarray(30_000, 60_000);
  const spoiled = joined(bytes.subarray(0, 30_000), noise(randomFrom("hostile", 3), 5_000), middle, middle);
  const judgement = await judged(pieces(joined(spoiled, frames(1))));
  expect(judgement).toMatchObject({ outcome: "done", facts: { format: "mp3", sampleRateHz: 44_100 } });
  expect("facts" in judgement && judgement.facts.resyncs).toBeGreaterThan(0);
  expect("facts" in judgement && judgement.facts.junkBytes).toBeGreaterThan(4_000);
});

test("the decoder stands 200 mutations of a real file, and decodes a good one as before", async () => {
  const { bytes } = song(1, 2);
  const random = randomFrom("hostile", 4);
  const before = decoded(bytes);
  const ends = new Set<string>();
  expect(before.length).toBeGreaterThan(80_000);
  const startedAt = cpuMs();
  for (let round = 0; round < 200; round += 1) {
    const file = mutated(bytes, random);
    // Repeats make no file longer: whatever is decoded has had its bytes.
    expect(decoded(file).length).toBeLessThan(4 * before.length);
    if (round % 20 === 0) ends.add((await heard(pieces(file), { format: "mp3" })).outcome);
  }
  expect(ENDS).toEqual(expect.arrayContaining([...ends]));
  expect(cpuMs() - startedAt).toBeLessThan(2 * BOUND_MS);
  expect(decoded(bytes)).toEqual(before);
});

function wavOf(shape: WavShape, sound: Uint8Array, claimedBytes = sound.length): Uint8Array {
  return riffWave(wavFormat(shape), riffChunk("data", sound, claimedBytes));
}

/** All samples of the left channel. */
function decoded(bytes: Uint8Array): Float32Array {
  const decoder = mp3Decoder(mp3Module);
  const parts: Float32Array[] = [];
  decoder.decode(bytes, ([left]) => {
    if (left !== undefined) parts.push(left.slice());
  });
  decoder.free();
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

/** Some bytes overwritten, the end cut off, or a stretch laid over another place. */
function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const spoiled = bytes.slice(0, whole(random, 0, 2) === 0 ? whole(random, 1, bytes.length) : bytes.length);
  for (let flips = whole(random, 0, 60); flips > 0; flips -= 1)
    spoiled[whole(random, 0, spoiled.length - 1)] = whole(random, 0, 255);
  for (let repeats = whole(random, 0, 2); repeats > 0; repeats -= 1) {
    const from = whole(random, 0, spoiled.length - 1);
    spoiled.copyWithin(whole(random, 0, spoiled.length - 1), from, from + whole(random, 1, 5_000));
  }
  return spoiled;
}
