/** Loudness: the EBU's own cases, and what must hold for any sound. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { kWeighting } from "../../../../src/core/audio/sound/k-weighting.ts";
import { loudnessMeter } from "../../../../src/core/audio/sound/loudness.ts";
import type { PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { amplitude, joined, measure, MONO, noise, RATES_HZ, scaled, silence, sine, STEREO } from "../signals.ts";

/** A low rate, where the signal does not matter. */
const SMALL: PcmShape = { sampleRateHz: 8000, channels: 1 };

/** Seconds, and the peak of a sine of 1 kHz in dBFS. */
type Tone = readonly [seconds: number, dbfs: number];

/** The tones one after another, of one period of 10 ms that both rates divide. */
function tones(sampleRateHz: number, ...parts: readonly Tone[]): Float32Array {
  const period = Float32Array.from({ length: sampleRateHz / 100 }, (_, n) =>
    Math.sin((2 * Math.PI * 1000 * n) / sampleRateHz),
  );
  return joined(...parts.map(([seconds, dbfs]) => repeated(scaled(period, amplitude(dbfs)), seconds * 100)));
}

function repeated(period: Float32Array, times: number): Float32Array {
  const samples = new Float32Array(period.length * Math.round(times));
  for (let start = 0; start < samples.length; start += period.length) samples.set(period, start);
  return samples;
}

/** The same sound in both channels. */
function stereoLoudness(sampleRateHz: number, sound: Float32Array) {
  return measure(loudnessMeter, { sampleRateHz, channels: 2 }, [sound, sound]);
}

const INTEGRATED: readonly [name: string, lufs: number, parts: readonly Tone[]][] = [
  ["1", -23, [[20, -23]]],
  ["2", -33, [[20, -33]]],
  [
    "3",
    -23,
    [
      [10, -36],
      [60, -23],
      [10, -36],
    ],
  ],
  [
    "4",
    -23,
    [
      [10, -72],
      [10, -36],
      [60, -23],
      [10, -36],
      [10, -72],
    ],
  ],
  [
    "5",
    -23,
    [
      [20, -26],
      [20.1, -20],
      [20, -26],
    ],
  ],
];

test.each(INTEGRATED)("EBU Tech 3341, case %s, is %d LUFS", (_, lufs, parts) => {
  for (const rate of RATES_HZ) {
    const { integratedLufs } = stereoLoudness(rate, tones(rate, ...parts));
    expect(Math.abs((integratedLufs ?? 0) - lufs)).toBeLessThanOrEqual(0.1);
  }
});

const RANGES: readonly [name: string, lu: number, parts: readonly Tone[]][] = [
  [
    "1",
    10,
    [
      [20, -20],
      [20, -30],
    ],
  ],
  [
    "2",
    5,
    [
      [20, -20],
      [20, -15],
    ],
  ],
  [
    "3",
    20,
    [
      [20, -40],
      [20, -20],
    ],
  ],
  [
    "4",
    15,
    [
      [20, -50],
      [20, -35],
      [20, -20],
      [20, -35],
      [20, -50],
    ],
  ],
];

test.each(RANGES)("EBU Tech 3342, case %s, is %d LU", (_, lu, parts) => {
  for (const rate of RATES_HZ) {
    const { loudnessRangeLu } = stereoLoudness(rate, tones(rate, ...parts));
    expect(Math.abs((loudnessRangeLu ?? 0) - lu)).toBeLessThanOrEqual(1);
  }
});

test("what is under -70 LUFS does not lower the second gate", () => {
  const sound = tones(48_000, [2, -23], [2, -39], [10, -200]);
  expect(stereoLoudness(48_000, sound).integratedLufs).toBeCloseTo(-23, 0);
});

test("what is 9 LU under the mean counts, what is 11 LU under it does not", () => {
  expect(stereoLoudness(48_000, tones(48_000, [3, -20], [3, -31.7])).integratedLufs).toBeCloseTo(-22.7, 0);
  expect(stereoLoudness(48_000, tones(48_000, [3, -20], [3, -33.7])).integratedLufs).toBeCloseTo(-20, 0);
});

