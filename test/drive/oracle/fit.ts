/**
 * Whether a source is heard in what was made of it: each recording under another one, and against one that has nothing
 * of it. Two minutes of each, folded to one channel.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "../../../src/core/audio/findings/limits.ts";
import { landmarksOf, placeOf } from "../../../src/core/audio/fit/landmarks.ts";
import type { Spectrogram } from "../../../src/core/audio/fit/spectrogram.ts";
import { rhythmMeter } from "../../../src/core/audio/sound/rhythm/rhythm.ts";
import { ffmpeg } from "./ffmpeg.ts";

const RATE_HZ = 11_025;
const SECONDS = 120;
const SHORTEST_SECONDS = 55;
const LATE_SECONDS = 2.7;
/** How loud the source is against the rest, and which other recording is the rest. */
const MIXES = [
  { db: -6, step: 1 },
  { db: -9, step: 5 },
  { db: -12, step: 9 },
] as const;
const STRANGERS = [2, 3, 4, 7];

export interface Fits {
  readonly mixes: number;
  /** Of the mixes: whose source is called not heard. */
  readonly missed: number;
  /** Of the mixes: whose source is found where it begins. */
  readonly placed: number;
  readonly wrongPairs: number;
  /** Of the wrong pairs: whose source is called not heard. */
  readonly told: number;
}

interface Heard {
  readonly sound: Float32Array;
  readonly spectrogram: Spectrogram;
  readonly landmarks: string;
}

export async function fitsOf(paths: readonly string[], folder: string): Promise<Fits> {
  const all: Heard[] = [];
  for (const path of paths) {
    const sound = await decoded(path, folder);
    const spectrogram = spectrogramOf(sound);
    const landmarks = spectrogram === null ? null : landmarksOf(spectrogram);
    if (sound.length > SHORTEST_SECONDS * RATE_HZ && spectrogram !== null && landmarks !== null)
      all.push({ sound, spectrogram, landmarks });
  }
  const other = (index: number, step: number): Heard | undefined => all[(index + step) % all.length];
  const places = all.flatMap(({ sound, landmarks }, index) =>
    MIXES.flatMap(({ db, step }) => {
      const rest = step < all.length ? other(index, step) : undefined;
      const mixed = rest === undefined ? null : spectrogramOf(mix(sound, rest.sound, db));
      return mixed === null ? [] : [placeOf(landmarks, mixed)];
    }),
  );
  const strange = all.flatMap(({ landmarks }, index) =>
    STRANGERS.flatMap((step) => {
      const stranger = step < all.length ? other(index, step) : undefined;
      return stranger === undefined ? [] : [placeOf(landmarks, stranger.spectrogram)];
    }),
  );
  return {
    mixes: places.length,
    missed: places.filter(isNotHeard).length,
    placed: places.filter((place) => Math.abs((place?.offsetSeconds ?? 0) - LATE_SECONDS) < 0.05).length,
    wrongPairs: strange.length,
    told: strange.filter(isNotHeard).length,
  };
}

function isNotHeard(place: ReturnType<typeof placeOf>): boolean {
  return place !== null && place.similarity < LIMITS.fitSimilarity;
}

async function decoded(path: string, folder: string): Promise<Float32Array> {
  const raw = join(folder, "fit.raw");
  await ffmpeg("-i", path, "-t", String(SECONDS), "-ac", "1", "-ar", String(RATE_HZ), "-f", "f32le", raw);
  const { buffer, byteOffset, byteLength } = await readFile(raw);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function spectrogramOf(sound: Float32Array): Spectrogram | null {
  const meter = rhythmMeter({ sampleRateHz: RATE_HZ, channels: 1 });
  meter.push([sound]);
  return meter.finish().spectrogram;
}

function mix(source: Float32Array, rest: Float32Array, db: number): Float32Array {
  const gain = (10 ** (db / 20) * powerOf(rest)) / powerOf(source);
  const late = Math.round(LATE_SECONDS * RATE_HZ);
  return rest.map((sample, at) => sample + gain * (source[at - late] ?? 0));
}

/** Root mean square. */
function powerOf(sound: Float32Array): number {
  return Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
}
