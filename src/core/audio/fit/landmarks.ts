/**
 * What stands out in a sound, as a short text, to find that sound again in another one: the peaks of its spectrogram,
 * as fingerprints of recordings have them (A. Wang, An Industrial-Strength Audio Search Algorithm, 2003).
 *
 * A peak that is covered by louder music is still a little brighter than what is around it. So the other sound is not
 * reduced to peaks: how bright it is at each landmark adds up, and 12 dB under an accompaniment the sum stands out at
 * one offset alone. **Persisted** with a source, 16 kB at most. Pure.
 */
import { valueAt } from "../sound/sample.ts";
import { BINS, levelAt, levelOf, type Spectrogram } from "./spectrogram.ts";

/** A peak is the highest level within so many moments and bins to each side. */
const PEAK_MOMENTS = 2;
const PEAK_BINS = 6;
/** Over a power of -90 dB of full scale; what is less is dither. */
const LEAST_LEVEL = levelOf(1e-9);
const LOWEST_BIN = 4;
const PEAKS_PER_SECOND = 24;
/** Fewer in all are no way to tell a sound. */
const FEWEST = 200;
const TICKS_PER_SECOND = 200;

interface Landmark {
  readonly seconds: number;
  readonly hertz: number;
}

/** Null where the sound has too few. */
export function landmarksOf({ levels, momentsPerSecond, binHz }: Spectrogram): string | null {
  const moments = levels.length / BINS;
  const usual = meansOf(levels, moments);
  const found: { readonly moment: number; readonly bin: number; readonly over: number }[][] = [];
  for (let moment = 0; moment < moments; moment++)
    for (let bin = LOWEST_BIN; bin < BINS; bin++) {
      if (!isPeak(levels, moments, moment, bin)) continue;
      const over = levelAt(levels, moment * BINS + bin) - valueAt(usual, bin);
      (found[Math.floor(moment / momentsPerSecond)] ??= []).push({ moment, bin, over });
    }
  const peaks = found.flatMap((second) => second.toSorted((a, b) => b.over - a.over).slice(0, PEAKS_PER_SECOND));
  if (peaks.length < FEWEST) return null;
  const numbers = peaks
    .toSorted((a, b) => a.moment - b.moment || a.bin - b.bin)
    .flatMap(({ moment, bin }) => [
      Math.round((moment / momentsPerSecond) * TICKS_PER_SECOND),
      Math.round(bin * binHz),
    ]);
  return btoa(Array.from(numbers, (number) => String.fromCharCode(number & 255, number >> 8)).join(""));
}

function meansOf(levels: Uint8Array, moments: number): Float64Array {
  const sums = new Float64Array(BINS);
  for (let at = 0; at < levels.length; at++) sums[at % BINS] = valueAt(sums, at % BINS) + levelAt(levels, at);
  return sums.map((sum) => sum / moments);
}

/** Of equal levels, the first one is. */
function isPeak(levels: Uint8Array, moments: number, moment: number, bin: number): boolean {
  const level = levelAt(levels, moment * BINS + bin);
  if (level < LEAST_LEVEL) return false;
  const own = moment * BINS + bin;
  const lowest = Math.max(0, bin - PEAK_BINS);
  const highest = Math.min(BINS - 1, bin + PEAK_BINS);
  const last = Math.min(moments - 1, moment + PEAK_MOMENTS);
  for (let other = Math.max(0, moment - PEAK_MOMENTS); other <= last; other++)
    for (let at = other * BINS + lowest; at <= other * BINS + highest; at++) {
      const there = levelAt(levels, at);
      if (there > level || (there === level && at < own)) return false;
    }
  return true;
}

function readLandmarks(text: string): readonly Landmark[] {
  let bytes = "";
  try {
    bytes = atob(text);
  } catch {
    return [];
  }
  const numberAt = (at: number): number => bytes.charCodeAt(at) + 256 * bytes.charCodeAt(at + 1);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => ({
    seconds: numberAt(4 * index) / TICKS_PER_SECOND,
    hertz: numberAt(4 * index + 2),
  }));
}

