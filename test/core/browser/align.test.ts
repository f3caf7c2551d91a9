/** Lists that are aligned keep what is worth the most, in order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { align } from "../../../src/browser/align.ts";

const list = fc.array(fc.constantFrom("a", "b", "c", "A"), { maxLength: 6 });

test("the pairs are in order, and no other ones are worth more", () => {
  fc.assert(
    fc.property(list, list, (from, to) => {
      const [ours, theirs] = [from.map(boxed), to.map(boxed)];
      const pairs = align(ours, theirs, worthOf);
      const places = theirs.flatMap((one) => {
        const pair = pairs.get(one);
        return pair === undefined ? [] : [ours.indexOf(pair)];
      });
      expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
      for (const [b, a] of pairs) expect(worthOf(a, b)).toBeGreaterThan(0);
      expect([...pairs].reduce((sum, [b, a]) => sum + worthOf(a, b), 0)).toBe(most(ours, theirs));
    }),
  );
});

test("of several that are alike the first is kept", () => {
  const [from, to] = [["a", "a"].map(boxed), ["a"].map(boxed)];
  expect([...align(from, to, worthOf).values()]).toEqual([from[0]]);
  const [one, more] = [["a"].map(boxed), ["a", "a"].map(boxed)];
  expect([...align(one, more, worthOf).keys()]).toEqual([more[0]]);
});

interface Boxed {
  readonly letter: string;
}

function boxed(letter: string): Boxed {
  return { letter };
}

/** A capital is worth more than all the others. */
function worthOf(a: Boxed, b: Boxed): number {
  if (a.letter.toLowerCase() !== b.letter.toLowerCase()) return 0;
  return 1 + Number(a.letter === b.letter) + (a.letter === "A" ? 100 : 0);
}

/** By trying everything. */
function most([a, ...from]: readonly Boxed[], to: readonly Boxed[]): number {
  if (a === undefined) return 0;
  const paired = to.map((b, j) => (worthOf(a, b) === 0 ? 0 : worthOf(a, b) + most(from, to.slice(j + 1))));
  return Math.max(most(from, to), ...paired);
}
