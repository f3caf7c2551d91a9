/**
 * Clicks: what is over within a millisecond, with nothing like it before or after.
 *
 * The energy of the second difference, which has little of the music and all of an edge, is summed over 16 frames
 * (0.4 ms). A click is a sum that is 23 dB over those of the 6 ms on both sides, two sums away. A drum rings for longer
 * than that, also a hi-hat. Pure.
 */
import type { Meter, PcmShape } from "../pcm.ts";
import { channelOf, sampleAt, valueAt } from "../sample.ts";

export interface Clicks {
  /** Null for no sound. */
  readonly clicksPerMinute: number | null;
}

const FRAMES = 16;
/** Sums of 16 frames: so many between the click and what it is compared with, and so many of those, to each side. */
const SKIPPED = 2;
const COMPARED = 16;
const REACH = SKIPPED + COMPARED;
/** A power of two, and at least one sum for each of both reaches and the middle. */
const KEPT = 64;
const RATIO = 200;
/** The least sum: a single sample that is off by some 0.2 of full scale. */
const LEAST = 0.3;

export function clicksMeter({ sampleRateHz, channels }: PcmShape): Meter<Clicks> {
  // The last two samples of each channel, and its energy since the last sum.
  const sides = Array.from({ length: channels }, () => ({ last: 0, before: 0, energy: 0 }));
  const sums = new Float64Array(KEPT);
  let summed = 0;
  let filled = 0;
  let frames = 0;
  let clicks = 0;

  function endSum(): void {
    let loudest = 0;
    for (const side of sides) {
      loudest = Math.max(loudest, side.energy);
      side.energy = 0;
    }
    sums[summed % KEPT] = loudest;
    if (summed >= 2 * REACH && isClick(sums, summed - REACH)) clicks++;
    summed++;
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

function isClick(sums: Float64Array, middle: number): boolean {
  const at = (index: number): number => valueAt(sums, index % KEPT);
  const peak = at(middle);
  if (peak < LEAST) return false;
  // One click, though it may fall into two sums.
  if (peak < at(middle - 1) || peak <= at(middle + 1)) return false;
  let [before, after] = [0, 0];
  for (let n = SKIPPED + 1; n <= REACH; n++) {
    before += at(middle - n);
    after += at(middle + n);
  }
  return peak > (RATIO * Math.max(before, after)) / COMPARED;
}
