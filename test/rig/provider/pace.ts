/**
 * How fast the provider's time runs, and its end.
 *
 * Every duration a caller states is the real provider's and is divided by the scale here. Only the timeout of
 * a callback is not scaled: the receiver is not any faster.
 */
import { setTimeout as sleep } from "node:timers/promises";

export type Pace = {
  /** The provider's milliseconds as milliseconds on the wall. */
  scaled(ms: number): number;
  /** Waits that long in the provider's time; rejects once the provider is closed. */
  wait(ms: number): Promise<void>;
  /** Aborted when the provider is closed. */
  readonly closed: AbortSignal;
  close(): void;
};

export function createPace(timeScale: number): Pace {
  const end = new AbortController();
  const scaled = (ms: number): number => ms / timeScale;
  return {
    scaled,
    wait: (ms) => sleep(scaled(ms), undefined, { signal: end.signal }),
    closed: end.signal,
    close: () => end.abort(),
  };
}
