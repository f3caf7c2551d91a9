/** How far up a sound reaches, when it is known where it was cut. */
import { expect, test } from "vitest";
import { bandwidthMeter } from "../../../../src/core/audio/sound/bandwidth.ts";
import { joined, measure, MONO, noise, RATES_HZ, scaled, silence, sine, STEREO } from "../signals.ts";

const WINDOW = 4096;
const HOP = 5 * WINDOW;
const NOISE = noise(2 * HOP + WINDOW, 0.5, 1);

/** Behind a windowed sinc (Blackman, some 75 dB), as steep as an encoder's. */
function lowPassed(samples: Float32Array, sampleRateHz: number, cutoffHz: number): Float32Array {
  const reach = 256;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
    const t = (2 * cutoffHz * (k - reach)) / sampleRateHz;
    const angle = (2 * Math.PI * k) / (2 * reach);
    const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
    return ((2 * cutoffHz) / sampleRateHz) * sinc * (0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle));
  });
  const out = new Float32Array(samples.length - taps.length);
  for (let n = 0; n < out.length; n++) {
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += (taps[k] ?? 0) * (samples[n + k] ?? 0);
    out[n] = sum;
  }
  return out;
}

function bandwidthHz(sampleRateHz: number, ...sound: readonly Float32Array[]): number {
  const channels = sound.length === 2 ? 2 : 1;
  return measure(bandwidthMeter, { sampleRateHz, channels }, sound).bandwidthHz ?? Number.NaN;
}

test("finds where a low pass cut", () => {
  for (const cutoffHz of [5000, 11_000, 16_000]) {
    const found = bandwidthHz(44_100, lowPassed(NOISE, 44_100, cutoffHz));
    expect(found).toBeGreaterThan(cutoffHz - 100);
    expect(found).toBeLessThan(cutoffHz + 500);
  }
});

test("noise of all frequencies reaches up to half the rate", () => {
  for (const rate of RATES_HZ) expect(bandwidthHz(rate, NOISE)).toBe(rate / 2);
});

test("a tone reaches as far as itself", () => {
  expect(bandwidthHz(44_100, sine(44_100, 1, 3000, 0.5))).toBeGreaterThan(3000);
  expect(bandwidthHz(44_100, sine(44_100, 1, 3000, 0.5))).toBeLessThan(3600);
});

test("is the same for a quiet sound", () => {
  const cut = lowPassed(NOISE, 44_100, 11_000);
  expect(Math.abs(bandwidthHz(44_100, scaled(cut, 0.03)) - bandwidthHz(44_100, cut))).toBeLessThan(500);
  expect(bandwidthHz(44_100, scaled(NOISE, 0.001))).toBe(22_050);
});

test("the noise of 16 bits is not taken for sound", () => {
  const coarse = sine(44_100, 1, 2990, 0.3).map((sample) => Math.round(sample * 32_768) / 32_768);
  expect(bandwidthHz(44_100, coarse)).toBeLessThan(3600);
});

test("each channel counts, also where they cancel out", () => {
  const low = lowPassed(NOISE, 44_100, 5000);
  const high = NOISE.subarray(0, low.length);
  expect(bandwidthHz(44_100, low, high)).toBe(22_050);
  expect(bandwidthHz(44_100, high, low)).toBe(22_050);
  expect(bandwidthHz(44_100, high, scaled(high, -1))).toBe(22_050);
});

test("a click, which has all frequencies, does not count", () => {
  const long = sine(44_100, (30 * HOP) / 44_100, 1000, 0.3);
  long[7 * HOP + WINDOW / 2] = 1;
  expect(bandwidthHz(44_100, long)).toBeLessThan(2000);
});

test("silence between does not count against what sounds", () => {
  const sound = joined(NOISE.subarray(0, WINDOW), silence(40 * HOP));
  expect(bandwidthHz(44_100, sound)).toBe(22_050);
});

test("silence, an offset, and less than a window reach nowhere", () => {
  const nothing = { bandwidthHz: null, noiseFloorDbfs: null, balanceSpreadDb: null };
  expect(measure(bandwidthMeter, STEREO, [silence(HOP), silence(HOP)])).toEqual(nothing);
  expect(measure(bandwidthMeter, MONO, [NOISE.subarray(0, WINDOW - 1)])).toEqual(nothing);
  expect(measure(bandwidthMeter, MONO, [])).toEqual(nothing);
});
