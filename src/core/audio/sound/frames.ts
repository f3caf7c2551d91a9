/**
 * Sound as frames for a spectrum: folded to one channel, averaged down to about 11 kHz, cut into frames that may overlap.
 *
 * Pure: the frames depend on the samples alone, not on how they are split into stretches.
 */
import type { Pcm, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

const RATE_HZ = 11_025;

interface Framer {
  readonly rateHz: number;
  /** Hands each frame to `hear`, to be read during the call. */
  push(sound: Pcm, hear: (frame: Float32Array) => void): void;
}

/** `length` and `hop`, from one frame to the next, in samples of `rateHz`. */
export function framer({ sampleRateHz, channels }: PcmShape, length: number, hop: number): Framer {
  const factor = Math.max(1, Math.round(sampleRateHz / RATE_HZ));
  const scale = 1 / (factor * channels);
  const frame = new Float32Array(length);
  let filled = 0;
  let sum = 0;
  let summed = 0;
  return {
    rateHz: sampleRateHz / factor,
    push(sound, hear) {
      const left = channelOf(sound, 0);
      const right = channelOf(sound, 1);
      let [total, count] = [sum, summed];
      for (let at = 0; at < left.length; at++) {
        total += sampleAt(left, at) + sampleAt(right, at);
        if (++count < factor) continue;
        frame[filled++] = total * scale;
        total = 0;
        count = 0;
        if (filled < length) continue;
        hear(frame);
        frame.copyWithin(0, hop);
        filled = length - hop;
      }
      [sum, summed] = [total, count];
    },
  };
}
