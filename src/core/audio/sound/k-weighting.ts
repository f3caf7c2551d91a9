/**
 * The K weighting of ITU-R BS.1770-4, Annex 1: a high shelf for the head, then a high pass.
 *
 * The recommendation lists coefficients for 48 kHz alone. Here they are computed for any rate from the analogue filters
 * behind them; at 48 kHz they agree with the list to its last digits. Pure, apart from the state of each filter.
 */
import { sampleAt } from "./sample.ts";

/** One channel's filter. It sums the squares of what it passes, and so needs no buffer. */
interface KWeighting {
  /** Filters the samples from one index up to another, not included. */
  pass(samples: Float32Array, from: number, to: number): void;
  /** The sum of the squares since it was last taken. */
  takeEnergy(): number;
}

const SHELF = { frequencyHz: 1681.974450955533, gainDb: 3.999843853973347, q: 0.7071752369554196 };
const HIGH_PASS = { frequencyHz: 38.13547087602444, q: 0.5003270373238773 };

/** Under this, filter memory is cleared: numbers near the smallest that exist make arithmetic many times slower. */
const SETTLED = 1e-30;

export function kWeighting(sampleRateHz: number): KWeighting {
  const shelf = highShelf(sampleRateHz);
  const pole = highPass(sampleRateHz);
  let energy = 0;
  // The last two inputs, outputs of the shelf, and outputs of the high pass.
  let [x1, x2, y1, y2, z1, z2] = [0, 0, 0, 0, 0, 0];
  return {
    pass(samples, from, to) {
      const { b0, b1, b2, a1, a2 } = shelf;
      const { a1: c1, a2: c2 } = pole;
      let [u1, u2, v1, v2, w1, w2, sum] = [x1, x2, y1, y2, z1, z2, energy];
      for (let n = from; n < to; n++) {
        const u = sampleAt(samples, n);
        const v = b0 * u + b1 * u1 + b2 * u2 - a2 * v2 - a1 * v1;
        // The numerator of the high pass is 1, -2, 1, without a factor: the -0.691 dB of the loudness count on it.
        const w = v - 2 * v1 + v2 - c2 * w2 - c1 * w1;
        u2 = u1;
        u1 = u;
        v2 = v1;
        v1 = v;
        w2 = w1;
        w1 = w;
        sum += w * w;
      }
      [x1, x2, y1, y2, z1, z2, energy] = [u1, u2, v1, v2, w1, w2, sum];
    },
    takeEnergy() {
      const taken = energy;
      energy = 0;
      if (Math.abs(y1) + Math.abs(y2) < SETTLED) [y1, y2] = [0, 0];
      if (Math.abs(z1) + Math.abs(z2) < SETTLED) [z1, z2] = [0, 0];
      return taken;
    },
  };
}

function highShelf(sampleRateHz: number) {
  const k = Math.tan((Math.PI * SHELF.frequencyHz) / sampleRateHz);
  const high = 10 ** (SHELF.gainDb / 20);
  const middle = high ** 0.4996667741545416;
  const scale = 1 + k / SHELF.q + k * k;
  return {
    b0: (high + (middle * k) / SHELF.q + k * k) / scale,
    b1: (2 * (k * k - high)) / scale,
    b2: (high - (middle * k) / SHELF.q + k * k) / scale,
    a1: (2 * (k * k - 1)) / scale,
    a2: (1 - k / SHELF.q + k * k) / scale,
  };
}

function highPass(sampleRateHz: number) {
  const k = Math.tan((Math.PI * HIGH_PASS.frequencyHz) / sampleRateHz);
  const scale = 1 + k / HIGH_PASS.q + k * k;
  return { a1: (2 * (k * k - 1)) / scale, a2: (1 - k / HIGH_PASS.q + k * k) / scale };
}
