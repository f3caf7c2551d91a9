/**
 * The tempo of a track, and whether it is the one that was asked for.
 *
 * A tempo is scored by a comb: how much the onsets recur after one, two, three and four of its beats, under a
 * log-normal prior, for among tempi that explain a sound alike the middling one is meant (the prior
 * after D. Ellis, Beat Tracking by Dynamic Programming, 2007). The best is then sought finely, over more beats.
 *
 * Whether the quarter or the eighth is the beat is taste, and is not told apart. What is told is confidence: near 0
 * where little recurs, or where a tempo that is no octave of the best explains the sound as well; at most 1.
 *
 * Memory does not grow with the track. Pure: the result depends on the samples alone, not on how they are split.
 */
import { recurrenceMeter, type Recurrence } from "./recurrence.ts";

/** Beats per minute; both are null for a sound under 6 s and for one in which nothing begins. */
export interface Tempo {
  readonly tempoBpm: number | null;
  readonly tempoConfidence: number | null;
}

type TempoAgreement = "agrees" | "disagrees" | "inconclusive";

/** Under this a measured tempo says nothing of the requested one. */
export const LEAST_CONFIDENCE = 0.5;
/**
 * Within both a tempo is the requested one, as a share and in bpm. A steady beat is measured to 0.3 %; of 120 released
 * tracks the worst was 1.4 % and 2 bpm from what other programs say.
 */
const SAME_TEMPO = { share: 0.03, bpm: 4 } as const;
/**
 * Outside of either it is another; in between it could be a band that drifts. The nearest tempo that is mistaken for
 * one is 4:3 or 3:4 of it, so this accepts none of those. Of a fast tempo, 4 % would be asked for by another number.
 */
export const TEMPO_TOLERANCE = 0.04;
const MOST_BPM_OFF = 5;

/** Two octaves, so that a tempo outside has its half, double or quadruple inside. */
const SLOWEST_BPM = 50;
const FASTEST_BPM = 210;
const COARSE_STEP = 1.005;
const FINE_STEP = 1.001;
const FINE_REACH = 1.015;
const PRIOR_BPM = 115;
const PRIOR_OCTAVES = 1;
/** Beats and weights: music groups its beats in twos more often than in threes. */
const COMB: readonly (readonly [beat: number, weight: number])[] = [
  [1, 2 / 7],
  [2, 2 / 7],
  [3, 1 / 7],
  [4, 2 / 7],
];
/** A beat and a half, or three quarters of one, meets every other tooth; but a beat recurs more than its thirds do. */
const THIRDS = [2, 4] as const;
const FINE_BEATS = [1, 2, 3, 4, 6, 8] as const;
/**
 * What the comb and the margin over the next tempo must reach to count in full; half of either is confidence 0.5. Of
 * released tracks under half of this comb, other programs take every other one for another tempo.
 */
const FULL_COMB = 0.5;
const FULL_MARGIN = 0.25;
/** Candidates this near to an octave of the best are the slope of its own peak. */
const SLOPE = 0.06;

interface Candidate {
  readonly bpm: number;
  readonly comb: number;
  readonly score: number;
}

interface TempoReader {
  push(onset: number): void;
  finish(): Tempo;
}

/** Reads an onset envelope. */
export function tempoReader(hopsPerSecond: number): TempoReader {
  const meter = recurrenceMeter(hopsPerSecond, (4 * 60) / SLOWEST_BPM);
  return {
    push: (onset) => meter.push(onset),
    finish() {
      const recurrence = meter.finish();
      return recurrence === null ? { tempoBpm: null, tempoConfidence: null } : tempoOf(recurrence, hopsPerSecond * 60);
    },
  };
}

/** Half and double the requested tempo agree with it. */
export function tempoAgreement(requestedBpm: number, { tempoBpm, tempoConfidence }: Tempo): TempoAgreement {
  if (tempoBpm === null || tempoConfidence === null || tempoConfidence < LEAST_CONFIDENCE) return "inconclusive";
  const off = Math.min(...[0.5, 1, 2].map((octave) => Math.abs(tempoBpm * octave - requestedBpm)));
  if (off <= Math.min(SAME_TEMPO.share * requestedBpm, SAME_TEMPO.bpm)) return "agrees";
  return off <= Math.min(TEMPO_TOLERANCE * requestedBpm, MOST_BPM_OFF) ? "inconclusive" : "disagrees";
}

function tempoOf(recurrence: Recurrence, hopsPerMinute: number): Tempo {
  const candidates = tempi(SLOWEST_BPM, FASTEST_BPM, COARSE_STEP).map((bpm) => {
    const comb = combOf(recurrence, hopsPerMinute / bpm);
    return { bpm, comb, score: comb * prior(bpm) };
  });
  const best = highest(candidates, ({ score }) => score);
  if (best === null) return { tempoBpm: null, tempoConfidence: null };
  const fine = highest(tempi(best.bpm / FINE_REACH, best.bpm * FINE_REACH, FINE_STEP), (bpm) =>
    FINE_BEATS.reduce((sum, beat) => sum + recurrence.at((beat * hopsPerMinute) / bpm), 0),
  );
  return { tempoBpm: fine, tempoConfidence: confidence(best, candidates) };
}

/** How much recurs, times how far the best is ahead of what is no octave of it. */
function confidence(best: Candidate, candidates: readonly Candidate[]): number {
  if (best.comb <= 0) return 0;
  const rivals = candidates.filter(({ bpm, score }, at) => !isOctave(bpm / best.bpm) && score >= slope(candidates, at));
  const margin = 1 - Math.max(0, ...rivals.map(({ score }) => score)) / best.score;
  return Math.min(1, best.comb / FULL_COMB) * Math.min(1, margin / FULL_MARGIN);
}

/** The higher of the two neighbours' scores: what a peak is not under. */
function slope(candidates: readonly Candidate[], at: number): number {
  return Math.max(candidates[at - 1]?.score ?? 0, candidates[at + 1]?.score ?? 0);
}

function isOctave(ratio: number): boolean {
  const octaves = Math.log2(ratio);
  return Math.abs(octaves - Math.round(octaves)) < Math.log2(1 + SLOPE);
}

function combOf(recurrence: Recurrence, beatHops: number): number {
  const comb = COMB.reduce((sum, [beat, weight]) => sum + weight * recurrence.at(beat * beatHops), 0);
  const others = THIRDS.map((thirds) => recurrence.at((thirds * beatHops) / 3));
  return comb - Math.max(0, Math.max(...others) - recurrence.at(beatHops));
}

function prior(bpm: number): number {
  return Math.exp(-0.5 * (Math.log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2);
}

/** Evenly spaced on a logarithmic scale, since what a tempo is off by is a share of it. */
function tempi(fromBpm: number, toBpm: number, step: number): readonly number[] {
  const steps = Math.floor(Math.log(toBpm / fromBpm) / Math.log(step));
  return Array.from({ length: steps + 1 }, (_, at) => fromBpm * step ** at);
}

function highest<Item>(items: readonly Item[], value: (item: Item) => number): Item | null {
  let best: Item | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    if (value(item) <= most) continue;
    best = item;
    most = value(item);
  }
  return best;
}
