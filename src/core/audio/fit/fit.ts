/** Does a result go with its source? Tempo and key against each other, and whether the source is heard in it. Pure. */
import * as z from "zod";
import { LEAST_CONFIDENCE } from "../sound/rhythm/tempo.ts";
import { keyDistance } from "../sound/tonal/key-names.ts";
import { placeOf } from "./landmarks.ts";
import type { Spectrogram } from "./spectrogram.ts";

/** **Persisted and shown.** Null is what could not be told. */
export const fitFacts = z.object({
  /** The tempo of the result over that of its source, brought into one octave: 1 is the same. */
  tempoRatio: z.number().nullable(),
  /** Steps on the circle of fifths, 0 to 6. */
  keyDistance: z.number().nullable(),
  /** By how much the source begins later in the result. */
  offsetSeconds: z.number().nullable(),
  /** How much of what stands out in the source stands out there, from 0 to 1: 0.05 by chance, 1 alone. */
  similarity: z.number().nullable(),
});

export type Fit = z.infer<typeof fitFacts>;

interface Measured {
  /** Null where none was measured with confidence. */
  readonly tempoBpm: number | null;
  readonly key: string | null;
}

/** What is known of a source. */
export interface Fitted extends Measured {
  /** Of `landmarksOf`; null where there are none. */
  readonly landmarks: string | null;
}

interface Heard {
  readonly tempoBpm: number | null;
  readonly tempoConfidence: number | null;
  readonly key: string | null;
}

/** What is sure enough of what was measured. */
export function measuredOf({ tempoBpm, tempoConfidence, key }: Heard): Measured {
  return { tempoBpm: (tempoConfidence ?? 0) < LEAST_CONFIDENCE ? null : tempoBpm, key };
}

export function fitOf(source: Fitted, result: Measured, sound: Spectrogram | null): Fit {
  const distance = source.key === null || result.key === null ? null : keyDistance(source.key, result.key);
  const place = source.landmarks === null || sound === null ? null : placeOf(source.landmarks, sound);
  return {
    tempoRatio: tempoRatio(source.tempoBpm, result.tempoBpm),
    keyDistance: distance,
    ...(place ?? { offsetSeconds: null, similarity: null }),
  };
}

function tempoRatio(source: number | null, result: number | null): number | null {
  if (source === null || result === null) return null;
  const octaves = Math.log2(result / source);
  return 2 ** (octaves - Math.round(octaves));
}
