/** The power spectrum, against the transform by its definition. */
import { expect, test } from "vitest";
import { realFft } from "../../../../src/core/audio/sound/fft.ts";
import { noise } from "../signals.ts";

/** The powers by the definition of the discrete Fourier transform. */
function slowPowers(input: Float32Array): readonly number[] {
  return Array.from({ length: input.length / 2 + 1 }, (_, k) => {
    let real = 0;
    let imaginary = 0;
    for (const [n, x] of input.entries()) {
      real += x * Math.cos((2 * Math.PI * k * n) / input.length);
      imaginary -= x * Math.sin((2 * Math.PI * k * n) / input.length);
    }
    return real ** 2 + imaginary ** 2;
  });
}

test("agrees with the definition at every size", () => {
  for (const size of [8, 16, 64, 512]) {
    const input = noise(size, 1, size);
    const powers = realFft(size)(input);
    expect(powers).toHaveLength(size / 2 + 1);
    for (const [k, power] of slowPowers(input).entries()) expect(powers[k]).toBeCloseTo(power, 3);
  }
});

test("shows a sine in its own bin alone", () => {
  const size = 4096;
  const input = Float32Array.from({ length: size }, (_, n) => Math.sin((2 * Math.PI * 100 * n) / size));
  const powers = realFft(size)(input);
  expect(powers[100]).toBeCloseTo((size / 2) ** 2, -1);
  expect(powers.reduce((sum, power) => sum + power, 0) - (powers[100] ?? 0)).toBeLessThan(1);
});

test("reads a short input as if zeros followed, and forgets the input before it", () => {
  const transform = realFft(64);
  transform(noise(64, 1, 1));
  expect(Array.from(transform(Float32Array.of(0.5)))).toEqual(Array.from({ length: 33 }, () => 0.25));
});
