/** Two channels of a known relation. */
import { expect, test } from "vitest";
import { blockMeter } from "../../../../src/core/audio/sound/blocks.ts";
import type { PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { stereo as stereoListener } from "../../../../src/core/audio/sound/stereo.ts";
import { amplitude, measure, MONO, noise, scaled, silence, STEREO } from "../signals.ts";

const stereoMeter = (shape: PcmShape) => blockMeter(shape, stereoListener(shape));

const FRAMES = 44_100;
const SOUND = noise(FRAMES, 0.5, 1);
const OTHER = noise(FRAMES, 0.5, 20_000);

function stereo(left: Float32Array, right: Float32Array) {
  return measure(stereoMeter, STEREO, [left, right]);
}

function mixed(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((sample, n) => sample + share * (b[n] ?? 0));
}

test("identical channels are dual mono and lose nothing", () => {
  expect(stereo(SOUND, SOUND)).toEqual({ stereoCorrelation: 1, monoLossDb: 0, balanceDb: 0, dualMono: true });
});

test("opposite channels vanish in mono, by a finite number", () => {
  const { stereoCorrelation, monoLossDb, dualMono } = stereo(SOUND, scaled(SOUND, -1));
  expect(stereoCorrelation).toBe(-1);
  expect(monoLossDb).toBeCloseTo(96, 6);
  expect(dualMono).toBe(false);
});

test("unrelated channels of one level lose 3 dB", () => {
  const { stereoCorrelation, monoLossDb, balanceDb } = stereo(SOUND, OTHER);
  expect(stereoCorrelation).toBeCloseTo(0, 1);
  expect(monoLossDb).toBeCloseTo(3, 0);
  expect(balanceDb).toBeCloseTo(0, 0);
});

test("correlation is that of the mixture, and not of the levels", () => {
  expect(stereo(SOUND, mixed(SOUND, OTHER, 1)).stereoCorrelation).toBeCloseTo(Math.SQRT1_2, 1);
  expect(stereo(SOUND, scaled(mixed(SOUND, OTHER, 1), 0.1)).stereoCorrelation).toBeCloseTo(Math.SQRT1_2, 1);
});

test("balance is left over right: negative where the right side is louder", () => {
  const quieter = scaled(SOUND, amplitude(-7));
  expect(stereo(SOUND, quieter).balanceDb).toBeCloseTo(7, 4);
  expect(stereo(quieter, SOUND).balanceDb).toBeCloseTo(-7, 4);
});

test("dual mono ends where the difference comes within 60 dB", () => {
  // With a difference of d against the sum of 2: side over mid is d / 2.
  expect(stereo(SOUND, scaled(SOUND, 1 + 2 * amplitude(-61))).dualMono).toBe(true);
  expect(stereo(SOUND, scaled(SOUND, 1 + 2 * amplitude(-59))).dualMono).toBe(false);
});

test("a dead channel is out of balance, and correlates with nothing", () => {
  for (const sides of [
    [SOUND, silence(FRAMES)],
    [silence(FRAMES), SOUND],
  ] as const) {
    const { stereoCorrelation, monoLossDb, balanceDb, dualMono } = stereo(...sides);
    expect(stereoCorrelation).toBeNull();
    expect(monoLossDb).toBeCloseTo(3.01, 2);
    const louder = (sides[0] === SOUND ? 1 : -1) * (balanceDb ?? 0);
    expect(louder).toBeGreaterThan(60);
    expect(louder).toBeLessThanOrEqual(96);
    expect(dualMono).toBe(false);
  }
});

test("mono, silence and no sound have no sides", () => {
  const nothing = { stereoCorrelation: null, monoLossDb: null, balanceDb: null, dualMono: false };
  expect(measure(stereoMeter, MONO, [SOUND])).toEqual(nothing);
  expect(stereo(silence(FRAMES), silence(FRAMES))).toEqual(nothing);
  expect(measure(stereoMeter, STEREO, [])).toEqual(nothing);
});
