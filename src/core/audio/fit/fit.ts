/**
 * Does a result go with its source? Tempo and key against each other, and whether the source's rhythm is heard in it.
 *
 * The prints of both are laid over each other at every offset from 5 s early to 15 s late. Where the source is in the
 * result, also 12 dB under its accompaniment, one offset stands out: the resemblance is high, or far over that of the
 * other offsets. Pure.
 */
import * as z from "zod";
import { LEAST_CONFIDENCE } from "../sound/rhythm/tempo.ts";
import { keyDistance } from "../sound/tonal/key-names.ts";
import { PRINT_HZ, readPrint } from "./rhythm-print.ts";

/** **Persisted and shown.** Null is what could not be told. */
export const fitFacts = z.object({
  /** The tempo of the result over that of its source, brought into one octave: 1 is the same. */
  tempoRatio: z.number().nullable(),
  /** Steps on the circle of fifths, 0 to 6. */
  keyDistance: z.number().nullable(),
  /** By how much the source begins later in the result. */
  offsetSeconds: z.number().nullable(),
  /** How much of the rhythm of either is that of the other, from 0 to 1. */
  similarity: z.number().nullable(),
  /** How far this offset stands out of the others, in their standard deviations. */
  prominence: z.number().nullable(),
});

export type Fit = z.infer<typeof fitFacts>;

export interface Fitted {
  /** Null where none was measured with confidence. */
  readonly tempoBpm: number | null;
  readonly key: string | null;
  /** Of `rhythmPrintReader`; null where there is none. */
  readonly rhythm: string | null;
}

interface Heard {
  readonly tempoBpm: number | null;
  readonly tempoConfidence: number | null;
  readonly key: string | null;
}

/** What is sure enough of what was measured. */
export function fittedOf({ tempoBpm, tempoConfidence, key }: Heard, rhythm: string | null): Fitted {
  return { tempoBpm: (tempoConfidence ?? 0) < LEAST_CONFIDENCE ? null : tempoBpm, key, rhythm };
}

const EARLIEST_SECONDS = -5;
const LATEST_SECONDS = 15;
/** Offsets this near to the best are its own slope. */
const SLOPE = 3;

export function fitOf(source: Fitted, result: Fitted): Fit {
  const distance = source.key === null || result.key === null ? null : keyDistance(source.key, result.key);
  return {
    tempoRatio: tempoRatio(source.tempoBpm, result.tempoBpm),
    keyDistance: distance,
    ...aligned(source, result),
  };
}

function tempoRatio(source: number | null, result: number | null): number | null {
  if (source === null || result === null) return null;
  const octaves = Math.log2(result / source);
  return 2 ** (octaves - Math.round(octaves));
}

type Aligned = Pick<Fit, "offsetSeconds" | "similarity" | "prominence">;

const NOT_ALIGNED: Aligned = { offsetSeconds: null, similarity: null, prominence: null };

function aligned(source: Fitted, result: Fitted): Aligned {
  const a = source.rhythm === null ? null : readPrint(source.rhythm);
  const b = result.rhythm === null ? null : readPrint(result.rhythm);
  if (a === null || b === null) return NOT_ALIGNED;
  const scale = Math.sqrt(energyOf(a) * energyOf(b));
  if (scale === 0) return NOT_ALIGNED;
  const first = EARLIEST_SECONDS * PRINT_HZ;
  const lags = Array.from({ length: LATEST_SECONDS * PRINT_HZ - first + 1 }, (_, index) =>
    productOf(a, b, first + index),
  );
  const best = lags.indexOf(Math.max(...lags));
  const others = lags.filter((_, index) => Math.abs(index - best) > SLOPE);
  const mean = others.reduce((sum, one) => sum + one, 0) / others.length;
  const deviation = Math.sqrt(others.reduce((sum, one) => sum + (one - mean) ** 2, 0) / others.length);
  const highest = lags[best] ?? 0;
  return {
    offsetSeconds: (first + best) / PRINT_HZ,
    similarity: Math.max(0, Math.min(1, highest / scale)),
    prominence: deviation === 0 ? null : (highest - mean) / deviation,
  };
}

function energyOf(bands: readonly Float32Array[]): number {
  return bands.reduce((sum, band) => band.reduce((total, one) => total + one * one, sum), 0);
}

/** Of what sounds in both when the first begins so many moments later. */
function productOf(a: readonly Float32Array[], b: readonly Float32Array[], lag: number): number {
  let sum = 0;
  for (const [index, band] of a.entries()) {
    const other = b[index] ?? new Float32Array(0);
    const to = Math.min(band.length, other.length - lag);
    for (let at = Math.max(0, -lag); at < to; at++) sum += (band[at] ?? 0) * (other[at + lag] ?? 0);
  }
  return sum;
}
