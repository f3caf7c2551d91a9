/**
 * Chance that can be repeated: a random source made from a seed and a purpose.
 *
 * Each purpose has its own source, so that drawing one number more in one place changes nothing elsewhere.
 * Pure.
 */
import { createHash } from "node:crypto";

/** The next number, at least 0 and below 1. */
export type Random = () => number;

/** The same parts always give the same numbers (mulberry32 over the parts' SHA-256). */
export function randomFrom(...parts: readonly (string | number)[]): Random {
  let state = createHash("sha256").update(parts.join("\n")).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `low` to `high`, both included. */
export function whole(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of the items, each as likely as the others. */
export function oneOf<T>(random: Random, items: readonly [T, ...(readonly T[])]): T {
  return items[whole(random, 0, items.length - 1)] ?? items[0];
}

/** As many hex digits as asked for, from the same source. */
export function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => whole(random, 0, 15).toString(16)).join("");
}
