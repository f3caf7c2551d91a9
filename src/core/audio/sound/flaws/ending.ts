/** How loud a sound still is when it ends. Pure. */
import { valueAt } from "../sample.ts";
import { BLOCK_FRAMES, type BlockListener } from "../blocks.ts";
import type { PcmShape } from "../pcm.ts";

export interface Ending {
  /** The level of the last 50 ms over that of the whole, in dB; null for silence. A fade ends far under 0. */
  readonly endLevelDb: number | null;
}

const SECONDS = 0.05;
const FLOOR = 1e-12;

export function ending({ sampleRateHz }: PcmShape): BlockListener<Ending> {
  const most = Math.ceil((SECONDS * sampleRateHz) / BLOCK_FRAMES);
  const powers = new Float64Array(most);
  let [blocks, frames, energy] = [0, 0, 0];
  return {
    hear(block) {
      energy += block.left + block.right;
      frames += block.frames;
      powers[blocks % most] = (block.left + block.right) / block.frames;
      blocks++;
    },
    finish() {
      if (energy === 0) return { endLevelDb: null };
      const held = Math.min(blocks, most);
      let last = 0;
      for (let n = 0; n < held; n++) last += valueAt(powers, n);
      return { endLevelDb: 10 * Math.log10((last / held + FLOOR) / (energy / frames)) };
    },
  };
}
