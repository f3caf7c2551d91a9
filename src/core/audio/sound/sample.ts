/** How the meters read decoded sound. Pure. */
import type { Pcm } from "./pcm.ts";

const NONE = new Float32Array(0);

/** One channel of a stretch, empty when there is no such channel. */
export function channelOf(sound: Pcm, index: number): Float32Array {
  return sound[index] ?? NONE;
}
