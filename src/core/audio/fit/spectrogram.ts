/**
 * The first two minutes of a sound as the level of 256 bins, some forty times a second: enough to find one sound in
 * another. Read off the spectra that the onset envelope makes anyway.
 *
 * Pure: the levels depend on the samples alone, not on how they are split into stretches.
 */
import { sampleAt } from "../sound/sample.ts";

export const BINS = 256;
const SECONDS = 120;
/** Under this, nothing can be found again for certain. */
const SHORTEST_SECONDS = 40;
const EVERY_HOP = 2;
/** A level is ten times the natural logarithm of the power, from this power on: 253 is a sine of full scale. */
const LEAST_POWER = 1e-11;
const STEPS = 10;

export interface Spectrogram {
  readonly momentsPerSecond: number;
  readonly binHz: number;
  /** `BINS` for each moment. */
  readonly levels: Uint8Array;
}

export function levelOf(power: number): number {
  return Math.max(0, Math.min(255, Math.round(STEPS * Math.log(power / LEAST_POWER + 1))));
}

let known: Uint8Array | null = null;

/**
 * For each upper half of a power's bits, the levels of the least and of the greatest power that has it: mostly the same,
 * so that no logarithm is needed.
 */
function levelsByHalf(): Uint8Array {
  const ends = new Uint32Array(1 << 16).map((_, n) => (n >> 1) * 0x10000 + (n & 1) * 0xffff);
  return new Uint8Array(new Float32Array(ends.buffer).map(levelOf));
}

/** The level at an index, 0 outside. */
export function levelAt(levels: Uint8Array, index: number): number {
  return levels[index] ?? 0;
}

interface SpectrogramReader {
  /** The spectrum of one hop. */
  push(power: Float32Array): void;
  /** Null for a sound that is too short. */
  finish(): Spectrogram | null;
}

/** `binHz`: how far the bins of a spectrum lie apart. */
export function spectrogramReader(hopsPerSecond: number, binHz: number): SpectrogramReader {
  const momentsPerSecond = hopsPerSecond / EVERY_HOP;
  const most = Math.floor(SECONDS * momentsPerSecond);
  const ends = (known ??= levelsByHalf());
  let levels = new Uint8Array(BINS * Math.ceil(SHORTEST_SECONDS * momentsPerSecond));
  let hops = 0;
  let moments = 0;
  return {
    push(power) {
      if (hops++ % EVERY_HOP !== 0 || moments === most) return;
      if ((moments + 1) * BINS > levels.length) levels = longer(levels, most * BINS);
      const bits = new Uint32Array(power.buffer, power.byteOffset, BINS);
      for (let bin = 0; bin < BINS; bin++) {
        const half = (bits[bin] ?? 0) >>> 16;
        const level = ends[2 * half] ?? 0;
        levels[moments * BINS + bin] = level === ends[2 * half + 1] ? level : levelOf(sampleAt(power, bin));
      }
      moments++;
    },
    finish: () =>
      moments < SHORTEST_SECONDS * momentsPerSecond
        ? null
        : { momentsPerSecond, binHz, levels: levels.subarray(0, moments * BINS) },
  };
}

function longer(levels: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(length);
  grown.set(levels);
  return grown;
}
