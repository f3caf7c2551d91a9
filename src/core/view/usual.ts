/** What is usual on this deployment: how long tasks take, from those that came to their end. Pure; milliseconds. */
import { isMusicProduct } from "../provider/products/products.ts";
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
  return { medianMs: quantile(durations, 0.5), p90Ms: quantile(durations, 0.9) };
}

/** The value under which a share of them lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}
