/** What the samples themselves say of the level: the highest one, an offset from zero, and clipping. Pure. */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

export interface Levels {
  /** Null for digital silence. */
  readonly samplePeakDbfs: number | null;
  /** The mean farthest from zero of any channel, as a magnitude; null for no sound. */
  readonly dcOffset: number | null;
  /** Runs of at least three clipped samples, of all channels together; null for no sound. */
  readonly clippedRunsPerMinute: number | null;
}

/** A hair under full scale, so that a decoder's rounding does not hide clipping. */
const CLIPPED = 0.9995;
const SHORTEST_RUN = 3;

export function levelsMeter({ sampleRateHz, channels }: PcmShape): Meter<Levels> {
  const levels = Array.from({ length: channels }, () => channelLevels());
  let frames = 0;
  return {
    push(sound) {
      frames += channelOf(sound, 0).length;
      for (const [n, level] of levels.entries()) level.push(channelOf(sound, n));
    },
    finish() {
      const told = levels.map((level) => level.told());
      const peak = Math.max(...told.map(({ peak }) => peak));
      const sum = Math.max(...told.map(({ sum }) => Math.abs(sum)));
      const runs = told.reduce((total, { runs }) => total + runs, 0);
      return {
        samplePeakDbfs: peak === 0 ? null : 20 * Math.log10(peak),
        dcOffset: frames === 0 ? null : sum / frames,
        clippedRunsPerMinute: frames === 0 ? null : (runs * 60 * sampleRateHz) / frames,
      };
    },
  };
}

function channelLevels() {
  let [sum, peak, run, runs] = [0, 0, 0, 0];
  return {
    push(samples: Float32Array): void {
      let [total, highest, length, found] = [sum, peak, run, runs];
      for (let n = 0; n < samples.length; n++) {
        const sample = sampleAt(samples, n);
        const size = Math.abs(sample);
        total += sample;
        if (size > highest) highest = size;
        if (size >= CLIPPED) {
          length++;
          // Counted as soon as it is long enough, so that a run counts once however long, and also at the very end.
          if (length === SHORTEST_RUN) found++;
        } else length = 0;
      }
      [sum, peak, run, runs] = [total, highest, length, found];
    },
    told: () => ({ sum, peak, runs }),
  };
}
