/**
 * The hum of the mains: a tone of 50 or 60 Hz with an overtone that is there all the time, the same throughout.
 *
 * Read off the moments in which there is least at its frequency: a note comes and goes, and none is tuned to the mains.
 * There it must stand out from what lies around it, and be as loud throughout the quietest tenth of the moments. The
 * mains keep their frequency, which the overtone tells: a drone that never stops is no hum where it is another. Under a
 * loud bass it is not found. Pure.
 */
import { peakPlace } from "../fft.ts";
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
/** A quarter of a hertz of 50: the grids of most countries keep to less. */
const MOST_OFF_SHARE = 0.005;
const FEWEST_FRAMES = 20;
/** Some ten minutes: a hum is there from the beginning. */
const MOST_FRAMES = 800;

/** One of the tones that a hum is made of, and in each moment its power, its place and the power around it. */
interface Partial {
  /** In bins, not whole. */
  readonly exact: number;
  readonly tone: number[];
  readonly place: number[];
  readonly around: number[];
}

/** Reads power spectra, of which a full-scale sine makes `fullScale` in its bin. */
export function humReader(binHz: number, fullScale: number): HumReader {
  const mains = MAINS_HZ.map((hertz) =>
    PARTIALS.map((partial): Partial => ({ exact: (partial * hertz) / binHz, tone: [], place: [], around: [] })),
  );
  return {
    hear(power) {
      for (const { exact, tone, place, around } of mains.flat()) {
        if (tone.length === MOST_FRAMES) return;
        const bin = Math.round(exact);
        let peak = bin - 1;
        for (let n = bin; n <= bin + 1; n++) if (sampleAt(power, n) > sampleAt(power, peak)) peak = n;
        tone.push(sampleAt(power, peak));
        place.push(peakPlace(power, peak));
        let sum = 0;
        for (let n = AROUND_FROM; n <= AROUND_TO; n++) sum += sampleAt(power, bin - n) + sampleAt(power, bin + n);
        around.push(sum / (2 * (AROUND_TO - AROUND_FROM + 1)));
      }
    },
    finish() {
      for (const [fundamental, ...overtones] of mains) {
        const level = fundamental === undefined ? null : steadyDb(fundamental);
        if (level !== null && overtones.some((overtone) => steadyDb(overtone) !== null && isOfMains(overtone)))
          return { humDbfs: level - decibels(fullScale) };
      }
      return { humDbfs: null };
    },
  };
}

/** The level of a tone that stands out and is always there, or null. */
function steadyDb({ tone, around }: Partial): number | null {
  if (tone.length < FEWEST_FRAMES) return null;
  const level = decibels(quantile(tone, LEAST_SHARE));
  const isProminent = level - decibels(quantile(around, LEAST_SHARE)) > LEAST_PROMINENCE_DB;
  return isProminent && decibels(quantile(tone, LATER_SHARE)) - level < MOST_RISE_DB ? level : null;
}

/** Whether it lies where the mains put it, by the middle of the places where it is read. */
function isOfMains({ exact, tone, place }: Partial): boolean {
  const most = quantile(tone, LATER_SHARE);
  const places = place.filter((_, at) => (tone[at] ?? 0) <= most);
  return Math.abs(quantile(places, 0.5) / exact - 1) <= MOST_OFF_SHARE;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function decibels(power: number): number {
  return 10 * Math.log10(power + Number.MIN_VALUE);
}
