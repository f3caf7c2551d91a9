/**
 * The power spectrum of real samples: a complex FFT of half the size, radix 2, decimated in time.
 *
 * Even samples go in as the real and odd ones as the imaginary part; one more pass takes the two spectra apart
 * (Press et al., Numerical Recipes, 12.3). The transform scales nothing: without a window a sine of amplitude 1 in the
 * middle of a bin has the power (size / 2)². Pure, apart from the buffers that each returned function owns.
 */
import { sampleAt, valueAt } from "./sample.ts";

/**
 * A transform of `size` samples, a power of two and at least 8, into size / 2 + 1 powers from 0 Hz to Nyquist.
 *
 * The answer is overwritten by the next call; samples after the first `size` are not read, missing ones are 0.
 */
export function realFft(size: number): (input: Float32Array) => Float32Array {
  const half = size / 2;
  const order = bitReversal(half);
  const cosines = Float64Array.from({ length: half }, (_, n) => Math.cos((2 * Math.PI * n) / size));
  const sines = Float64Array.from({ length: half }, (_, n) => -Math.sin((2 * Math.PI * n) / size));
  const real = new Float64Array(half);
  const imaginary = new Float64Array(half);
  const power = new Float32Array(half + 1);
  return (input) => {
    for (let n = 0; n < half; n++) {
      const from = 2 * (order[n] ?? 0);
      real[n] = sampleAt(input, from);
      imaginary[n] = sampleAt(input, from + 1);
    }
    firstTwoStages(real, imaginary);
    for (let span = 4; span < half; span *= 2) stage(real, imaginary, cosines, sines, span);
    takeApart(real, imaginary, cosines, sines, power);
    return power;
  };
}

export function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
}

/** Of a frame under a Hann window times `gain`: a sine of full scale in the middle of a bin has `gain² · (size / 4)²`. */
export function hannSpectrum(size: number, gain = 1): (frame: Float32Array) => Float32Array {
  const transform = realFft(size);
  const window = Float32Array.from(hann(size), (value) => value * gain);
  const windowed = new Float32Array(size);
  return (frame) => {
    for (let n = 0; n < size; n++) windowed[n] = sampleAt(frame, n) * sampleAt(window, n);
    return transform(windowed);
  };
}

function bitReversal(length: number): Uint16Array {
  const order = new Uint16Array(length);
  for (let filled = 1, step = length / 2; filled < length; filled *= 2, step /= 2) {
    for (let n = 0; n < filled; n++) order[filled + n] = (order[n] ?? 0) + step;
  }
  return order;
}

/** Spans 1 and 2 at once: their factors are 1 and -i, so there is nothing to multiply. */
function firstTwoStages(real: Float64Array, imaginary: Float64Array): void {
  for (let n = 0; n < real.length; n += 4) {
    const r0 = valueAt(real, n);
    const r1 = valueAt(real, n + 1);
    const r2 = valueAt(real, n + 2);
    const r3 = valueAt(real, n + 3);
    const i0 = valueAt(imaginary, n);
    const i1 = valueAt(imaginary, n + 1);
    const i2 = valueAt(imaginary, n + 2);
    const i3 = valueAt(imaginary, n + 3);
    real[n] = r0 + r1 + (r2 + r3);
    imaginary[n] = i0 + i1 + (i2 + i3);
    real[n + 1] = r0 - r1 + (i2 - i3);
    imaginary[n + 1] = i0 - i1 - (r2 - r3);
    real[n + 2] = r0 + r1 - (r2 + r3);
    imaginary[n + 2] = i0 + i1 - (i2 + i3);
    real[n + 3] = r0 - r1 - (i2 - i3);
    imaginary[n + 3] = i0 - i1 + (r2 - r3);
  }
}

/** Joins transforms of `span` points, pair by pair, into transforms of twice as many. */
function stage(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  span: number,
): void {
  const stride = real.length / span;
  for (let start = 0; start < real.length; start += 2 * span) {
    for (let k = 0; k < span; k++) {
      const cosine = valueAt(cosines, k * stride);
      const sine = valueAt(sines, k * stride);
      const even = start + k;
      const odd = even + span;
      const p = valueAt(real, odd);
      const q = valueAt(imaginary, odd);
      const x = p * cosine - q * sine;
      const y = p * sine + q * cosine;
      const u = valueAt(real, even);
      const v = valueAt(imaginary, even);
      real[even] = u + x;
      imaginary[even] = v + y;
      real[odd] = u - x;
      imaginary[odd] = v - y;
    }
  }
}

/** The powers of the real signal, from the transform of its even and odd halves. */
function takeApart(
  real: Float64Array,
  imaginary: Float64Array,
  cosines: Float64Array,
  sines: Float64Array,
  power: Float32Array,
): void {
  const half = real.length;
  power[0] = (valueAt(real, 0) + valueAt(imaginary, 0)) ** 2;
  power[half] = (valueAt(real, 0) - valueAt(imaginary, 0)) ** 2;
  for (let k = 1; k < half; k++) {
    const mirror = half - k;
    const u = valueAt(real, k);
    const v = valueAt(imaginary, k);
    const p = valueAt(real, mirror);
    const q = valueAt(imaginary, mirror);
    const evenReal = (u + p) / 2;
    const evenImaginary = (v - q) / 2;
    const oddReal = (v + q) / 2;
    const oddImaginary = (p - u) / 2;
    const cosine = valueAt(cosines, k);
    const sine = valueAt(sines, k);
    const sumReal = evenReal + oddReal * cosine - oddImaginary * sine;
    const sumImaginary = evenImaginary + oddReal * sine + oddImaginary * cosine;
    power[k] = sumReal * sumReal + sumImaginary * sumImaginary;
  }
}
