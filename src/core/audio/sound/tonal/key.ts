/**
 * The key of a piece, by how often each pitch class sounds in it; and the hum that is read off the same spectra.
 *
 * The mean chroma, turned to the tuning that was found in it, is compared with profiles of what is played in a key.
 * Two are averaged: from pop (I. Sha'ath, 2011) and from notes of classical pieces (D. Temperley, 2007). Confidence is how far the best key is ahead of the next; under the least, none is
 * named.
 *
 * Pure: the result depends on the samples alone.
 */
import { sampleAt, valueAt } from "../sample.ts";
import type { Meter, PcmShape } from "../pcm.ts";
import { BINS_PER_SEMITONE, CHROMA_BINS, chromagram } from "./chroma.ts";
import { humReader, type Hum } from "./hum.ts";

export interface KeyFacts {
  /** As `A minor`, with sharps; null where none is clear. */
  readonly key: string | null;
  /** 0 to 1; null where nothing has a pitch. */
  readonly keyConfidence: number | null;
}

/** From A on, as the chroma is. */
const NAMES = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"] as const;
const MODES = ["major", "minor"] as const;

/** Per semitone over the tonic. */
const PROFILES = [
  {
    major: [6.6, 2, 3.5, 2.3, 4.6, 4, 2.5, 5.2, 2.4, 3.7, 2.3, 3.4],
    minor: [6.5, 2.7, 3.5, 5.4, 2.6, 3.5, 2.5, 5.2, 4, 2.7, 4.3, 3.2],
  },
  {
    major: [0.748, 0.06, 0.488, 0.082, 0.67, 0.46, 0.096, 0.715, 0.104, 0.366, 0.057, 0.4],
    minor: [0.712, 0.084, 0.474, 0.618, 0.049, 0.46, 0.105, 0.747, 0.404, 0.067, 0.133, 0.33],
  },
] as const;

/** The margin that counts as full confidence. */
const FULL_MARGIN = 0.12;
/** Under this no key is named. */
const LEAST_CONFIDENCE = 0.5;

export function keyMeter(shape: PcmShape): Meter<KeyFacts & Hum> {
  const chromas = chromagram(shape);
  const hum = humReader(chromas.binHz, chromas.fullScale);
  const total = new Float64Array(CHROMA_BINS);
  return {
    push: (sound) =>
      chromas.push(sound, (chroma, power) => {
        hum.hear(power);
        for (let bin = 0; bin < CHROMA_BINS; bin++) total[bin] = valueAt(total, bin) + sampleAt(chroma, bin);
      }),
    finish: () => ({ ...keyOf(total), ...hum.finish() }),
  };
}

/** Of a chroma in thirds of a semitone, from A on; the sum does not matter. */
export function keyOf(chroma: Float64Array): KeyFacts {
  const pitches = pitchClasses(chroma, tuningOf(chroma));
  if (pitches.every((share) => share === 0)) return { key: null, keyConfidence: null };
  const scored = NAMES.flatMap((name, tonic) =>
    MODES.map((mode) => {
      const turned = pitches.map((_, step) => pitches[(step + tonic) % NAMES.length] ?? 0);
      const score = PROFILES.reduce((sum, profile) => sum + correlation(turned, profile[mode]), 0) / PROFILES.length;
      return { key: `${name} ${mode}`, score };
    }),
  ).toSorted((a, b) => b.score - a.score);
  const [best, next] = scored;
  if (best === undefined || next === undefined) return { key: null, keyConfidence: null };
  const keyConfidence = Math.min(1, (best.score - next.score) / FULL_MARGIN);
  return { key: keyConfidence < LEAST_CONFIDENCE ? null : best.key, keyConfidence };
}

/** How far the music is from A = 440 Hz, in bins: from -1.5 to 1.5. */
export function tuningOf(chroma: ArrayLike<number>): number {
  let [real, imaginary] = [0, 0];
  for (let bin = 0; bin < CHROMA_BINS; bin++) {
    const angle = (2 * Math.PI * bin) / BINS_PER_SEMITONE;
    real += (chroma[bin] ?? 0) * Math.cos(angle);
    imaginary += (chroma[bin] ?? 0) * Math.sin(angle);
  }
  return (Math.atan2(imaginary, real) / (2 * Math.PI)) * BINS_PER_SEMITONE;
}

/** Twelve shares, from A on: what lies around each tuned pitch, by a triangle of half a semitone to each side. */
export function pitchClasses(chroma: ArrayLike<number>, tuning: number): readonly number[] {
  const reach = BINS_PER_SEMITONE / 2;
  return NAMES.map((_, pitch) => {
    const middle = pitch * BINS_PER_SEMITONE + tuning;
    let share = 0;
    for (let bin = Math.ceil(middle - reach); bin <= middle + reach; bin++) {
      const index = (bin + CHROMA_BINS) % CHROMA_BINS;
      share += (1 - Math.abs(bin - middle) / reach) * (chroma[index] ?? 0);
    }
    return share;
  });
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[index] ?? 0) - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
