/** What a WAV's header says and the sound in it, however its bytes arrive and whatever they claim. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { wavReader, type WavFacts } from "../../../../src/core/audio/container/wav.ts";
import { chunked, joined, riffChunk, riffWave, text, wavFormat, type WavShape } from "../audio-bytes.ts";

interface Read {
  /** One array per channel. */
  readonly samples: readonly (readonly number[])[];
  readonly rates: readonly number[];
  readonly facts: WavFacts;
  readonly problem: string | null;
}

function read(...pieces: readonly Uint8Array[]): Read {
  const reader = wavReader();
  const samples: number[][] = [];
  const rates = new Set<number>();
  for (const piece of pieces) {
    reader.push(piece, (sound, sampleRateHz) => {
      rates.add(sampleRateHz);
      sound.forEach((plane, channel) => {
        const all = (samples[channel] ??= []);
        for (const sample of plane) all.push(sample);
      });
    });
  }
  return { samples, rates: [...rates], facts: reader.facts(), problem: reader.problem() };
}

/** The samples of one channel after the other within each frame, from -1 to 1, as the file's bytes. */
function encoded(samples: readonly number[], { kind = 1, bits = 16 }: WavShape): Uint8Array {
  const bytes = new Uint8Array((samples.length * bits) >> 3);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    const offset = (index * bits) >> 3;
    const whole = Math.round(sample * 2 ** (bits - 1));
    if (kind === 3) view.setFloat32(offset, sample, true);
    else if (bits === 8) view.setUint8(offset, whole + 128);
    else if (bits === 16) view.setInt16(offset, whole, true);
    else if (bits === 32) view.setInt32(offset, whole, true);
    else bytes.set([whole & 0xff, (whole >> 8) & 0xff, (whole >> 16) & 0xff], offset);
  });
  return bytes;
}

const depths: readonly (readonly [WavShape, string])[] = [
  [{ bits: 8 }, "pcm_u8"],
  [{ bits: 16 }, "pcm_s16"],
  [{ bits: 24 }, "pcm_s24"],
  [{ bits: 32 }, "pcm_s32"],
  [{ kind: 3, bits: 32 }, "pcm_f32"],
];
const shapes = depths.flatMap(([depth, codec]) =>
  [1, 2].flatMap((channels) =>
    [false, true].map((extensible) => ({ shape: { ...depth, channels, extensible }, codec })),
  ),
);

/** Eighths of full scale are exact at any depth. */
const LEFT = [-1, -0.5, 0, 0.125, 0.875, -0.875];
const RIGHT = [0.25, 0, -0.25, 0.5, -1, 0.75];
const STEREO = LEFT.flatMap((left, frame) => [left, RIGHT[frame] ?? 0]);

/** Six frames of stereo, whose chunk claims so many bytes. */
function sized(claimedBytes: number): Read {
  return read(riffWave(wavFormat(), riffChunk("data", encoded(STEREO, {}), claimedBytes)));
}

/** Six frames of stereo in 16 bits, with what stands before and after their chunk. */
function stereo(before: Uint8Array = new Uint8Array(0), after: Uint8Array = new Uint8Array(0)): Uint8Array {
  return riffWave(before, wavFormat(), riffChunk("data", encoded(STEREO, {})), after);
}

const untold: WavFacts = {
  codec: null,
  sampleRateHz: null,
  channels: null,
  bitrateKbps: null,
  durationSeconds: null,
};

test("every depth, mono and stereo, in the short format and in the long one", () => {
  for (const { shape, codec } of shapes) {
    const sampleRateHz = 48_000;
    const planes = shape.channels === 1 ? [LEFT] : [LEFT, RIGHT];
    const sound = encoded(shape.channels === 1 ? LEFT : STEREO, shape);
    const bytes = riffWave(wavFormat({ ...shape, sampleRateHz }), riffChunk("data", sound));
    const bitrateKbps = (shape.channels * (shape.bits ?? 0) * sampleRateHz) / 1_000;
    expect([shape, read(bytes)]).toEqual([
      shape,
      {
        samples: planes,
        rates: [sampleRateHz],
        facts: { codec, sampleRateHz, channels: shape.channels, bitrateKbps, durationSeconds: 6 / sampleRateHz },
        problem: null,
      },
    ]);
  }
});

