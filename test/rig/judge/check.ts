/** One thing that has to be true, held against many: how often it was, and a sentence for each time it was not. Pure. */
export interface Check {
  readonly name: string;
  readonly passed: number;
  readonly failures: readonly string[];
}

/** Each result is a failure's sentence, or null. */
export function checkOf(name: string, results: readonly (string | null)[]): Check {
  const failures = results.filter((result) => result !== null);
  return { name, passed: results.length - failures.length, failures };
}
