/** Numbers from runs, and how they are shown. Pure. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** How often, by operation: `r2.put`, `kv.get`, `tasks.observe`, `catalog.rowsRead`, `tasks.alarmWrites`, `fetch` … */
export type Counts = Readonly<Record<string, number>>;

/** Of one benchmark: tables for people, figures for machines. */
export interface Report {
  readonly title: string;
  readonly tables: readonly Table[];
  /** What was asked for, and whether it was reached. */
  readonly goals: readonly Goal[];
  /** What a reader of the tables needs to know. */
  readonly notes: readonly string[];
  readonly figures: object;
}

export interface Table {
  readonly heading: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

export interface Goal {
  readonly what: string;
  readonly figure: number;
  readonly bound: number;
  readonly reached: boolean;
}

export function atMost(what: string, figure: number, bound: number): Goal {
  return { what, figure, bound, reached: figure <= bound };
}

export function atLeast(what: string, figure: number, bound: number): Goal {
  return { what, figure, bound, reached: figure >= bound };
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), runs: values.length };
}

/** `1.23 (1.10 to 1.40)` */
export function shown({ median, least, most }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Each round begins with another one, so that drift of the machine falls on all. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = ((by % items.length) + items.length) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
