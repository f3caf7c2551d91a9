/**
 * The hum of the mains: a tone of 50 or 60 Hz with an overtone that is there all the time, the same throughout.
 *
 * Read off the moments in which there is least at its frequency: a note comes and goes, and none is tuned to the mains.
 * There it must stand out from what lies around it, and be as loud throughout the quietest tenth of the moments. Under
 * a loud bass it is not found. Pure.
 */
import { sampleAt } from "../sample.ts";

export interface Hum {
  /** The level of the fundamental, in dB of a full-scale sine; null where nothing hums. */
  readonly humDbfs: number | null;
}

interface HumReader {
  hear(power: Float32Array): void;
  finish(): Hum;
}

const MAINS_HZ = [50, 60] as const;
const PARTIALS = [1, 2, 3] as const;
/** In bins of some 1.35 Hz: how far from a tone what lies around it begins and ends. */
const AROUND_FROM = 5;
const AROUND_TO = 9;
const LEAST_SHARE = 0.05;
const LATER_SHARE = 0.1;
/** Of 96 recordings none has tones that keep to both; of their first 40 s one has. */
const LEAST_PROMINENCE_DB = 10;
const MOST_RISE_DB = 3;
const FEWEST_FRAMES = 20;
/** Some ten minutes: a hum is there from the beginning. */
const MOST_FRAMES = 800;

/** Reads power spectra, of which a full-scale sine makes `fullScale` in its bin. */
export function humReader(binHz: number, fullScale: number): HumReader {
  const mains = MAINS_HZ.map((hertz) =>
    PARTIALS.map((partial) => ({
      bin: Math.round((partial * hertz) / binHz),
      tone: [] as number[],
      around: [] as number[],
    })),
  );
  return {
    hear(power) {
      for (const { bin, tone, around } of mains.flat()) {
        if (tone.length === MOST_FRAMES) return;
        tone.push(Math.max(sampleAt(power, bin - 1), sampleAt(power, bin), sampleAt(power, bin + 1)));
        let sum = 0;
        for (let n = AROUND_FROM; n <= AROUND_TO; n++) sum += sampleAt(power, bin - n) + sampleAt(power, bin + n);
        around.push(sum / (2 * (AROUND_TO - AROUND_FROM + 1)));
      }
    },
    finish() {
      for (const partials of mains) {
        const [fundamental = null, ...overtones] = partials.map(({ tone, around }) => steadyDb(tone, around));
        if (fundamental !== null && overtones.some((overtone) => overtone !== null))
          return { humDbfs: fundamental - decibels(fullScale) };
      }
      return { humDbfs: null };
    },
  };
}

/** The level of a tone that stands out and is always there, or null. */
function steadyDb(tone: readonly number[], around: readonly number[]): number | null {
  if (tone.length < FEWEST_FRAMES) return null;
  const level = decibels(quantile(tone, LEAST_SHARE));
  const isProminent = level - decibels(quantile(around, LEAST_SHARE)) > LEAST_PROMINENCE_DB;
  return isProminent && decibels(quantile(tone, LATER_SHARE)) - level < MOST_RISE_DB ? level : null;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function decibels(power: number): number {
  return 10 * Math.log10(power + Number.MIN_VALUE);
}
