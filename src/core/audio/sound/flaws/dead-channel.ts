/** For how long one side of a stereo sound is dead while the other plays on. Pure. */
import type { BlockListener } from "../blocks.ts";
import type { PcmShape } from "../pcm.ts";

export interface DeadChannel {
  /** Of the whole, from 0 to 1, the side that is dead for longer; null for mono and no sound. */
  readonly deadChannelShare: number | null;
}

/** Some 0.4 s: longer than the pauses between the notes of a part that sits on one side. */
const BLOCKS = 64;
/** Mean squares: -45 dBFS, -65 dBFS, and how far apart the two are at least. */
const PLAYS = 10 ** -4.5;
const DEAD = 10 ** -6.5;
const APART = 10 ** 3.5;

export function deadChannel({ channels }: PcmShape): BlockListener<DeadChannel> {
  let blocks = 0;
  let [left, right, frames] = [0, 0, 0];
  let [all, leftDead, rightDead] = [0, 0, 0];
  function end(): void {
    const [l, r] = [left / frames, right / frames];
    all += frames;
    if (isDead(l, r)) leftDead += frames;
    if (isDead(r, l)) rightDead += frames;
    [blocks, left, right, frames] = [0, 0, 0, 0];
  }
  return {
    hear(block) {
      left += block.left;
      right += block.right;
      frames += block.frames;
      if (++blocks === BLOCKS) end();
    },
    finish() {
      if (frames > 0) end();
      return { deadChannelShare: channels === 1 || all === 0 ? null : Math.max(leftDead, rightDead) / all };
    },
  };
}

function isDead(side: number, other: number): boolean {
  return other > PLAYS && side < DEAD && other > side * APART;
}
