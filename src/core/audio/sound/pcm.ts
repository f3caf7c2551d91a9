/** Decoded sound, a stretch at a time. */

/**
 * One array per channel (one or two), all of the same length, full scale ±1. A stretch has any length, also 0.
 *
 * Valid only during the call that it is given to: the arrays are views on a decoder's memory, and are overwritten.
 */
export type Pcm = readonly Float32Array[];

/** What every measure of sound needs to know beforehand. */
export interface PcmShape {
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
}

/** Measures sound as it streams by. `finish` is called once, after the last stretch. */
export interface Meter<Result> {
  push(sound: Pcm): void;
  finish(): Result;
}
