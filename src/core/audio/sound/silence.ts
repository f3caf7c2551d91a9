/**
 * Where a sound is silent: blocks of 256 frames in which no sample of any channel reaches -60 dBFS, as ffmpeg's
 * `silencedetect` counts. A fade is silent only when its peaks are. A sound that is silent throughout is leading
 * silence alone.
 *
 * A gap whose edges are both hard is no pause: an instrument rings on, and a hall answers. Pure.
 */
import type { BlockListener } from "./blocks.ts";
import type { PcmShape } from "./pcm.ts";

/** Nulls for no sound. */
export interface Silence {
  readonly leadingSilenceSeconds: number | null;
  readonly trailingSilenceSeconds: number | null;
  /** The longest silence with sound on both sides. */
  readonly longestGapSeconds: number | null;
  /** Of the whole, from 0 to 1. */
  readonly silentShare: number | null;
}

const SILENT_PEAK = 0.001;

export function silence({ sampleRateHz }: PcmShape): BlockListener<Silence> {
  let frames = 0;
  let silent = 0;
  let quiet = 0;
  let gap = 0;
  // Null until something sounds.
  let leading: number | null = null;
  return {
    hear(block) {
      frames += block.frames;
      if (block.peak < SILENT_PEAK) {
        silent += block.frames;
        quiet += block.frames;
        return;
      }
      if (leading === null) leading = quiet;
      else gap = Math.max(gap, quiet);
      quiet = 0;
    },
    finish() {
      const seconds = (count: number) => (frames === 0 ? null : count / sampleRateHz);
      return {
        leadingSilenceSeconds: seconds(leading ?? frames),
        trailingSilenceSeconds: seconds(leading === null ? 0 : quiet),
        longestGapSeconds: seconds(gap),
        silentShare: frames === 0 ? null : silent / frames,
      };
    },
  };
}
