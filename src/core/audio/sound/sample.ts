/** How the meters read decoded sound: by index, as plain numbers. Pure. */
import type { Pcm } from "./pcm.ts";

const NONE = new Float32Array(0);

/** The number at an index, 0 outside. One guard for all loops; the compiler inlines it. */
export function sampleAt(samples: Float32Array, index: number): number {
  return samples[index] ?? 0;
}

/** The same of numbers of double precision. A reader of both kinds would be half as fast: the engine tells them apart at each read. */
export function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

/** One channel of a stretch, empty when there is no such channel. */
export function channelOf(sound: Pcm, index: number): Float32Array {
  return sound[index] ?? NONE;
}
