/**
 * Clicks: what is over within 3 ms, with nothing like it before or after.
 *
 * The energy of the second difference, which has little of the music and all of an edge, is summed over 64 frames
 * (1.5 ms). A click is a sum that is 20 dB over that of the 6 ms on both sides, a stretch away. A drum rings for longer
 * than that, also a hi-hat. Pure.
 */
import type { Meter, PcmShape } from "../pcm.ts";
import { channelOf, sampleAt } from "../sample.ts";

export interface Clicks {
  /** Null for no sound. */
  readonly clicksPerMinute: number | null;
}

const FRAMES = 64;
/** Sums of 64 frames: so many between the click and what it is compared with, and so many of those, to each side. */
const SKIPPED = 1;
const COMPARED = 4;
const SPAN = 2 * (SKIPPED + COMPARED) + 1;
const MIDDLE = SKIPPED + COMPARED;
const RATIO = 100;
/** The least sum: a step of some 0.07 of full scale. */
const LEAST = 0.02;

export function clicksMeter({ sampleRateHz, channels }: PcmShape): Meter<Clicks> {
  // The last two samples of each channel, and its energy since the last sum.
  const sides = Array.from({ length: channels }, () => ({ last: 0, before: 0, energy: 0 }));
  const sums = new Float64Array(SPAN);
  let held = 0;
  let filled = 0;
  let frames = 0;
  let clicks = 0;

  function endSum(): void {
    sums.copyWithin(0, 1);
    let loudest = 0;
    for (const side of sides) {
      loudest = Math.max(loudest, side.energy);
      side.energy = 0;
    }
    sums[SPAN - 1] = loudest;
    if (++held >= SPAN && isClick(sums)) clicks++;
    filled = 0;
  }

  return {
    push(sound) {
      const length = channelOf(sound, 0).length;
      frames += length;
      for (let from = 0; from < length;) {
        const to = Math.min(length, from + FRAMES - filled);
        for (let n = 0; n < channels; n++) {
          const side = sides[n];
          if (side !== undefined) differ(channelOf(sound, n), from, to, side);
        }
        filled += to - from;
        from = to;
        if (filled === FRAMES) endSum();
      }
    },
    finish: () => ({ clicksPerMinute: frames === 0 ? null : (clicks * 60 * sampleRateHz) / frames }),
  };
}

interface Side {
  last: number;
  before: number;
  energy: number;
}

function differ(samples: Float32Array, from: number, to: number, side: Side): void {
  let { last, before, energy } = side;
  for (let n = from; n < to; n++) {
    const sample = sampleAt(samples, n);
    const second = sample - 2 * last + before;
    energy += second * second;
    before = last;
    last = sample;
  }
  side.last = last;
  side.before = before;
  side.energy = energy;
}

function isClick(sums: Float64Array): boolean {
  const peak = sampleAt(sums, MIDDLE);
  if (peak < LEAST) return false;
  // One click, though it may fall into two sums.
  const isHighest = peak >= sampleAt(sums, MIDDLE - 1) && peak > sampleAt(sums, MIDDLE + 1);
  if (!isHighest) return false;
  let [before, after] = [0, 0];
  for (let n = 0; n < COMPARED; n++) {
    before += sampleAt(sums, n);
    after += sampleAt(sums, SPAN - 1 - n);
  }
  return peak > (RATIO * Math.max(before, after)) / COMPARED;
}
