/** The outline of sounds of known extremes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { blockMeter } from "../../../../src/core/audio/sound/blocks.ts";
import { outline as outlineListener } from "../../../../src/core/audio/sound/waveform.ts";
import { measure, MONO, silence, STEREO } from "../signals.ts";

const POINT = 512;

function outline(...channels: readonly Float32Array[]) {
  const shape = channels.length === 2 ? STEREO : MONO;
  return measure((of) => blockMeter(of, outlineListener(of)), shape, channels);
}

test("has the shape of audiowaveform's JSON", () => {
  const sound = silence(3 * POINT);
  sound[5] = 0.5;
  sound[POINT - 1] = -0.25;
  sound[POINT] = 1;
  sound[3 * POINT - 1] = -1;
  expect(outline(sound)).toEqual({
    version: 2,
    channels: 1,
    sample_rate: 44_100,
    samples_per_pixel: POINT,
    bits: 8,
    length: 3,
    data: [-32, 64, 0, 127, -128, 0],
  });
});

test("spans both channels", () => {
  expect(outline(silence(POINT).fill(0.5), silence(POINT).fill(-0.25)).data).toEqual([-32, 64]);
  expect(outline(silence(POINT).fill(-0.25), silence(POINT).fill(0.5)).data).toEqual([-32, 64]);
});

test("a point that never reaches zero does not touch it", () => {
  expect(outline(silence(POINT).fill(0.5)).data).toEqual([64, 64]);
});

test("cuts at full scale", () => {
  expect(outline(Float32Array.of(-1.5, 1.5)).data).toEqual([-128, 127]);
});

test("keeps the last, shorter point", () => {
  const sound = silence(POINT + 1);
  sound[POINT] = 0.5;
  expect(outline(sound)).toMatchObject({ length: 2, data: [0, 0, 64, 64] });
});

test("no sound has no points", () => {
  expect(outline()).toMatchObject({ length: 0, data: [] });
});

test("joins neighbours when there are more than twice the wanted points", () => {
  expect(outline(silence(1600 * POINT))).toMatchObject({ length: 1600, samples_per_pixel: POINT });
  expect(outline(silence(1600 * POINT + 1))).toMatchObject({ length: 801, samples_per_pixel: 2 * POINT });
  expect(outline(silence(3200 * POINT + 1))).toMatchObject({ length: 801, samples_per_pixel: 4 * POINT });
});

test("a joined point spans both of its halves", () => {
  const sound = silence(1600 * POINT + 1);
  for (const [point, level] of [-0.5, 0.5, 0.25, -0.25].entries()) sound[point * POINT] = level;
  expect(outline(sound).data.slice(0, 6)).toEqual([-64, 64, -32, 32, 0, 0]);
});

test("every extreme is in the point where it sounded, however often points were joined", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000_000 }), fc.nat(10_000), (at, after) => {
      const sound = silence(at + 1 + after);
      sound[at] = -0.5;
      const { data, length, samples_per_pixel } = outline(sound);
      expect(length).toBe(Math.ceil(sound.length / samples_per_pixel));
      expect(data.findIndex((value) => value === -64)).toBe(2 * Math.floor(at / samples_per_pixel));
      expect(data.filter((value) => value !== 0)).toHaveLength(data.at(-1) === -64 ? 2 : 1);
    }),
    { numRuns: 10 },
  );
});
