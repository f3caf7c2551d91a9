/**
 * How much of a sound is cut flat, at any level: a clipped recording that was turned down or coded is clipped still.
 *
 * Of every fourth sample the magnitude is counted. In music there are the fewer samples the higher the level; a clipper
 * piles up at its ceiling all that would have gone higher, and no encoder spreads the pile by more than a few percent.
 * A limiter makes no pile: it turns down whole periods. Pure.
 */
import type { Meter, PcmShape } from "../pcm.ts";
import { channelOf, valueAt } from "../sample.ts";

export interface FlatTops {
  /** The share of the samples that is in the pile beyond what the level under it leads to expect; null for no sound. */
  readonly flatTopShare: number | null;
}

const STRIDE = 4;
const PER_FULL_SCALE = 1000;
/** Decoded MP3 goes over full scale. */
const BINS = 1.5 * PER_FULL_SCALE;
/** Ceilings under this are the level of the music, and no fault that is heard. */
const LOWEST_CEILING = 0.15;
/** How far a pile reaches to each side of its ceiling, and where the level under it is read, as shares of it. */
const PILE_REACH = 0.03;
const BELOW_FROM = 0.85;
const BELOW_TO = 0.93;
/** How much denser a pile is than the level under it. A pure tone has 1.6 at its crest. */
const LEAST_RATIO = 3;

export function flatTopsMeter({ channels }: PcmShape): Meter<FlatTops> {
  const counts = new Float64Array(BINS);
  let skip = 0;
  let total = 0;
  return {
    push(sound) {
      const length = channelOf(sound, 0).length;
      for (let n = 0; n < channels; n++) {
        const samples = channelOf(sound, n);
        for (let at = skip; at < length; at += STRIDE) {
          const bin = Math.min(BINS - 1, Math.floor(Math.abs(samples[at] ?? 0) * PER_FULL_SCALE));
          counts[bin] = (counts[bin] ?? 0) + 1;
          total++;
        }
      }
      skip = (((skip - length) % STRIDE) + STRIDE) % STRIDE;
    },
    finish: () => ({ flatTopShare: total === 0 ? null : highestPile(counts) / total }),
  };
}

function highestPile(counts: Float64Array): number {
  const upTo = new Float64Array(BINS + 1);
  for (let bin = 0; bin < BINS; bin++) upTo[bin + 1] = valueAt(upTo, bin) + valueAt(counts, bin);
  const between = (from: number, to: number): number => valueAt(upTo, to) - valueAt(upTo, from);
  let highest = 0;
  for (let bin = LOWEST_CEILING * PER_FULL_SCALE; bin < BINS / (1 + PILE_REACH) - 1; bin++) {
    const reach = Math.max(2, Math.floor(bin * PILE_REACH));
    const [from, to] = [Math.floor(bin * BELOW_FROM), Math.floor(bin * BELOW_TO) + 1];
    const width = 2 * reach + 1;
    const expected = (between(from, to) / (to - from)) * width;
    const found = between(bin - reach, bin + reach + 1);
    if (found > expected * LEAST_RATIO) highest = Math.max(highest, found - expected);
  }
  return highest;
}
