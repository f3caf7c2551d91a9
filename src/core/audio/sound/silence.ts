/**
 * Where a sound is silent: blocks of 512 samples whose RMS, over all channels, is under -60 dBFS.
 *
 * A sound that is silent throughout is leading silence alone. Pure.
 */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

/** Nulls for no sound. */
export interface Silence {
  readonly leadingSilenceSeconds: number | null;
  readonly trailingSilenceSeconds: number | null;
  /** The longest silence with sound on both sides. */
  readonly longestGapSeconds: number | null;
  /** Of the whole, from 0 to 1. */
  readonly silentShare: number | null;
}

const BLOCK = 512;
/** -60 dBFS as a mean square. */
const SILENT_POWER = 1e-6;

export function silenceMeter({ sampleRateHz, channels }: PcmShape): Meter<Silence> {
  let filled = 0;
  let energy = 0;
  let frames = 0;
  let silent = 0;
  let quiet = 0;
  let gap = 0;
  // Null until something sounds.
  let leading: number | null = null;

  function endBlock(): void {
    frames += filled;
    if (energy < SILENT_POWER * filled * channels) {
      silent += filled;
      quiet += filled;
    } else {
      if (leading === null) leading = quiet;
      else gap = Math.max(gap, quiet);
      quiet = 0;
    }
    filled = 0;
    energy = 0;
  }

  return {
    push(sound) {
      const length = channelOf(sound, 0).length;
      for (let from = 0; from < length;) {
        const to = Math.min(length, from + BLOCK - filled);
        for (let n = 0; n < channels; n++) energy = energyOf(channelOf(sound, n), from, to, energy);
        filled += to - from;
        from = to;
        if (filled === BLOCK) endBlock();
      }
    },
    finish() {
      // The last block is judged by what it holds.
      if (filled > 0) endBlock();
      const seconds = (count: number) => (frames === 0 ? null : count / sampleRateHz);
      return {
        leadingSilenceSeconds: seconds(leading ?? frames),
        trailingSilenceSeconds: seconds(leading === null ? 0 : quiet),
        longestGapSeconds: seconds(gap),
        silentShare: frames === 0 ? null : silent / frames,
      };
    },
  };
}

function energyOf(samples: Float32Array, from: number, to: number, before: number): number {
  let energy = before;
  for (let n = from; n < to; n++) {
    const sample = sampleAt(samples, n);
    energy += sample * sample;
  }
  return energy;
}