test("the smallest step of each depth is one step", () => {
  for (const [shape, step] of [
    [{ bits: 8 }, 2 ** -7],
    [{ bits: 16 }, 2 ** -15],
    [{ bits: 24 }, 2 ** -23],
    [{ bits: 32 }, 2 ** -31],
  ] as const) {
    const sound = encoded([step, -step, 1 - step], shape);
    const bytes = riffWave(wavFormat({ ...shape, channels: 1 }), riffChunk("data", sound));
    expect(read(bytes).samples).toEqual([[step, -step, Math.fround(1 - step)]]);
  }
});

test("floats beyond full scale stay so, and what is no number is silence", () => {
  const shape = { kind: 3, bits: 32, channels: 1 };
  const sound = encoded([1.5, Number.NaN, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], shape);
  expect(read(riffWave(wavFormat(shape), riffChunk("data", sound))).samples).toEqual([[1.5, 0, -2, 0, 0]]);
});

test("chunks before, between and after are passed over, also those of odd length", () => {
  const plain = read(stereo());
  expect(plain.samples).toEqual([LEFT, RIGHT]);
  const list = riffChunk("LIST", text("INFOISFT\u0005\u0000\u0000\u0000Odd!"));
  const odd = riffChunk("bext", text("data"));
  const long = riffChunk("JUNK", text("fmt data".repeat(500)));
  for (const chunk of [list, odd, riffChunk("id3 ", text("odd")), long, riffChunk("PAD ", new Uint8Array(0))]) {
    expect(read(stereo(chunk))).toEqual(plain);
    expect(read(stereo(joined(chunk, odd), chunk))).toEqual(plain);
    expect(read(riffWave(wavFormat(), chunk, riffChunk("data", encoded(STEREO, {}))))).toEqual(plain);
  }
});

test("what follows an odd number of bytes of sound is no sound", () => {
  const shape = { bits: 8, channels: 1 };
  const sound = encoded([0.5, -0.5, 0.25], shape);
  const bytes = riffWave(wavFormat(shape), riffChunk("data", sound), riffChunk("LIST", text("more")));
  expect(read(bytes)).toMatchObject({ samples: [[0.5, -0.5, 0.25]], problem: null });
});

test("a size of 0 or of all ones stands for all that follows", () => {
  for (const claimed of [0, 0xffffffff]) {
    const bytes = riffWave(wavFormat(), riffChunk("data", encoded(STEREO, {}), claimed));
    expect(read(bytes)).toEqual(read(stereo()));
  }
});

test("a size larger than what arrives gives what arrives; a smaller one gives so much, in whole frames", () => {
  for (const claimed of [25, 10_000, 0xfffffffe]) expect(sized(claimed)).toEqual(read(stereo()));
  for (const [claimed, frames] of [
    [8, 2],
    [11, 2],
    [4, 1],
  ] as const) {
    const { samples, facts, problem } = sized(claimed);
    expect(samples).toEqual([LEFT.slice(0, frames), RIGHT.slice(0, frames)]);
    expect(facts.durationSeconds).toBe(frames / 44_100);
    expect(problem).toBeNull();
  }
  expect(sized(3)).toMatchObject({ samples: [], facts: { durationSeconds: 0 }, problem: null });
});

test("a frame that is cut at the end is not heard", () => {
  const bytes = stereo();
  for (const cut of [1, 2, 3]) {
    const { samples, facts } = read(bytes.slice(0, -cut));
    expect(samples).toEqual([LEFT.slice(0, 5), RIGHT.slice(0, 5)]);
    expect(facts.durationSeconds).toBe(5 / 44_100);
  }
});

