/** Is it an MP3, and is it whole? Files are made frame by frame. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { frameAt } from "../../../../src/core/audio/container/mpeg-frame.ts";
import { mp3Scan, type Mp3Facts } from "../../../../src/core/audio/container/mp3.ts";
import { cpuMs } from "../../cpu.ts";
import {
  apeTag,
  apeTagWithoutHeader,
  bait,
  chunked,
  frame,
  frames,
  id3v1,
  id3v1Extended,
  id3v2,
  id3v2WithFooter,
  infoFrame,
  joined,
  lyrics3,
  text,
  vbriFrame,
  type FrameShape,
} from "../audio-bytes.ts";

function scan(...chunks: readonly Uint8Array[]): Mp3Facts {
  const scanning = mp3Scan();
  for (const chunk of chunks) scanning.push(chunk);
  return scanning.finish();
}

const whole = { junkBytes: 0, missingBytes: 0, declaredFrames: null, declaredSeconds: null };

test("frames of every version, rate and channel count are walked", () => {
  const shapes: readonly (readonly [FrameShape, number, number])[] = [
    [{ layer: 2 }, 522, 1_152 / 44_100],
    [{ layer: 2, bitrateIndex: 14, rateIndex: 2, padding: 1 }, 1_729, 1_152 / 32_000],
    [{ layer: 2, version: 2, bitrateIndex: 14 }, 1_044, 1_152 / 22_050],
    [{ layer: 2, version: 0, bitrateIndex: 14, rateIndex: 2 }, 2_880, 1_152 / 8_000],
    [{ layer: 1, padding: 1 }, 316, 384 / 44_100],
    [{ layer: 1, bitrateIndex: 14, rateIndex: 1 }, 448, 384 / 48_000],
    [{ layer: 1, version: 2, bitrateIndex: 14 }, 556, 384 / 22_050],
    [{ layer: 1, version: 0, bitrateIndex: 1, rateIndex: 2 }, 192, 384 / 8_000],
    [{}, 417, 1_152 / 44_100],
    [{ padding: 1 }, 418, 1_152 / 44_100],
    [{ bitrateIndex: 11, rateIndex: 1 }, 576, 1_152 / 48_000],
    [{ bitrateIndex: 14, rateIndex: 2 }, 1_440, 1_152 / 32_000],
    [{ version: 2, bitrateIndex: 8, mono: true }, 208, 576 / 22_050],
    [{ version: 0, bitrateIndex: 8 }, 417, 576 / 11_025],
    [{ version: 0, bitrateIndex: 14, rateIndex: 2 }, 1_440, 576 / 8_000],
  ];
  for (const [shape, bytes, secondsEach] of shapes) {
    expect(frame(shape)).toHaveLength(bytes);
    const facts = scan(frames(50, shape));
    expect(facts).toMatchObject({ ...whole, frames: 50, audioBytes: 50 * bytes });
    expect(facts.seconds).toBeCloseTo(50 * secondsEach, 6);
  }
});

test("free-format frames are as long as the way to the next, less the padding", () => {
  for (const freeBytes of [40, 1_306, 2_089, 5_760]) {
    const bytes = joined(...Array.from({ length: 30 }, (_, n) => frame({ freeBytes, padding: n % 3 === 1 ? 1 : 0 })));
    const facts = { ...whole, frames: 30, audioBytes: bytes.length, resyncs: 0, isFreeFormat: true };
    expect(scan(bytes)).toMatchObject(facts);
    expect(scan(text("junk"), bytes, text("junk"), bytes)).toMatchObject({ frames: 60, junkBytes: 8, resyncs: 1 });
    expect(scan(bytes.slice(0, -9))).toMatchObject({ frames: 29, missingBytes: 9 });
  }
  expect(scan(frames(30, { freeBytes: 6_200 }))).toMatchObject({ frames: 0 });
});

test("what looks like free format at every place costs little", () => {
  const header = frame({ freeBytes: 4 });
  const bytes = Uint8Array.from({ length: 2_000_000 }, (_, at) => (at % 6_001 === 0 ? 1 : (header[at % 5] ?? 7)));
  const startedAt = cpuMs();
  scan(bytes);
  expect(cpuMs() - startedAt).toBeLessThan(2_000);
});

test("a VBRI header declares the frames and is none itself", () => {
  expect(scan(vbriFrame(40), frames(40))).toMatchObject({ frames: 40, declaredFrames: 40, junkBytes: 0 });
  expect(scan(vbriFrame(40).slice(0, 52))).toMatchObject({ frames: 0, declaredFrames: null });
});

test("a Xing or Info header declares the frames and is none itself", () => {
  const shapes: readonly FrameShape[] = [
    {},
    { mono: true },
    { version: 2, bitrateIndex: 14 },
    { version: 2, bitrateIndex: 14, mono: true },
  ];
  for (const shape of shapes) {
    for (const word of ["Xing", "Info"] as const) {
      const facts = scan(infoFrame(word, 40, shape), frames(40, shape));
      expect(facts).toMatchObject({ frames: 40, declaredFrames: 40, junkBytes: 0, missingBytes: 0 });
      expect(facts.declaredSeconds).toBeCloseTo(facts.seconds, 9);
    }
  }
});

test("a header without a count declares nothing", () => {
  expect(scan(infoFrame("Xing", null), frames(10))).toMatchObject({ frames: 11, declaredFrames: null });
});

test("what is heard lacks the encoder's delay and padding, wherever its header puts them", () => {
  const lame = { delaySamples: 1_105, paddingSamples: 2_345 };
  const shapes: readonly FrameShape[] = [
    {},
    { mono: true },
    { version: 2, bitrateIndex: 14 },
    { version: 2, bitrateIndex: 14, mono: true },
  ];
  const flags = [false, true];
  for (const shape of shapes) {
    const rate = frameAt(frame(shape), 0)?.sampleRateHz ?? 0;
    for (const sizeField of flags) {
      for (const tableField of flags) {
        for (const qualityField of flags) {
          const fields = { sizeField, tableField, qualityField, lame };
          const facts = scan(infoFrame("Info", 40, shape, fields), frames(40, shape));
          expect(facts).toMatchObject({ frames: 40, declaredFrames: 40 });
          expect([fields, facts.seconds - facts.playableSeconds]).toEqual([fields, expect.closeTo(3_450 / rate, 9)]);
        }
      }
    }
  }
});

test("delay and padding have 12 bits each, and do not run into each other", () => {
  for (const [delaySamples, paddingSamples] of [
    [0, 0],
    [0xfff, 0],
    [0, 0xfff],
    [0xa5c, 0x3f1],
  ] as const) {
    const facts = scan(infoFrame("Xing", 40, {}, { lame: { delaySamples, paddingSamples } }), frames(40));
    expect((facts.seconds - facts.playableSeconds) * 44_100).toBeCloseTo(delaySamples + paddingSamples, 6);
  }
});

test("only encoders that are known to tell delay and padding are believed", () => {
  const heard = ["LAME3.100", "Lavf61.7", "Lavc61.19", "GOGO3.13", ""].map((encoder) => {
    const lame = { encoder, delaySamples: 576, paddingSamples: 576 };
    const facts = scan(infoFrame("Xing", 40, {}, { lame }), frames(40));
    return Math.round(facts.playableSeconds * 44_100) / 1_152;
  });
  expect(heard).toEqual([39, 39, 39, 40, 40]);
});

test("without LAME's part all is heard, and never less than nothing", () => {
  for (const bytes of [frames(40), joined(infoFrame("Info", 40), frames(40))]) {
    const facts = scan(bytes);
    expect(facts.playableSeconds).toBe(facts.seconds);
  }
  const lame = { delaySamples: 4_000, paddingSamples: 4_000 };
  expect(scan(infoFrame("Info", 2, {}, { lame }), frames(2)).playableSeconds).toBe(0);
});

test("rate and channels are those of the first frame, the header's included", () => {
  expect(scan(frames(5))).toMatchObject({ sampleRateHz: 44_100, channels: 2 });
  expect(scan(frames(5, { mono: true, rateIndex: 1 }))).toMatchObject({ sampleRateHz: 48_000, channels: 1 });
  expect(scan(frames(5, { version: 2 }))).toMatchObject({ sampleRateHz: 22_050, channels: 2 });
  expect(scan(frames(5, { mono: true }), frames(5))).toMatchObject({ channels: 1 });
  expect(scan(infoFrame("Xing", 5, { mono: true }), frames(5))).toMatchObject({ channels: 1 });
  expect(scan(text("no frame in here"))).toMatchObject({ sampleRateHz: null, channels: null });
});

test("missing frames show against the declared ones", () => {
  expect(scan(infoFrame("Info", 100), frames(60))).toMatchObject({ frames: 60, declaredFrames: 100 });
});

test("a header that is cut declares nothing", () => {
  expect(scan(infoFrame("Xing", 10).slice(0, 42))).toMatchObject({ frames: 0, declaredFrames: null });
});

test("a header is only one in the first frame", () => {
  expect(scan(frames(3), infoFrame("Xing", 9), frames(3))).toMatchObject({ frames: 7, declaredFrames: null });
});

test("tags before and after the audio are no junk, and what they hold is not read", () => {
  expect(scan(id3v2(5_000), frames(20))).toMatchObject({ ...whole, frames: 20 });
  expect(scan(id3v2(0), frames(20))).toMatchObject({ ...whole, frames: 20 });
  expect(scan(frames(20), id3v1())).toMatchObject({ ...whole, frames: 20 });
  expect(scan(frames(20), apeTag(300), id3v1())).toMatchObject({ ...whole, frames: 20 });
  for (const tag of [
    id3v2WithFooter(700),
    id3v1Extended(),
    apeTagWithoutHeader(250),
    lyrics3(1, 900),
    lyrics3(2, 9_000),
  ])
    expect(scan(id3v2WithFooter(0), frames(20), tag, id3v1())).toMatchObject({
      ...whole,
      frames: 20,
      trailingBytes: 0,
    });
  expect(scan(id3v2(900), infoFrame("Info", 20), frames(20), apeTag(32))).toMatchObject({
    frames: 20,
    declaredFrames: 20,
    junkBytes: 0,
  });
});

test("a tag whose size is ill-formed is junk", () => {
  const broken = id3v2(0);
  broken[6] = 0x80;
  expect(scan(broken, frames(20))).toMatchObject({ frames: 20, junkBytes: 10 });
});

test("what lyrics without an end, or an APE tag's size, say of the bytes before is believed as far as there are any", () => {
  expect(scan(frames(20), text(`LYRICSBEGIN${"la ".repeat(99)}`), frames(3))).toMatchObject({
    frames: 23,
    junkBytes: 0,
  });
  const lying = apeTagWithoutHeader(100);
  lying.set([0xff, 0xff, 0xff, 0x7f], 112);
  expect(scan(frames(20), lying)).toMatchObject({ ...whole, frames: 20, trailingBytes: 0 });
});

test("a tag that is longer than its file lacks bytes", () => {
  expect(scan(id3v2(900).slice(0, 500))).toMatchObject({ frames: 0, tagLacksBytes: 410, missingBytes: 0 });
  expect(scan(frames(9), id3v1().slice(0, 100))).toMatchObject({ frames: 9, tagLacksBytes: 28, missingBytes: 0 });
});

test("of concatenated files all frames count, at the rate of each", () => {
  const parts = [frames(50), frames(40, { rateIndex: 1 }), frames(30, { version: 2 }), frames(20, { layer: 2 })];
  const facts = scan(...parts);
  expect(facts).toMatchObject({ ...whole, frames: 140, resyncs: 0 });
  expect(facts.seconds).toBeCloseTo((70 * 1_152) / 44_100 + (40 * 1_152) / 48_000 + (30 * 576) / 22_050, 9);
});

test("bytes after the last frame are told apart from those before it", () => {
  const junk = text("junk");
  expect(scan(junk, frames(10), junk, frames(10), junk, junk)).toMatchObject({
    junkBytes: 16,
    trailingBytes: 8,
    resyncs: 1,
  });
  expect(scan(frames(10), junk, id3v1())).toMatchObject({ junkBytes: 4, trailingBytes: 4, resyncs: 0 });
  expect(scan(junk)).toMatchObject({ junkBytes: 4, trailingBytes: 0 });
});

test("the longest run is of one kind, with nothing in between", () => {
  const runs: readonly (readonly [readonly Uint8Array[], number])[] = [
    [[frames(7)], 7],
    [[frames(7), text("junk"), frames(4)], 7],
    [[frames(4), frames(5, { rateIndex: 1 })], 5],
    [[frames(2), text("j"), frames(2), text("j"), frames(2)], 2],
  ];
  for (const [parts, longestRun] of runs) expect(scan(...parts)).toMatchObject({ longestRun });
});

test("junk is counted, and the scan finds the step again", () => {
  expect(scan(frames(10), text("junk in the middle of it"), frames(10))).toMatchObject({
    frames: 20,
    junkBytes: 24,
    missingBytes: 0,
  });
  expect(scan(new Uint8Array(1_000), frames(10))).toMatchObject({ frames: 10, junkBytes: 1_000 });
});

test("a resync is counted once for each break between frames, however long it is", () => {
  const junk = text("junk");
  const some = frames(10);
  expect(scan(some)).toMatchObject({ resyncs: 0 });
  expect(scan(junk, some)).toMatchObject({ resyncs: 0 });
  expect(scan(some, junk, some)).toMatchObject({ resyncs: 1, junkBytes: 4 });
  expect(scan(some, text("j"), some)).toMatchObject({ resyncs: 1, junkBytes: 1 });
  expect(scan(some, new Uint8Array(5_000), some)).toMatchObject({ resyncs: 1, junkBytes: 5_000 });
  expect(scan(some, junk, some, junk, some, junk, some)).toMatchObject({ resyncs: 3, junkBytes: 12, frames: 40 });
});

test("a tag between frames breaks nothing", () => {
  expect(scan(frames(10), id3v2(300), frames(10), apeTag(32), id3v1())).toMatchObject({ frames: 20, resyncs: 0 });
});

test("a header by chance in junk is not a frame", () => {
  const chance = joined(text("junk"), frame().slice(0, 40), text("more junk".repeat(60)));
  expect(scan(chance, frames(10))).toMatchObject({ frames: 10, junkBytes: chance.length });
});

test("a last frame that is cut lacks bytes and is not counted", () => {
  expect(scan(frames(10), frame().slice(0, 100))).toMatchObject({ frames: 10, missingBytes: 317, junkBytes: 0 });
  expect(scan(frames(10).slice(0, -1))).toMatchObject({ frames: 9, missingBytes: 1 });
  expect(scan(frame().slice(0, 50))).toMatchObject({ frames: 0, missingBytes: 367 });
  expect(scan(infoFrame("Xing", 10).slice(0, 200))).toMatchObject({ frames: 0, missingBytes: 217 });
});

test("a header that begins in step and is cut lacks bytes; out of step it is junk", () => {
  for (const there of [1, 2, 3]) {
    const cut = frame().slice(0, there);
    expect(scan(frames(10), cut)).toMatchObject({ frames: 10, junkBytes: 0, missingBytes: 4 - there });
    expect(scan(frames(10), text("junk"), cut)).toMatchObject({ frames: 10, junkBytes: 4 + there, missingBytes: 0 });
  }
  expect(scan(frames(10), text("ju"))).toMatchObject({ frames: 10, junkBytes: 2, missingBytes: 0 });
});

test("a cut shows wherever it is, but between two frames", () => {
  const bytes = frames(3);
  const cuts = Array.from(bytes, (_, length) => length).filter((length) => length % frame().length !== 0);
  expect(cuts.filter((length) => scan(bytes.slice(0, length)).missingBytes === 0 && length > frame().length)).toEqual(
    [],
  );
});

test("no bytes give no facts", () => {
  expect(scan()).toEqual({
    ...whole,
    frames: 0,
    seconds: 0,
    playableSeconds: 0,
    sampleRateHz: null,
    channels: null,
    layer: null,
    isFreeFormat: false,
    longestRun: 0,
    trailingBytes: 0,
    tagLacksBytes: 0,
    resyncs: 0,
    audioBytes: 0,
  });
  expect(scan(new Uint8Array(0), new Uint8Array(0))).toEqual(scan());
});

const part = fc.oneof(
  fc.nat({ max: 6 }).map((count) => frames(count)),
  fc.nat({ max: 3 }).map((count) => frames(count, { version: 2, bitrateIndex: 4 })),
  fc.nat({ max: 5 }).map((count) => frames(count, { layer: 2, rateIndex: 1 })),
  fc.nat({ max: 5 }).map((count) => frames(count, { freeBytes: 300 })),
  fc.nat({ max: 40 }).map((count) => infoFrame("Info", count)),
  fc.nat({ max: 300 }).map(apeTagWithoutHeader),
  fc.nat({ max: 300 }).map((bytes) => lyrics3(2, bytes)),
  fc.nat({ max: 300 }).map(id3v2),
  fc.nat({ max: 300 }).map(apeTag),
  fc.constant(id3v1()),
  fc.nat({ max: 300 }).map(bait),
  fc.nat({ max: 416 }).map((length) => frame().slice(0, length)),
  fc.uint8Array({ maxLength: 100 }),
);
const files = fc.array(part, { maxLength: 6 }).map((parts) => joined(...parts));

test("where the chunks end does not show in the facts", () => {
  fc.assert(
    fc.property(files, fc.array(fc.nat(), { maxLength: 30 }), (bytes, borders) => {
      expect(scan(...chunked(bytes, borders))).toEqual(scan(bytes));
    }),
    { numRuns: 1_000 },
  );
});

test("byte by byte gives the same facts", () => {
  fc.assert(
    fc.property(files, (bytes) => {
      expect(scan(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(scan(bytes));
    }),
    { numRuns: 60 },
  );
});

test("every byte is audio, tag or junk, and never two of them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
      const { junkBytes, audioBytes, missingBytes, frames: count } = scan(bytes);
      expect(junkBytes).toBeLessThanOrEqual(bytes.length);
      expect(audioBytes - missingBytes).toBeLessThanOrEqual(bytes.length - junkBytes);
      expect(count).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});
