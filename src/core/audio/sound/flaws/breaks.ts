/**
 * Where the sound breaks off and comes back as no instrument does: within a few milliseconds each.
 *
 * A break is a fall of 25 dB within three blocks (17 ms), and later a rise of as much. A short one after which the sound
 * goes on as loud as before is a dropout: after a rest, a note begins louder than the last one ended. A longer one is a
 * gap with hard edges, which tells a hole in the file from a pause: notes ring on, and a hall answers. An encoder smears
 * an edge over some 10 ms, which still counts. Pure.
 */
import { valueAt } from "../sample.ts";
import type { Block, BlockListener } from "../blocks.ts";
import type { PcmShape } from "../pcm.ts";

export interface Breaks {
  /** Breaks of at most a quarter of a second; null for no sound. */
  readonly dropoutsPerMinute: number | null;
  /** The longest of the longer breaks, 0 where there is none; null for no sound. */
  readonly hardGapSeconds: number | null;
}

const FALL_DB = 25;
/** Within three blocks; a little less, since the middle one may be half full. */
const SHARP_DB = 22;
/** What was heard before must be louder than this. */
const AUDIBLE_DB = -45;
const CONTEXT_BLOCKS = 16;
const EDGE_BLOCKS = 3;
const LONGEST_DROPOUT_SECONDS = 0.25;
/** Of 142 released recordings, none then has a dropout a minute; four have 3 where any loudness may follow. */
const SAME_LOUDNESS_DB = 8;
const FLOOR = 1e-12;

interface Hole {
  /** Under this it goes on. */
  readonly belowDb: number;
  readonly topDb: number;
  frames: number;
  blocks: number;
  /** Of its first three blocks. */
  bottomDb: number;
  /** Of its last three blocks. */
  readonly last: Float64Array;
}

interface Rise {
  readonly hole: Hole;
  blocks: number;
  topDb: number;
}

export function breaks({ sampleRateHz }: PcmShape): BlockListener<Breaks> {
  const powers = new Float64Array(CONTEXT_BLOCKS);
  const levels = new Float64Array(EDGE_BLOCKS).fill(decibels(0));
  let blocks = 0;
  let frames = 0;
  let dropouts = 0;
  let longest = 0;
  let hole: Hole | null = null;
  let rise: Rise | null = null;

  function judge({ hole: found, topDb }: Rise): void {
    const isFall = found.topDb - found.bottomDb > FALL_DB;
    const isRise = topDb - Math.min(...found.last) > FALL_DB;
    if (!isFall || !isRise) return;
    const seconds = found.frames / sampleRateHz;
    if (seconds > LONGEST_DROPOUT_SECONDS) longest = Math.max(longest, seconds);
    else if (Math.abs(found.topDb - topDb) <= SAME_LOUDNESS_DB) dropouts++;
  }

  /** The level of what was heard before, without the block just gone, which may be half empty. */
  function contextDb(): number {
    const sum = powers.reduce((total, power) => total + power, 0) - valueAt(powers, (blocks - 1) % CONTEXT_BLOCKS);
    return decibels(sum / (CONTEXT_BLOCKS - 1));
  }

  function inHole(open: Hole, block: Block, db: number): void {
    if (open.blocks < EDGE_BLOCKS) open.bottomDb = Math.min(open.bottomDb, db);
    open.last[open.blocks % EDGE_BLOCKS] = db;
    open.blocks++;
    open.frames += block.frames;
  }

  return {
    hear(block) {
      const power = (block.left + block.right) / 2 / block.frames;
      const db = decibels(power);
      frames += block.frames;
      if (hole !== null && db < hole.belowDb) inHole(hole, block, db);
      else if (hole !== null) {
        rise = { hole, blocks: 0, topDb: db };
        hole = null;
      }
      if (rise !== null) {
        rise.topDb = Math.max(rise.topDb, db);
        if (++rise.blocks === EDGE_BLOCKS) {
          judge(rise);
          rise = null;
        }
      } else if (hole === null && blocks >= CONTEXT_BLOCKS && levels.some((level) => db < level - SHARP_DB)) {
        const before = contextDb();
        if (before > AUDIBLE_DB && db < before - FALL_DB) {
          const last = new Float64Array(EDGE_BLOCKS).fill(db);
          const topDb = Math.max(...levels);
          hole = { belowDb: before - FALL_DB, topDb, frames: 0, blocks: 0, bottomDb: db, last };
          inHole(hole, block, db);
        }
      }
      powers[blocks % CONTEXT_BLOCKS] = power;
      levels[blocks % EDGE_BLOCKS] = db;
      blocks++;
    },
    finish: () => ({
      dropoutsPerMinute: frames === 0 ? null : (dropouts * 60 * sampleRateHz) / frames,
      hardGapSeconds: frames === 0 ? null : longest,
    }),
  };
}

function decibels(power: number): number {
  return 10 * Math.log10(power + FLOOR);
}
