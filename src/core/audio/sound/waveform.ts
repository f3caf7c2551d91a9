/**
 * The outline of a sound for a picture, in the JSON form of BBC audiowaveform (version 2, 8 bits, one channel).
 *
 * The lowest and highest sample of all channels per point. A point is 512 samples until there are too many; then
 * neighbours are joined, again and again, so that memory is bounded and a point is 512 times a power of two. Pure.
 */
import { sampleAt } from "./sample.ts";
import * as z from "zod";
import type { BlockListener } from "./blocks.ts";
import type { PcmShape } from "./pcm.ts";

export const waveform = z.object({
  version: z.literal(2),
  channels: z.literal(1),
  sample_rate: z.number(),
  samples_per_pixel: z.int(),
  bits: z.literal(8),
  length: z.int(),
  data: z.array(z.int()),
});

export type Waveform = z.infer<typeof waveform>;

const FIRST_SAMPLES_PER_POINT = 512;
/** Over ten seconds or so, a sound has at least this many points, and at most twice as many. */
const WANTED_POINTS = 800;

export function outline({ sampleRateHz }: PcmShape): BlockListener<Waveform> {
  const lows = new Float32Array(2 * WANTED_POINTS);
  const highs = new Float32Array(2 * WANTED_POINTS);
  let samplesPerPoint = FIRST_SAMPLES_PER_POINT;
  let points = 0;
  let filled = 0;

  function begin(): void {
    if (points === lows.length) {
      for (let n = 0; n < WANTED_POINTS; n++) {
        lows[n] = Math.min(sampleAt(lows, 2 * n), sampleAt(lows, 2 * n + 1));
        highs[n] = Math.max(sampleAt(highs, 2 * n), sampleAt(highs, 2 * n + 1));
      }
      points = WANTED_POINTS;
      samplesPerPoint *= 2;
    }
    lows[points] = Infinity;
    highs[points] = -Infinity;
  }

  return {
    hear(block) {
      if (filled === 0) begin();
      lows[points] = Math.min(sampleAt(lows, points), block.lowest);
      highs[points] = Math.max(sampleAt(highs, points), block.highest);
      filled += block.frames;
      if (filled < samplesPerPoint) return;
      points++;
      filled = 0;
    },
    finish() {
      const length = filled === 0 ? points : points + 1;
      return {
        version: 2,
        channels: 1,
        sample_rate: sampleRateHz,
        samples_per_pixel: samplesPerPoint,
        bits: 8,
        length,
        data: Array.from({ length: 2 * length }, (_, n) => eightBits((n % 2 === 0 ? lows : highs)[n >> 1] ?? 0)),
      };
    },
  };
}

/** Rounded towards zero and cut at full scale. */
function eightBits(sample: number): number {
  return Math.max(-128, Math.min(127, Math.trunc(sample * 128) || 0));
}
