/**
 * Sound in blocks of 256 frames (5.8 ms at 44.1 kHz): what the meters of level and silence need of each, read once.
 *
 * Pure: the blocks depend on the samples alone, not on how they are split into stretches.
 */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

export const BLOCK_FRAMES = 256;

/** Sums of squares over the frames; a mono sound has its one channel in both. The last block may be shorter. */
export interface Block {
  readonly frames: number;
  readonly left: number;
  readonly right: number;
  /** The sum of left times right. */
  readonly product: number;
  /** The greatest magnitude of any sample. */
  readonly peak: number;
}

/** Hears one block after another, each valid only during the call. */
export interface BlockListener<Result> {
  hear(block: Block): void;
  finish(): Result;
}

export function blockMeter<Result>({ channels }: PcmShape, listener: BlockListener<Result>): Meter<Result> {
  const block = { frames: 0, left: 0, right: 0, product: 0, peak: 0 };
  function end(): void {
    listener.hear(block);
    [block.frames, block.left, block.right, block.product, block.peak] = [0, 0, 0, 0, 0];
  }
  return {
    push(sound) {
      const [left, right] = [channelOf(sound, 0), channelOf(sound, channels - 1)];
      for (let from = 0; from < left.length;) {
        const to = Math.min(left.length, from + BLOCK_FRAMES - block.frames);
        let { left: ll, right: rr, product: lr, peak } = block;
        for (let n = from; n < to; n++) {
          const l = sampleAt(left, n);
          const r = sampleAt(right, n);
          ll += l * l;
          rr += r * r;
          lr += l * r;
          const high = Math.max(Math.abs(l), Math.abs(r));
          if (high > peak) peak = high;
        }
        [block.left, block.right, block.product, block.peak] = [ll, rr, lr, peak];
        block.frames += to - from;
        from = to;
        if (block.frames === BLOCK_FRAMES) end();
      }
    },
    finish() {
      // The last block is judged by what it holds.
      if (block.frames > 0) end();
      return listener.finish();
    },
  };
}
