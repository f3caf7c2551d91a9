/**
 * Hiss, and the noise of too few bits: what is left between 6 and 14 kHz where the sound is quietest there.
 *
 * Music in that band comes and goes, and it is never even: partials stand out, and cymbals fall towards the top. Noise
 * is always there, and flat. So the quietest twentieth of the windows is read, for its level and its flatness.
 * What is found is given as white noise over the whole band would measure. Pure.
 */
import { valueAt } from "../sample.ts";

export interface Noise {
  /** The level of the noise, in dB of full scale; null where what is left is not flat, or the band is not in the sound. */
  readonly noiseFloorDbfs: number | null;
}

interface NoiseReader {
  /** The mean powers of even bands from 0 Hz to half the sample rate, of which a full-scale sine makes 1 in one bin. */
  hear(bands: Float64Array): void;
  finish(): Noise;
}

const LOWEST_HZ = 6_000;
const HIGHEST_HZ = 13_800;
const QUIETEST_SHARE = 0.05;
const FEWEST_WINDOWS = 20;
/** The geometric over the arithmetic mean: of white noise it is some -0.5 dB, of a cymbal's end -1.2 dB and less. */
const FLAT_DB = -1.05;
const FLOOR = 1e-16;

/** `binsPerFrame`: the size of the transform, of which the bands are made. */
export function noiseReader(sampleRateHz: number, bandHz: number, binsPerFrame: number): NoiseReader {
  const from = Math.ceil(LOWEST_HZ / bandHz);
  const to = Math.floor(HIGHEST_HZ / bandHz);
  const windows: { readonly levelDb: number; readonly flatnessDb: number }[] = [];
  // A Hann window spreads white noise of power 1 over the bins by this.
  const whole = 10 * Math.log10(binsPerFrame / 6);
  return {
    hear(bands) {
      if (2 * HIGHEST_HZ > sampleRateHz) return;
      let [sum, logs] = [0, 0];
      for (let band = from; band < to; band++) {
        const power = valueAt(bands, band) + FLOOR;
        sum += power;
        logs += 10 * Math.log10(power);
      }
      const levelDb = 10 * Math.log10(sum / (to - from));
      windows.push({ levelDb, flatnessDb: logs / (to - from) - levelDb });
    },
    finish() {
      if (windows.length < FEWEST_WINDOWS) return { noiseFloorDbfs: null };
      const count = Math.max(2, Math.floor(windows.length * QUIETEST_SHARE));
      const quietest = windows.toSorted((a, b) => a.levelDb - b.levelDb).slice(0, count);
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
      const isFlat = mean(quietest.map(({ flatnessDb }) => flatnessDb)) > FLAT_DB;
      return { noiseFloorDbfs: isFlat ? mean(quietest.map(({ levelDb }) => levelDb)) + whole : null };
    },
  };
}
