/**
 * The power spectrum of real samples: a complex FFT of half the size, radix 2, decimated in time.
 *
 * Even samples go in as the real and odd ones as the imaginary part; one more pass takes the two spectra apart
 * (Press et al., Numerical Recipes, 12.3). The transform scales nothing: without a window a sine of amplitude 1 in the
 * middle of a bin has the power (size / 2)². Pure, apart from the buffers that each returned function owns.
 */

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
      real[n] = input[from] ?? 0;
      imaginary[n] = input[from + 1] ?? 0;
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
    for (let n = 0; n < size; n++) windowed[n] = (frame[n] ?? 0) * (window[n] ?? 0);
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
    const a = (real[n] ?? 0) + (real[n + 1] ?? 0);
    const b = (real[n] ?? 0) - (real[n + 1] ?? 0);
    const c = (real[n + 2] ?? 0) + (real[n + 3] ?? 0);
    const d = (real[n + 2] ?? 0) - (real[n + 3] ?? 0);
    const e = (imaginary[n] ?? 0) + (imaginary[n + 1] ?? 0);
    const f = (imaginary[n] ?? 0) - (imaginary[n + 1] ?? 0);
    const g = (imaginary[n + 2] ?? 0) + (imaginary[n + 3] ?? 0);
    const h = (imaginary[n + 2] ?? 0) - (imaginary[n + 3] ?? 0);
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
      const cosine = cosines[k * stride] ?? 0;
      const sine = sines[k * stride] ?? 0;
      const even = start + k;
      const odd = even + span;
      const x = (real[odd] ?? 0) * cosine - (imaginary[odd] ?? 0) * sine;
      const y = (real[odd] ?? 0) * sine + (imaginary[odd] ?? 0) * cosine;
      const u = real[even] ?? 0;
      const v = imaginary[even] ?? 0;
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
  power[0] = ((real[0] ?? 0) + (imaginary[0] ?? 0)) ** 2;
  power[half] = ((real[0] ?? 0) - (imaginary[0] ?? 0)) ** 2;
  for (let k = 1; k < half; k++) {
    const mirror = half - k;
    const evenReal = ((real[k] ?? 0) + (real[mirror] ?? 0)) / 2;
    const evenImaginary = ((imaginary[k] ?? 0) - (imaginary[mirror] ?? 0)) / 2;
    const oddReal = ((imaginary[k] ?? 0) + (imaginary[mirror] ?? 0)) / 2;
    const oddImaginary = ((real[mirror] ?? 0) - (real[k] ?? 0)) / 2;
    const cosine = cosines[k] ?? 0;
    const sine = sines[k] ?? 0;
    const sumReal = evenReal + oddReal * cosine - oddImaginary * sine;
    const sumImaginary = evenImaginary + oddReal * sine + oddImaginary * cosine;
    power[k] = sumReal * sumReal + sumImaginary * sumImaginary;
  }
}
