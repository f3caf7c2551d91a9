/** How two channels relate: in phase or against each other, how much mono loses, and to which side they lean. Pure. */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

export interface Stereo {
  /** From -1 to 1, as a phase meter shows it: not centred. Null for mono, and where a channel is silent. */
  readonly stereoCorrelation: number | null;
  /** What folding to (L + R) / 2 takes off the mean power of both, at most 96 dB. Null for mono and silence. */
  readonly monoLossDb: number | null;
  /** The difference of the levels, at most that to a floor of -96 dBFS. Null for mono and silence. */
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

export function stereoMeter({ channels }: PcmShape): Meter<Stereo> {
  let frames = 0;
  let [left, right, product] = [0, 0, 0];
  return {
    push(sound) {
      if (channels === 1) return;
      const [ls, rs] = [channelOf(sound, 0), channelOf(sound, 1)];
      let [ll, rr, lr] = [left, right, product];
      for (let n = 0; n < ls.length; n++) {
        const l = sampleAt(ls, n);
        const r = sampleAt(rs, n);
        ll += l * l;
        rr += r * r;
        lr += l * r;
      }
      [left, right, product] = [ll, rr, lr];
      frames += ls.length;
    },
    // Without frames the powers are NaN, which is over no threshold.
    finish: () => related(left / frames, right / frames, product / frames),
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
    balanceDb: Math.abs(decibels(Math.max(left, FLOOR) / Math.max(right, FLOOR))),
    dualMono: side <= mid * DUAL_MONO_RATIO,
  };
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}
