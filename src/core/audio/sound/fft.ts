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
      const from = 2 * valueAt(order, n);
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

function bitReversal(length: number): Float64Array {
  const order = new Float64Array(length);
  for (let filled = 1, step = length / 2; filled < length; filled *= 2, step /= 2) {
    for (let n = 0; n < filled; n++) order[filled + n] = valueAt(order, n) + step;
  }
  return order;
}

/** Spans 1 and 2 at once: their factors are 1 and -i, so there is nothing to multiply. */
function firstTwoStages(real: Float64Array, imaginary: Float64Array): void {
  for (let n = 0; n < real.length; n += 4) {
    const a = valueAt(real, n) + valueAt(real, n + 1);
    const b = valueAt(real, n) - valueAt(real, n + 1);
    const c = valueAt(real, n + 2) + valueAt(real, n + 3);
    const d = valueAt(real, n + 2) - valueAt(real, n + 3);
    const e = valueAt(imaginary, n) + valueAt(imaginary, n + 1);
    const f = valueAt(imaginary, n) - valueAt(imaginary, n + 1);
    const g = valueAt(imaginary, n + 2) + valueAt(imaginary, n + 3);
    const h = valueAt(imaginary, n + 2) - valueAt(imaginary, n + 3);
    real[n] = a + c;
    imaginary[n] = e + g;
    real[n + 1] = b + h;
    imaginary[n + 1] = f - d;
    real[n + 2] = a - c;
    imaginary[n + 2] = e - g;
    real[n + 3] = b - h;
    imaginary[n + 3] = f + d;
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
      const x = valueAt(real, odd) * cosine - valueAt(imaginary, odd) * sine;
      const y = valueAt(real, odd) * sine + valueAt(imaginary, odd) * cosine;
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
    const evenReal = (valueAt(real, k) + valueAt(real, mirror)) / 2;
    const evenImaginary = (valueAt(imaginary, k) - valueAt(imaginary, mirror)) / 2;
    const oddReal = (valueAt(imaginary, k) + valueAt(imaginary, mirror)) / 2;
    const oddImaginary = (valueAt(real, mirror) - valueAt(real, k)) / 2;
    const cosine = valueAt(cosines, k);
    const sine = valueAt(sines, k);
    const sumReal = evenReal + oddReal * cosine - oddImaginary * sine;
    const sumImaginary = evenImaginary + oddReal * sine + oddImaginary * cosine;
    power[k] = sumReal * sumReal + sumImaginary * sumImaginary;
  }
}
