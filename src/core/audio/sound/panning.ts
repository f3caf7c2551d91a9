/**
 * How far the parts of a sound lie apart between its sides: over its bands and moments, how much the balance differs.
 *
 * A mix that leans because its instruments are panned has another balance wherever another one plays. A side that was
 * turned down as a whole has the same everywhere, added to what the mix had. Each band of a window counts by its
 * amplitude. Pure.
 */
import { valueAt } from "./sample.ts";

export interface Panning {
  /** From the lower to the upper quartile of the balances; null for mono and silence. */
  readonly balanceSpreadDb: number | null;
}

interface PanningReader {
  /** The mean powers of even bands of each side are as they now stand in the arrays. */
  hear(): void;
  finish(): Panning;
}

/** Fainter bands of a window are not heard. */
const LEAST_POWER = 1e-12;
const WIDEST_DB = 40;
const PER_DB = 2;

export function panningReader([left, right]: readonly Float64Array[]): PanningReader {
  const counts = new Float64Array(2 * WIDEST_DB * PER_DB + 1);
  let total = 0;
  function quantile(share: number): number {
    let sum = 0;
    const bin = counts.findIndex((count) => (sum += count) >= share * total);
    return bin / PER_DB;
  }
  return {
    hear() {
      if (left === undefined || right === undefined) return;
      for (let n = 0; n < left.length; n++) {
        const [l, r] = [valueAt(left, n), valueAt(right, n)];
        if (l + r < LEAST_POWER) continue;
        const db = 10 * Math.log10((l + LEAST_POWER) / (r + LEAST_POWER));
        const bin = Math.round((Math.max(-WIDEST_DB, Math.min(WIDEST_DB, db)) + WIDEST_DB) * PER_DB);
        counts[bin] = valueAt(counts, bin) + Math.sqrt(l + r);
        total += Math.sqrt(l + r);
      }
    },
    finish: () => ({ balanceSpreadDb: total === 0 ? null : quantile(0.75) - quantile(0.25) }),
  };
}
