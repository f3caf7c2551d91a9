/** What two lists have in common, in order. Pure. */

/**
 * Pairs of `from` and `to` whose worth together is the greatest, none of them crossing another. What is worth 0 is no
 * pair. By the one of `to`; of several answers, the one that pairs what comes first.
 */
export function align<A, B>(from: readonly A[], to: readonly B[], worthOf: (a: A, b: B) => number): ReadonlyMap<B, A> {
  const pairs = new Map<B, A>();
  const best = worths(from, to, worthOf);
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let [i, j] = [0, 0]; at(i, j) > 0;) {
    const [a, b] = [from[i], to[j]];
    if (a === undefined || b === undefined) break;
    const worth = worthOf(a, b);
    if (worth > 0 && at(i, j) === worth + at(i + 1, j + 1)) {
      pairs.set(b, a);
      i += 1;
      j += 1;
    } else if (at(i, j) === at(i + 1, j)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** At `[i][j]`, the most that the rest of both from there on is worth. */
function worths<A, B>(
  from: readonly A[],
  to: readonly B[],
  worthOf: (a: A, b: B) => number,
): readonly (readonly number[])[] {
  const best: number[][] = [];
  for (let i = from.length - 1; i >= 0; i -= 1) {
    const [row, below]: [number[], readonly number[]] = [[], best[i + 1] ?? []];
    best[i] = row;
    for (let j = to.length - 1; j >= 0; j -= 1) {
      const [a, b] = [from[i], to[j]];
      const worth = a === undefined || b === undefined ? 0 : worthOf(a, b);
      const apart = Math.max(below[j] ?? 0, row[j + 1] ?? 0);
      row[j] = worth === 0 ? apart : Math.max(apart, worth + (below[j + 1] ?? 0));
    }
  }
  return best;
}
