/** How takes are made equally loud: by turning the louder ones down. Pure. */

export interface Measured {
  /** Integrated loudness; null where it was not measured. */
  readonly lufs: number | null;
  readonly truePeakDbtp: number | null;
}

/**
 * Gains from 0 to 1, in the order of `takes`. None is turned up, so none is clipped; a peak over 0 dBTP takes all of
 * them down with it. What was not measured stays as it is.
 */
export function levels(takes: readonly Measured[]): readonly number[] {
  const targets = takes.flatMap(({ lufs, truePeakDbtp }) =>
    lufs === null ? [] : [lufs - Math.max(0, truePeakDbtp ?? 0)],
  );
  const target = Math.min(...targets);
  return takes.map(({ lufs }) => (lufs === null ? 1 : 10 ** ((target - lufs) / 20)));
}
