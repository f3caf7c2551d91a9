/**
 * The rhythm of a sound as a short text, to find it again in another sound: what begins in eight bands of pitch, twenty
 * times a second, for the first two minutes. **Persisted** with a source, 13 kB at most.
 *
 * Pure: the text depends on the samples alone, not on how they are split into stretches.
 */
import { sampleAt } from "../sound/sample.ts";

export const PRINT_BANDS = 8;
export const PRINT_HZ = 20;

const SECONDS = 120;
/** Under this, nothing can be found again for certain. */
const SHORTEST_SECONDS = 40;
const LEVELS = 15;
/** A rise of so many decibels, over all mel bands of one, is the highest level. */
const FULL_RISE_DB = 144;

interface PrintReader {
  /** The rises of the mel bands in one hop: a multiple of eight. */
  push(rises: Float64Array): void;
  /** Null for a sound that is too short. */
  finish(): string | null;
}

export function rhythmPrintReader(hopsPerSecond: number): PrintReader {
  const kept = new Float32Array(SECONDS * PRINT_HZ * PRINT_BANDS);
  let hops = 0;
  return {
    push(rises) {
      const moment = Math.floor((hops++ / hopsPerSecond) * PRINT_HZ);
      if (moment >= SECONDS * PRINT_HZ) return;
      const each = rises.length / PRINT_BANDS;
      for (let at = 0; at < rises.length; at++) {
        const index = moment * PRINT_BANDS + Math.floor(at / each);
        kept[index] = sampleAt(kept, index) + sampleAt(rises, at);
      }
    },
    finish() {
      const moments = Math.min(SECONDS * PRINT_HZ, Math.floor((hops / hopsPerSecond) * PRINT_HZ));
      if (moments < SHORTEST_SECONDS * PRINT_HZ) return null;
      const nibbles = new Uint8Array((moments * PRINT_BANDS) / 2);
      for (let at = 0; at < nibbles.length; at++)
        nibbles[at] = level(sampleAt(kept, 2 * at)) * 16 + level(sampleAt(kept, 2 * at + 1));
      return btoa(Array.from(nibbles, (byte) => String.fromCharCode(byte)).join(""));
    },
  };
}

function level(rise: number): number {
  return Math.min(LEVELS, Math.round(Math.sqrt(rise / FULL_RISE_DB) * LEVELS));
}

/** One array per band, its mean taken off. Null for what is no print. */
export function readPrint(print: string): readonly Float32Array[] | null {
  const nibbles = bytesOf(print);
  const moments = (nibbles.length * 2) / PRINT_BANDS;
  if (moments < SHORTEST_SECONDS * PRINT_HZ || !Number.isInteger(moments)) return null;
  return Array.from({ length: PRINT_BANDS }, (_, band) => {
    const levels = Float32Array.from({ length: moments }, (_unused, moment) => {
      const at = moment * PRINT_BANDS + band;
      const byte = nibbles[at >> 1] ?? 0;
      return at % 2 === 0 ? byte >> 4 : byte & 15;
    });
    const mean = levels.reduce((sum, one) => sum + one, 0) / moments;
    return levels.map((one) => one - mean);
  });
}

function bytesOf(print: string): Uint8Array {
  try {
    return Uint8Array.from(atob(print), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}
