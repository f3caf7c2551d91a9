/** How two channels relate: in phase or against each other, how much mono loses, and to which side they lean. Pure. */
import type { BlockListener } from "./blocks.ts";
import type { PcmShape } from "./pcm.ts";

export interface Stereo {
  /** From -1 to 1, as a phase meter shows it: not centred. Null for mono, and where a channel is silent. */
  readonly stereoCorrelation: number | null;
  /** What folding to (L + R) / 2 takes off the mean power of both, at most 96 dB. Null for mono and silence. */
  readonly monoLossDb: number | null;
  /** Left over right, at most that to a floor of -96 dBFS: negative where the right channel is louder. Null for mono and silence. */
  readonly balanceDb: number | null;
  /** Two channels that are one: their difference is 60 dB under their sum. */
  readonly dualMono: boolean;
}

const NOTHING: Stereo = { stereoCorrelation: null, monoLossDb: null, balanceDb: null, dualMono: false };

/** -60 dBFS as a mean square: what is under it is silent. */
const SILENT_POWER = 1e-6;
const DUAL_MONO_RATIO = 1e-6;
/** The range of 16 bits, as a ratio of powers: a dead channel makes a large number, and not an infinite one. */
const FLOOR = 10 ** -9.6;

export function stereo({ channels }: PcmShape): BlockListener<Stereo> {
  let frames = 0;
  let [left, right, product] = [0, 0, 0];
  return {
    hear(block) {
      frames += block.frames;
      left += block.left;
      right += block.right;
      product += block.product;
    },
    // Without frames the powers are NaN, which is over no threshold.
    finish: () => (channels === 1 ? NOTHING : related(left / frames, right / frames, product / frames)),
  };
}

function related(left: number, right: number, product: number): Stereo {
  if (!(Math.max(left, right) >= SILENT_POWER)) return NOTHING;
  const both = (left + right) / 2;
  const mid = (both + product) / 2;
  const side = (both - product) / 2;
  const audible = Math.min(left, right) >= SILENT_POWER;
  return {
    // The sums are rounded apart from each other, which may leave the quotient a hair outside.
    stereoCorrelation: audible ? Math.max(-1, Math.min(1, product / Math.sqrt(left * right))) : null,
    monoLossDb: decibels(both / Math.max(mid, both * FLOOR)),
    balanceDb: decibels(Math.max(left, FLOOR) / Math.max(right, FLOOR)),
    dualMono: side <= mid * DUAL_MONO_RATIO,
  };
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}
