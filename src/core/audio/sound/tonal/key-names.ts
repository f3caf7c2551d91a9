/** Keys by name, how they are related, and their Camelot numbers. Pure. */

export type KeyAgreement = "agrees" | "disagrees" | "inconclusive";

interface Named {
  /** 0 is C. */
  readonly pitch: number;
  readonly minor: boolean;
}

const PITCHES: ReadonlyMap<string, number> = new Map([
  ["c", 0],
  ["d", 2],
  ["e", 4],
  ["f", 5],
  ["g", 7],
  ["a", 9],
  ["b", 11],
]);

/** `A minor`, `F# major`, `e flat minor`; null for what is no such name. */
function read(name: string): Named | null {
  const [, letter = "", sign = "", mode = ""] =
    /^([a-g])(#|b| sharp| flat)? (major|minor)$/.exec(name.toLowerCase()) ?? [];
  const natural = PITCHES.get(letter);
  if (natural === undefined) return null;
  const shift = sign === "" ? 0 : sign === "#" || sign === " sharp" ? 1 : -1;
  return { pitch: (natural + shift + 12) % 12, minor: mode === "minor" };
}

/** What DJs mix by: `8A` is A minor, `8B` C major; a neighbour is a fifth away. Null for no key. */
export function camelot(name: string): string | null {
  const key = read(name);
  return key === null ? null : `${fifths(key) + 1}${key.minor ? "A" : "B"}`;
}

/** Steps on the circle of fifths, 0 to 6; relative keys are 0 apart. Null where either is no key. */
export function keyDistance(one: string, other: string): number | null {
  const [a, b] = [read(one), read(other)];
  if (a === null || b === null) return null;
  const apart = Math.abs(fifths(a) - fifths(b));
  return Math.min(apart, 12 - apart);
}

/**
 * Whether a measured key is the requested one. A relative or parallel key is one for a warning's sake: which of two
 * is meant is often not in the notes. Of a key a fifth away nothing is said: such are measured for one another.
 */
export function keyAgreement(requested: string, measured: string | null): KeyAgreement {
  const [asked, found] = [read(requested), measured === null ? null : read(measured)];
  if (asked === null || found === null) return "inconclusive";
  const apart = keyDistance(requested, measured ?? "");
  if (apart === 0 || asked.pitch === found.pitch) return "agrees";
  return apart === 1 ? "inconclusive" : "disagrees";
}

/** The place of a key, or of its relative major, on the circle, as Camelot counts it less one: B major is 0. */
function fifths({ pitch, minor }: Named): number {
  return (7 * (pitch + (minor ? 3 : 0)) + 7) % 12;
}