test("the K weighting agrees with the recommendation's coefficients at 48 kHz", () => {
  const sound = noise(4800, 1, 7);
  const filter = kWeighting(48_000);
  filter.pass(sound, 0, sound.length);
  const shelved = filtered(
    sound,
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    -1.69065929318241,
    0.73248077421585,
  );
  const passed = filtered(shelved, [1, -2, 1], -1.99004745483398, 0.99007225036621);
  const energy = passed.reduce((sum, sample) => sum + sample ** 2, 0);
  expect(filter.takeEnergy() / energy).toBeCloseTo(1, 6);
  expect(filter.takeEnergy()).toBe(0);
});

function filtered(samples: Float32Array | Float64Array, b: readonly [number, number, number], a1: number, a2: number) {
  const out = new Float64Array(samples.length);
  const x = (n: number) => samples[n] ?? 0;
  const y = (n: number) => out[n] ?? 0;
  for (let n = 0; n < out.length; n++) {
    out[n] = b[0] * x(n) + b[1] * x(n - 1) + b[2] * x(n - 2) - a1 * y(n - 1) - a2 * y(n - 2);
  }
  return out;
}

function lufsAt(rate: number): number {
  return stereoLoudness(rate, sine(rate, 1, 500, 0.5)).integratedLufs ?? 0;
}

test("loudness does not depend on the sample rate", () => {
  for (const rate of [22_050, 32_000, 44_100, 96_000]) {
    expect(Math.abs(lufsAt(rate) - lufsAt(48_000))).toBeLessThanOrEqual(0.1);
  }
});

test("a gain moves loudness by as much, and leaves the range", () => {
  const sound = joined(noise(32_000, 0.5, 1), noise(32_000, 0.25, 2));
  const plain = measure(loudnessMeter, SMALL, [sound]);
  fc.assert(
    fc.property(fc.double({ min: -20, max: 6, noNaN: true }), (gainDb) => {
      const moved = measure(loudnessMeter, SMALL, [scaled(sound, amplitude(gainDb))]);
      expect((moved.integratedLufs ?? 0) - (plain.integratedLufs ?? 0)).toBeCloseTo(gainDb, 4);
      expect(moved.loudnessRangeLu).toBeCloseTo(plain.loudnessRangeLu ?? 0, 4);
    }),
    { numRuns: 20 },
  );
});

function lufsOf(...channels: readonly [Float32Array, Float32Array]): number | null {
  return measure(loudnessMeter, STEREO, channels).integratedLufs;
}

test("the channel of a mono file counts once, and each of two channels counts", () => {
  const sound = noise(44_100, 0.5, 3);
  const mono = measure(loudnessMeter, MONO, [sound]).integratedLufs ?? 0;
  expect(lufsOf(sound, sound)).toBeCloseTo(mono + 3.0103, 3);
  expect(lufsOf(sound, silence(44_100))).toBeCloseTo(mono, 6);
  expect(lufsOf(silence(44_100), sound)).toBeCloseTo(mono, 6);
});

test("needs a block for loudness, a window for the range, and something to hear for either", () => {
  const lasting = (seconds: number, peak = 0.5) => measure(loudnessMeter, SMALL, [noise(8000 * seconds, peak, 4)]);
  const nothing = { integratedLufs: null, loudnessRangeLu: null };
  expect(measure(loudnessMeter, SMALL, [])).toEqual(nothing);
  expect(lasting(0.399)).toEqual(nothing);
  expect(lasting(5, 1e-5)).toEqual(nothing);
  expect(lasting(0.4).integratedLufs).toBeLessThan(0);
  expect(lasting(0.4).loudnessRangeLu).toBeNull();
  expect(lasting(2.99).loudnessRangeLu).toBeNull();
  expect(lasting(3).loudnessRangeLu).toBe(0);
});
