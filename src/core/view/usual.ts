/** What is usual on this deployment: how long tasks take, from those that came to their end. Pure; milliseconds. */
import { isMusicProduct } from "../provider/products.ts";
import type { CatalogRow } from "./catalog-row.ts";

export interface Spread {
  readonly medianMs: number;
  readonly p90Ms: number;
}

/** From first sight to each stage; null until there are ten. */
export interface Usual {
  readonly first: Spread | null;
  readonly complete: Spread | null;
}

const ENOUGH = 10;

export function usualOf(rows: readonly CatalogRow[]): Usual {
  const completed = rows.filter(({ product }) => isMusicProduct(product));
  return {
    first: spreadOf(completed.flatMap(({ firstAt, createdAt }) => (firstAt === null ? [] : [firstAt - createdAt]))),
    complete: spreadOf(
      completed.flatMap(({ completeAt, createdAt }) => (completeAt === null ? [] : [completeAt - createdAt])),
    ),
  };
}

function spreadOf(durations: readonly number[]): Spread | null {
  if (durations.length < ENOUGH) return null;
  const sorted = durations.toSorted((a, b) => a - b);
  return { medianMs: atShare(sorted, 0.5), p90Ms: atShare(sorted, 0.9) };
}

function atShare(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
