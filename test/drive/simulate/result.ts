/** What came of one life. */
export interface LifeResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly lines: readonly string[];
  /** How many events it took. */
  readonly steps: number;
  readonly crashes: number;
}