test("a format that is not read is told, and nothing is thrown or heard", () => {
  const unread: readonly (readonly [WavShape, string])[] = [
    [{ channels: 0 }, "a WAV of 0 channels is not read"],
    [{ channels: 3 }, "a WAV of 3 channels is not read"],
    [{ channels: 65_535 }, "a WAV of 65535 channels is not read"],
    [{ kind: 3, bits: 64 }, "a WAV of kind 3 with 64 bits is not read"],
    [{ kind: 3, bits: 16 }, "a WAV of kind 3 with 16 bits is not read"],
    [{ bits: 64 }, "a WAV of kind 1 with 64 bits is not read"],
    [{ bits: 12 }, "a WAV of kind 1 with 12 bits is not read"],
    [{ bits: 0 }, "a WAV of kind 1 with 0 bits is not read"],
    [{ kind: 2, bits: 4 }, "a WAV of kind 2 with 4 bits is not read"],
    [{ kind: 2, extensible: true }, "a WAV of kind 2 with 16 bits is not read"],
    [{ sampleRateHz: 0 }, "a WAV at 0 Hz is not read"],
    [{ sampleRateHz: 0xffffffff }, "a WAV at 4294967295 Hz is not read"],
  ];
  for (const [shape, problem] of unread) {
    const bytes = riffWave(wavFormat(shape), riffChunk("data", encoded(STEREO, {})));
    const { durationSeconds: _, ...facts } = untold;
    expect(read(bytes)).toMatchObject({ samples: [], rates: [], facts, problem });
  }
});

test("how long a sound that is not read lasts is told by its rate in bytes", () => {
  const six = riffWave(wavFormat({ channels: 6 }), riffChunk("data", new Uint8Array(6 * 44_100)), text("LIST"));
  for (const borders of [[], [1, 30, 45, 999]]) {
    const reader = wavReader();
    for (const chunk of chunked(six, borders)) reader.push(chunk);
    expect(reader.facts()).toMatchObject({ codec: null, durationSeconds: 0.5 });
  }
});

test("a format that is cut short is told", () => {
  for (const length of [0, 15]) {
    const bytes = riffWave(riffChunk("fmt ", wavFormat().slice(8, 8 + length)), riffChunk("data", text("sound")));
    expect(read(bytes)).toMatchObject({ facts: untold, problem: "the WAV's format is cut short" });
  }
  const long = riffWave(riffChunk("fmt ", wavFormat({ extensible: true }).slice(8, 8 + 24)));
  expect(read(long).problem).toBe("a WAV of kind 65534 with 16 bits is not read");
});

test("without a format there is no sound", () => {
  for (const bytes of [
    riffWave(riffChunk("data", text("sound"))),
    riffWave(riffChunk("data", text("sound")), wavFormat()),
  ])
    expect(read(bytes)).toMatchObject({
      samples: [],
      facts: untold,
      problem: "the WAV has no format before its sound",
    });
});

test("a header with nothing behind it is no problem yet, and tells nothing", () => {
  for (const bytes of [new Uint8Array(0), text("RIFF"), riffWave(), riffWave(riffChunk("LIST", text("INFO")))])
    expect(read(bytes)).toEqual({ samples: [], rates: [], facts: untold, problem: null });
  expect(read(riffWave(wavFormat()))).toMatchObject({ facts: { channels: 2, durationSeconds: 0 }, problem: null });
});

test("a format that claims 4 GB is passed over", () => {
  const bytes = riffWave(riffChunk("fmt ", wavFormat().slice(8), 0xffffffff), riffChunk("data", encoded(STEREO, {})));
  expect(read(bytes, new Uint8Array(1_000))).toEqual({ samples: [], rates: [], facts: untold, problem: null });
});

test("so many chunks that they waste time are a problem", () => {
  const empty = riffChunk("JUNK", new Uint8Array(0));
  const many = (count: number) => stereo(joined(...Array.from({ length: count }, () => empty)));
  expect(read(many(998))).toEqual(read(stereo()));
  expect(read(many(999))).toMatchObject({
    samples: [],
    problem: "the WAV has more than 1000 chunks before its sound",
  });
  expect(read(...Array.from(many(998), (byte) => Uint8Array.of(byte)))).toEqual(read(stereo()));
});

