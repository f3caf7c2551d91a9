/** Takes that are compared are equally loud, and nothing is clipped for it. */
import { expect, test } from "vitest";
import { levels } from "../../../src/browser/player/level.ts";

test("the louder take is turned down to the quieter one", () => {
  const [loud = 0, quiet = 0] = levels([take(-9), take(-14.5)]);
  expect(quiet).toBe(1);
  expect(-9 + decibels(loud)).toBeCloseTo(-14.5);
});

test("none is turned up, and a peak over 0 dBTP comes down to it", () => {
  const gains = levels([take(-14, 1.2), take(-10, -1)]);
  for (const gain of gains) expect(gain).toBeLessThanOrEqual(1);
  expect(1.2 + decibels(gains[0] ?? 1)).toBeLessThanOrEqual(0.001);
});

test("what was not measured stays as it is", () => {
  expect(levels([take(null), take(-20)])).toEqual([1, 1]);
  expect(levels([take(null)])).toEqual([1]);
});

function take(lufs: number | null, truePeakDbtp: number | null = null) {
  return { lufs, truePeakDbtp };
}

function decibels(gain: number): number {
  return 20 * Math.log10(gain);
}
