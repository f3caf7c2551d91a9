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
  const sums = new Float64Array(KEPT);
  // Of each side the last two samples, and the energy since the last sum.
  let [left, leftBefore, leftEnergy, right, rightBefore, rightEnergy] = [0, 0, 0, 0, 0, 0];
  let frames = 0;
  let summed = 0;
  let clicks = 0;

  function endSum(energy: number): void {
    sums[summed % KEPT] = energy;
    if (summed >= 2 * REACH && isClick(sums, summed - REACH)) clicks++;
    summed++;
  }

  return {
    push(sound) {
      const [lefts, rights] = [channelOf(sound, 0), channelOf(sound, channels - 1)];
      let [l1, l2, ll, r1, r2, rr] = [left, leftBefore, leftEnergy, right, rightBefore, rightEnergy];
      let filled = frames % FRAMES;
      for (let n = 0; n < lefts.length; n++) {
        const l = sampleAt(lefts, n);
        const r = sampleAt(rights, n);
        const leftSecond = l - 2 * l1 + l2;
        const rightSecond = r - 2 * r1 + r2;
        ll += leftSecond * leftSecond;
        rr += rightSecond * rightSecond;
        l2 = l1;
        l1 = l;
        r2 = r1;
        r1 = r;
        if (++filled < FRAMES) continue;
        endSum(Math.max(ll, rr));
        ll = 0;
        rr = 0;
        filled = 0;
      }
      [left, leftBefore, leftEnergy, right, rightBefore, rightEnergy] = [l1, l2, ll, r1, r2, rr];
      frames += lefts.length;
    },
    finish: () => ({ clicksPerMinute: frames === 0 ? null : (clicks * 60 * sampleRateHz) / frames }),
  };
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
