/** What the samples themselves say of the level: an offset from zero, and clipping. Pure. */
import type { BlockListener } from "./blocks.ts";
import type { PcmShape } from "./pcm.ts";

export interface Levels {
  /** The mean farthest from zero of any channel, as a magnitude; null for no sound. */
  readonly dcOffset: number | null;
  /** Runs of at least three clipped samples, of all channels together; null for no sound. */
  readonly clippedRunsPerMinute: number | null;
}

export function levels({ sampleRateHz }: PcmShape): BlockListener<Levels> {
  let [frames, left, right, runs] = [0, 0, 0, 0];
  return {
    hear(block) {
      frames += block.frames;
      left += block.leftSum;
      right += block.rightSum;
      runs += block.clippedRuns;
    },
    finish: () => ({
      dcOffset: frames === 0 ? null : Math.max(Math.abs(left), Math.abs(right)) / frames,
      clippedRunsPerMinute: frames === 0 ? null : (runs * 60 * sampleRateHz) / frames,
    }),
  };
}
