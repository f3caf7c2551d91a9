/**
 * Sound as frames for a spectrum: folded to one channel, averaged down to about 11 kHz, cut into frames that may overlap.
 *
 * Pure: the frames depend on the samples alone, not on how they are split into stretches.
 */
import type { Pcm, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

const RATE_HZ = 11_025;

interface Folder {
  /** One channel. What is folded already is left as it is. */
  readonly shape: PcmShape;
  readonly fold: (sound: Pcm) => Pcm;
}

export function folder({ sampleRateHz, channels }: PcmShape): Folder {
  const factor = Math.max(1, Math.round(sampleRateHz / RATE_HZ));
  const scale = 1 / (2 * factor);
  let sum = 0;
  let summed = 0;
  return {
    shape: { sampleRateHz: sampleRateHz / factor, channels: 1 },
    fold(sound) {
      if (channels * factor === 1) return sound;
      const [left, right] = [channelOf(sound, 0), channelOf(sound, channels - 1)];
      const folded = new Float32Array(Math.ceil(left.length / factor));
      let [total, count, length] = [sum, summed, 0];
      for (let at = 0; at < left.length; at++) {
        total += sampleAt(left, at) + sampleAt(right, at);
        if (++count < factor) continue;
        folded[length++] = total * scale;
        total = 0;
        count = 0;
      }
      [sum, summed] = [total, count];
      return [folded.subarray(0, length)];
    },
  };
}

interface Framer {
  readonly rateHz: number;
  /** Hands each frame to `hear`, to be read during the call. */
  push(sound: Pcm, hear: (frame: Float32Array) => void): void;
}

/** `length` and `hop`, from one frame to the next, in samples of `rateHz`. */
export function framer(shape: PcmShape, length: number, hop: number): Framer {
  const { shape: folded, fold } = folder(shape);
  const frame = new Float32Array(length);
  let filled = 0;
  return {
    rateHz: folded.sampleRateHz,
    push(sound, hear) {
      const samples = channelOf(fold(sound), 0);
      for (let at = 0; at < samples.length; at++) {
        frame[filled++] = sampleAt(samples, at);
        if (filled < length) continue;
        hear(frame);
        frame.copyWithin(0, hop);
        filled = length - hop;
      }
    },
  };
}