test("where the pieces end does not show in the sound", () => {
  const sound = fc.array(fc.integer({ min: -8, max: 7 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.constantFrom(...shapes),
      sound,
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.constantFrom(-5, 0, 7),
      ({ shape }, eighths, borders, lie) => {
        const data = encoded(
          eighths.map((eighth) => eighth / 8),
          shape,
        );
        const bytes = riffWave(
          riffChunk("odd ", text("one")),
          wavFormat(shape),
          riffChunk("data", data, Math.max(0, data.length + lie)),
          riffChunk("LIST", text("after")),
        );
        expect(read(...chunked(bytes, borders))).toEqual(read(bytes));
      },
    ),
    { numRuns: 1_000 },
  );
});

test("pieces of any size, from one byte on, give the same sound", () => {
  const tone = Array.from({ length: 1_500 }, (_, index) => Math.round(Math.sin(index) * 100) / 128);
  for (const { shape } of shapes) {
    const bytes = riffWave(wavFormat(shape), riffChunk("data", encoded(tone, shape)));
    const whole = read(bytes);
    for (const size of [1, 2, 3, 5, 7, 11, 64, 1_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(read(...pieces)).toEqual(whole);
    }
  }
});

test("a long piece is handed on in stretches that fit its buffer", () => {
  const tone = Array.from({ length: 2 * 10_000 }, (_, index) => index / 32_768);
  const reader = wavReader();
  const lengths: number[] = [];
  reader.push(riffWave(wavFormat(), riffChunk("data", encoded(tone, {}))), (sound) =>
    lengths.push(...sound.map((plane) => plane.length)),
  );
  expect(lengths).toEqual([4_096, 4_096, 4_096, 4_096, 1_808, 1_808]);
  expect(read(riffWave(wavFormat(), riffChunk("data", encoded(tone, {})))).samples).toEqual([
    tone.filter((_, index) => index % 2 === 0),
    tone.filter((_, index) => index % 2 === 1),
  ]);
});

test("without a listener the header is read and the sound is measured all the same", () => {
  const reader = wavReader();
  for (const byte of stereo()) reader.push(Uint8Array.of(byte));
  expect(reader.facts()).toEqual(read(stereo()).facts);
});

test("any bytes end in facts", () => {
  const parts = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom(wavFormat(), wavFormat({ extensible: true }), text("data"), riffChunk("data", text("abcdefgh"))),
      fc
        .tuple(fc.constantFrom("fmt ", "data", "LIST"), fc.uint8Array({ maxLength: 70 }), fc.nat())
        .map(([name, body, claimed]) => riffChunk(name, body, claimed)),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 20 }), (made, borders) => {
      const bytes = riffWave(...made);
      expect(read(...chunked(bytes, borders))).toEqual(read(bytes));
    }),
    { numRuns: 500 },
  );
});

// Bytes that were kept would be copied again with every piece, which takes minutes.
test("half a million pieces of one byte take time in proportion, in a skipped chunk as in the sound", () => {
  const claims = [riffChunk("fmt ", wavFormat().slice(8), 0xffffffff), riffChunk("JUNK", text("odd"), 0xffffffff)];
  for (const start of [...claims.map((claim) => riffWave(claim)), stereo()]) {
    const reader = wavReader();
    reader.push(start);
    const byte = new Uint8Array(1);
    for (let count = 0; count < 500_000; count += 1) reader.push(byte);
    expect(reader.problem()).toBeNull();
  }
  const reader = wavReader();
  reader.push(riffWave(wavFormat(), riffChunk("data", text("abcd"), 0xffffffff)));
  const byte = new Uint8Array(1);
  for (let count = 0; count < 500_000; count += 1) reader.push(byte);
  expect(reader.facts().durationSeconds).toBe(125_001 / 44_100);
}, 10_000);
