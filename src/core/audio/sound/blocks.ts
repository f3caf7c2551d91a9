/**
 * Sound in blocks of 256 frames (5.8 ms at 44.1 kHz): what the meters of level, silence and outline need of each, read
 * once.
 *
 * Pure: the blocks depend on the samples alone, not on how they are split into stretches.
 */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt, valueAt } from "./sample.ts";

export const BLOCK_FRAMES = 256;

/** A hair under full scale, so that a decoder's rounding does not hide clipping. */
const CLIPPED = 0.9995;
const SHORTEST_RUN = 3;

/** Sums over the frames; a mono sound has its one channel in both sides. The last block may be shorter. */
export interface Block {
  readonly frames: number;
  /** Sums of squares. */
  readonly left: number;
  readonly right: number;
  /** The sum of left times right. */
  readonly product: number;
  /** The sums of the samples themselves. */
  readonly leftSum: number;
  readonly rightSum: number;
  /** Of all samples. */
  readonly lowest: number;
  readonly highest: number;
  /** The greatest magnitude of any sample. */
  readonly peak: number;
  /** Runs of at least three clipped samples, of all channels together, that became so long here. */
  readonly clippedRuns: number;
}

/** Hears one block after another, each valid only during the call. */
export interface BlockListener<Result> {
  hear(block: Block): void;
  finish(): Result;
}

export function blockMeter<Result>({ channels }: PcmShape, listener: BlockListener<Result>): Meter<Result> {
  let block = emptyBlock();
  // The clipped samples in a row that each channel has come to.
  const runs = new Float64Array(channels);
  function end(): void {
    block.peak = Math.max(0, block.highest, -block.lowest);
    listener.hear(block);
    block = emptyBlock();
  }
  function read(left: Float32Array, right: Float32Array, from: number, to: number): void {
    let { left: ll, right: rr, product: lr, leftSum, rightSum, lowest, highest } = block;
    for (let n = from; n < to; n++) {
      const l = sampleAt(left, n);
      const r = sampleAt(right, n);
      ll += l * l;
      rr += r * r;
      lr += l * r;
      leftSum += l;
      rightSum += r;
      if (l < lowest) lowest = l;
      if (l > highest) highest = l;
      if (r < lowest) lowest = r;
      if (r > highest) highest = r;
    }
    block.frames += to - from;
    block.left = ll;
    block.right = rr;
    block.product = lr;
    block.leftSum = leftSum;
    block.rightSum = rightSum;
    block.lowest = lowest;
    block.highest = highest;
  }
  function countRuns(samples: Float32Array, from: number, to: number, channel: number): void {
    let run = valueAt(runs, channel);
    for (let n = from; n < to; n++) {
      run = Math.abs(sampleAt(samples, n)) >= CLIPPED ? run + 1 : 0;
      // As soon as it is long enough, so that a run counts once however long, and also at the very end.
      if (run === SHORTEST_RUN) block.clippedRuns++;
    }
    runs[channel] = run;
  }
  return {
    push(sound) {
      const [left, right] = [channelOf(sound, 0), channelOf(sound, channels - 1)];
      for (let from = 0; from < left.length;) {
        const to = Math.min(left.length, from + BLOCK_FRAMES - block.frames);
        read(left, right, from, to);
        if (Math.max(block.highest, -block.lowest) < CLIPPED) runs.fill(0);
        else for (let n = 0; n < channels; n++) countRuns(channelOf(sound, n), from, to, n);
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

function emptyBlock() {
  const sums = { frames: 0, left: 0, right: 0, product: 0, leftSum: 0, rightSum: 0 };
  return { ...sums, lowest: Infinity, highest: -Infinity, peak: 0, clippedRuns: 0 };
}