export interface Place {
  /** By how much the landmarks come later in this sound than in their own. */
  readonly offsetSeconds: number;
  /** How much brighter it is at the landmarks there than at other offsets: 1 where all of them stand alone. */
  readonly similarity: number;
}

const EARLIEST_SECONDS = -5;
const LATEST_SECONDS = 15;
/** Offsets this near to the best are its own slope. */
const SLOPE_MOMENTS = 4;

/** Where the landmarks stand out in a sound the most. Null where that cannot be told. */
export function placeOf(text: string, sound: Spectrogram): Place | null {
  const { momentsPerSecond, binHz } = sound;
  const moments = sound.levels.length / BINS;
  const brightness = brightnessOf(sound.levels, moments);
  // Where each landmark lies among the levels, were there no offset.
  const marks = Int32Array.from(
    readLandmarks(text).filter(({ hertz }) => Math.round(hertz / binHz) < BINS),
    ({ seconds, hertz }) => Math.round(seconds * momentsPerSecond) * BINS + Math.round(hertz / binHz),
  );
  if (marks.length < FEWEST) return null;
  const first = Math.round(EARLIEST_SECONDS * momentsPerSecond);
  const count = Math.round(LATEST_SECONDS * momentsPerSecond) - first + 1;
  const means = Array.from({ length: count }, (_, index) => meanAt(brightness, marks, (first + index) * BINS));
  const best = means.indexOf(Math.max(...means));
  const others = means.filter((_, index) => Math.abs(index - best) > SLOPE_MOMENTS);
  const usual = others.reduce((sum, one) => sum + one, 0) / others.length;
  const similarity = ((means[best] ?? 0) - usual) / BRIGHTEST;
  return { offsetSeconds: (first + best) / momentsPerSecond, similarity: Math.max(0, Math.min(1, similarity)) };
}

function meanAt(brightness: Int8Array, marks: Int32Array, offset: number): number {
  let [sum, inside] = [0, 0];
  for (const mark of marks) {
    const there = brightness[mark + offset];
    if (there === undefined) continue;
    sum += there;
    inside++;
  }
  return inside < FEWEST ? 0 : sum / inside;
}

const AROUND_BINS = 8;
/** Levels over what is around, beyond which more is not better: 6.5 dB. */
const BRIGHTEST = 15;

/** How far each level lies over the mean of those around it, within one moment and eight bins to each side. */
function brightnessOf(levels: Uint8Array, moments: number): Int8Array {
  const sums = new Uint16Array(levels.length);
  for (let moment = 0; moment < moments; moment++) {
    const from = moment * BINS;
    let sum = 0;
    for (let bin = -AROUND_BINS; bin < BINS; bin++) {
      if (bin + AROUND_BINS < BINS) sum += levelAt(levels, from + bin + AROUND_BINS);
      if (bin - AROUND_BINS > 0) sum -= levelAt(levels, from + bin - AROUND_BINS - 1);
      if (bin >= 0) sums[from + bin] = sum;
    }
  }
  const brightness = new Int8Array(levels.length);
  for (let moment = 0; moment < moments; moment++) {
    const [before, after] = [Math.max(0, moment - 1), Math.min(moments - 1, moment + 1)];
    for (let bin = 0; bin < BINS; bin++) {
      const width = Math.min(BINS - 1, bin + AROUND_BINS) - Math.max(0, bin - AROUND_BINS) + 1;
      const around = sumAt(sums, before, bin) + sumAt(sums, moment, bin) + sumAt(sums, after, bin);
      const over = Math.round(levelAt(levels, moment * BINS + bin) - around / (3 * width));
      brightness[moment * BINS + bin] = Math.max(-BRIGHTEST, Math.min(BRIGHTEST, over));
    }
  }
  return brightness;
}

function sumAt(sums: Uint16Array, moment: number, bin: number): number {
  return sums[moment * BINS + bin] ?? 0;
}
