/** True peaks: the EBU's own cases, sounds of a known wave, and what must hold for any sound. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { truePeakMeter } from "../../../../src/core/audio/sound/true-peak.ts";
import { amplitude, joined, measure, noise, RATES_HZ, scaled, silence, sine } from "../signals.ts";

function truePeakDb(sampleRateHz: number, ...sound: readonly Float32Array[]): number | null {
  return measure(truePeakMeter, { sampleRateHz, channels: sound.length === 2 ? 2 : 1 }, sound).truePeakDbtp;
}

/** With the fades of the EBU's files: a tone that starts at once overshoots. */
function faded(samples: Float32Array): Float32Array {
  const ramp = 2000;
  return samples.map((sample, n) => sample * Math.min(1, n / ramp, (samples.length - 1 - n) / ramp));
}

/** +0.2 and -0.4 dB: the EBU's own tolerance. */
function holdsTolerance(measured: number | null, dbtp: number): void {
  expect(measured).toBeLessThanOrEqual(dbtp + 0.2);
  expect(measured).toBeGreaterThanOrEqual(dbtp - 0.4);
}

const TONES: readonly [name: string, dbtp: number, divisor: number, phase: number, peak: number][] = [
  ["15", -6, 4, 0, 0.5],
  ["16", -6, 4, 45, 0.5],
  ["17", -6, 6, 60, 0.5],
  ["18", -6, 8, 67.5, 0.5],
  ["19", 3, 4, 45, 1.41],
];

test.each(TONES)("EBU Tech 3341, case %s, is %d dBTP", (_, dbtp, divisor, phase, peak) => {
  for (const rate of RATES_HZ) {
    const tone = faded(sine(rate, 0.2, rate / divisor, peak, phase));
    holdsTolerance(truePeakDb(rate, tone, tone), dbtp);
  }
});

/** Four times the rate: a tone at a sixth of the rate, one period of a quarter of it, twice as high, then the tone. */
function burst(sampleRateHz: number): Float32Array {
  const rate = 4 * sampleRateHz;
  const tone = sine(rate, 6000 / rate, sampleRateHz / 6, 0.5);
  return faded(joined(tone, sine(rate, 16 / rate, sampleRateHz / 4, 1), tone));
}

/** Every fourth sample behind a low pass at the new Nyquist: a windowed sinc of 32 zero crossings. */
function decimated(samples: Float32Array, offset: number): Float32Array {
  const reach = 64;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, n) => {
    const t = (n - reach) / 4;
    const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
    return (sinc * (0.5 + 0.5 * Math.cos((Math.PI * (n - reach)) / (reach + 1)))) / 4;
  });
  return Float32Array.from({ length: Math.floor(samples.length / 4) }, (_, n) =>
    taps.reduce((sum, tap, k) => sum + tap * (samples[4 * n + offset + k - reach] ?? 0), 0),
  );
}

test.each([
  ["20", 0],
  ["21", 1],
  ["22", 2],
  ["23", 3],
])("EBU Tech 3341, case %s: a burst at 0 dBTP, sampled %d quarters of a sample late", (_, offset) => {
  for (const rate of RATES_HZ) {
    const sampled = decimated(burst(rate), offset);
    holdsTolerance(truePeakDb(rate, sampled, sampled), 0);
  }
});

const soundOf = fc
  .record({
    frames: fc.integer({ min: 1, max: 3000 }),
    peak: fc.double({ min: 0.01, max: 1, noNaN: true }),
    seed: fc.nat(999),
  })
  .map(({ frames, peak, seed }) => noise(frames, peak, seed));

test("the peak of two sounds apart is the greater of both, in either order", () => {
  fc.assert(
    fc.property(soundOf, soundOf, (one, other) => {
      const both = [one, other].map((sound) => truePeakDb(44_100, sound) ?? 0);
      expect(truePeakDb(44_100, joined(one, silence(12), other))).toBe(Math.max(...both));
      expect(truePeakDb(44_100, joined(other, silence(12), one))).toBe(Math.max(...both));
      expect(truePeakDb(44_100, joined(one, silence(5000)), joined(silence(5000), one))).toBe(both[0]);
    }),
  );
});

test("a sound has the same peak backwards: what is at its end counts as well", () => {
  fc.assert(
    fc.property(soundOf, (sound) => {
      expect(truePeakDb(44_100, sound.toReversed())).toBeCloseTo(truePeakDb(44_100, sound) ?? 0, 9);
    }),
  );
  // Between these the wave rises to 1.25, wherever the end falls in a block.
  for (let frames = 1000; frames < 1030; frames++) {
    const sound = joined(silence(frames), Float32Array.of(1, 1));
    expect(truePeakDb(44_100, sound)).toBeCloseTo(1.9, 1);
  }
});

test("lies between the highest sample and 6.2 dB over it, and moves with a gain", () => {
  fc.assert(
    fc.property(soundOf, fc.double({ min: -40, max: 6, noNaN: true }), (sound, gainDb) => {
      const samplePeakDb = 20 * Math.log10(sound.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
      const peak = truePeakDb(44_100, sound) ?? 0;
      expect(peak).toBeGreaterThanOrEqual(samplePeakDb);
      expect(peak).toBeLessThan(samplePeakDb + 6.2);
      expect(truePeakDb(44_100, scaled(sound, amplitude(gainDb)))).toBeCloseTo(peak + gainDb, 4);
    }),
  );
});

test("finds a peak an eighth of a sample away, where the samples are 0.17 dB under it", () => {
  const tone = faded(sine(48_000, 0.2, 12_000, 1, 90 + 11.25));
  expect(truePeakDb(48_000, tone)).toBeCloseTo(0, 1);
});

test("is that of the louder channel", () => {
  const [loud, quiet] = [noise(3000, 0.5, 1), noise(3000, 0.1, 2)];
  expect(truePeakDb(44_100, loud, quiet)).toBe(truePeakDb(44_100, loud));
  expect(truePeakDb(44_100, quiet, loud)).toBe(truePeakDb(44_100, loud));
});

test("digital silence has no peak, and a single sample its own", () => {
  expect(truePeakDb(44_100, silence(5000))).toBeNull();
  expect(truePeakDb(44_100)).toBeNull();
  expect(truePeakDb(44_100, Float32Array.of(-1))).toBe(0);
});
