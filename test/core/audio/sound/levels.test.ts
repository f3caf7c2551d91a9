/** Offset and clipping of sounds made to have them. */
import { expect, test } from "vitest";
import { blockMeter } from "../../../../src/core/audio/sound/blocks.ts";
import { levels } from "../../../../src/core/audio/sound/levels.ts";
import type { PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { joined, measure, measureSplit, MONO, silence, sine, STEREO } from "../signals.ts";

const levelsMeter = (shape: PcmShape) => blockMeter(shape, levels(shape));
const SECOND = 44_100;

/** Samples at full scale, one and then the other sign, so that no offset comes of them. */
function clipped(count: number, level = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => (n % 2 === 0 ? level : -level));
}

function perMinute(...parts: readonly Float32Array[]): number | null {
  const sound = joined(...parts);
  return measure(levelsMeter, MONO, [joined(sound, silence(60 * SECOND - sound.length))]).clippedRunsPerMinute;
}

test("a run of three clipped samples counts, one of two does not", () => {
  expect(perMinute(clipped(2), silence(1), clipped(2), silence(1), clipped(1))).toBe(0);
  expect(perMinute(clipped(3))).toBe(1);
  expect(perMinute(silence(5), clipped(3), silence(1), clipped(3))).toBe(2);
});

test("a run counts once wherever a block ends in it", () => {
  for (const before of [253, 254, 255, 256]) expect(perMinute(silence(before), clipped(3), silence(1))).toBe(1);
  expect(perMinute(silence(255), clipped(2))).toBe(0);
});

test("a long run counts once", () => {
  expect(perMinute(clipped(1000))).toBe(1);
});

test("clipping starts at 0.9995", () => {
  expect(perMinute(clipped(10, 0.9994))).toBe(0);
  expect(perMinute(clipped(10, 0.99951))).toBe(1);
  expect(perMinute(clipped(10, 1.3))).toBe(1);
});

test("runs are counted per minute, of all channels, also at the very end", () => {
  const sound = joined(silence(SECOND - 6), clipped(3), silence(3));
  const end = joined(silence(SECOND - 3), clipped(3));
  expect(measure(levelsMeter, STEREO, [sound, end]).clippedRunsPerMinute).toBeCloseTo(120, 9);
  expect(measureSplit(levelsMeter, STEREO, [sound, end], [SECOND - 5]).clippedRunsPerMinute).toBeCloseTo(120, 9);
});

test("the offset is that of the channel farthest from zero, whichever it is and to whichever side", () => {
  const plain = sine(SECOND, 1, 100, 0.5);
  const lifted = plain.map((sample) => sample + 0.01);
  const lowered = plain.map((sample) => sample - 0.02);
  expect(measure(levelsMeter, MONO, [plain]).dcOffset).toBeCloseTo(0, 6);
  expect(measure(levelsMeter, STEREO, [lifted, plain]).dcOffset).toBeCloseTo(0.01, 6);
  expect(measure(levelsMeter, STEREO, [lifted, lowered]).dcOffset).toBeCloseTo(0.02, 6);
});

test("silence has neither, and of no sound nothing is said", () => {
  expect(measure(levelsMeter, MONO, [silence(100)])).toEqual({ dcOffset: 0, clippedRunsPerMinute: 0 });
  expect(measure(levelsMeter, MONO, [])).toEqual({ dcOffset: null, clippedRunsPerMinute: null });
});
