/**
 * Whether a sound is the same few seconds over and over: a stuck generator, or a loop in place of a piece.
 *
 * The onset envelope of the first ten minutes is kept, and compared with itself up to 16 s later. The lag at which it
 * resembles itself most is sought coarsely, then to a hop. Music repeats its beats, never all that is heard: even
 * a sequencer's loop with a melody over it stays clearly under 1. Pure.
 */
import { sampleAt, valueAt } from "../sample.ts";

export interface Repetition {
  /** From 0 (nothing recurs) to 1 (the same again, throughout); null for a sound under 20 s, or without onsets. */
  readonly repetition: number | null;
  /** After how long it is the same again; null with the other. */
  readonly repetitionSeconds: number | null;
}

interface RepetitionReader {
  push(onset: number): void;
  finish(): Repetition;
}

const NONE: Repetition = { repetition: null, repetitionSeconds: null };
const SHORTEST_SECONDS = 20;
const KEPT_SECONDS = 600;
const SHORTEST_LAG_SECONDS = 1;
const LONGEST_LAG_SECONDS = 16;
/** The whole holds a lag at least so often. */
const LEAST_TIMES = 3;
const COARSE_HOPS = 8;
const CANDIDATES = 4;
/** Stretches that are judged apart, and the share of them that may resemble less: a fade, or a last bar. */
const STRETCH_SECONDS = 8;
const SPARED_SHARE = 0.2;

export function repetitionReader(hopsPerSecond: number): RepetitionReader {
  const kept = new Float64Array(Math.round(KEPT_SECONDS * hopsPerSecond));
  let count = 0;
  return {
    push(onset) {
      if (count < kept.length) kept[count++] = onset;
    },
    finish() {
      if (count < SHORTEST_SECONDS * hopsPerSecond) return NONE;
      const onsets = centred(softened(kept.subarray(0, count)), Math.round(hopsPerSecond / 2));
      const longest = Math.min(LONGEST_LAG_SECONDS * hopsPerSecond, onsets.length / LEAST_TIMES);
      const lags = candidates(onsets, SHORTEST_LAG_SECONDS * hopsPerSecond, longest);
      let best = { lag: 0, likeness: 0 };
      for (const lag of lags) {
        const likeness = sameness(onsets, lag, Math.round(STRETCH_SECONDS * hopsPerSecond));
        if (likeness > best.likeness) best = { lag, likeness };
      }
      if (best.lag === 0)
        return { repetition: onsets.some((onset) => onset !== 0) ? 0 : null, repetitionSeconds: null };
      return { repetition: Math.min(1, best.likeness), repetitionSeconds: best.lag / hopsPerSecond };
    },
  };
}

/** So that a lag between two hops resembles as much as one of whole hops. */
function softened(onsets: Float64Array): Float32Array {
  const at = (index: number): number => valueAt(onsets, Math.max(0, Math.min(onsets.length - 1, index)));
  return Float32Array.from(
    onsets,
    (onset, n) => (6 * onset + 4 * (at(n - 1) + at(n + 1)) + at(n - 2) + at(n + 2)) / 16,
  );
}

/** Without the mean around each moment. */
function centred(onsets: Float32Array, reach: number): Float32Array {
  const upTo = new Float64Array(onsets.length + 1);
  for (let at = 0; at < onsets.length; at++) upTo[at + 1] = valueAt(upTo, at) + sampleAt(onsets, at);
  return onsets.map((onset, at) => {
    const [from, to] = [Math.max(0, at - reach), Math.min(onsets.length, at + reach + 1)];
    return onset - (valueAt(upTo, to) - valueAt(upTo, from)) / (to - from);
  });
}

/** All lags around the best coarse ones, in hops. */
function candidates(onsets: Float32Array, shortest: number, longest: number): readonly number[] {
  const coarse = new Float32Array(Math.floor(onsets.length / COARSE_HOPS));
  for (let at = 0; at < coarse.length * COARSE_HOPS; at++) {
    const index = Math.floor(at / COARSE_HOPS);
    coarse[index] = sampleAt(coarse, index) + sampleAt(onsets, at);
  }
  const scored: { lag: number; score: number }[] = [];
  for (let lag = Math.ceil(shortest / COARSE_HOPS); lag <= longest / COARSE_HOPS; lag++)
    scored.push({ lag, score: alike(coarse, lag, 0, coarse.length - lag) });
  const best = scored.toSorted((a, b) => b.score - a.score).slice(0, CANDIDATES);
  return best.flatMap(({ lag }) =>
    Array.from({ length: 2 * COARSE_HOPS + 1 }, (_, n) => (lag - 1) * COARSE_HOPS + n).filter((one) => one <= longest),
  );
}

/** How much all stretches but the least alike resemble what comes a lag later. */
function sameness(onsets: Float32Array, lag: number, stretch: number): number {
  const found: number[] = [];
  for (let from = 0; from + stretch <= onsets.length - lag; from += stretch)
    found.push(alike(onsets, lag, from, from + stretch));
  if (found.length === 0) return alike(onsets, lag, 0, onsets.length - lag);
  return found.toSorted((a, b) => a - b)[Math.floor(found.length * SPARED_SHARE)] ?? 0;
}

/** From -1 to 1; 0 where nothing begins. */
function alike(onsets: Float32Array, lag: number, from: number, to: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const a = sampleAt(onsets, at);
    const b = sampleAt(onsets, at + lag);
    ab += a * b;
    aa += a * a;
    bb += b * b;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
