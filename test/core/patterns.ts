/** Entries of an origin list, for tests. */
import { originPattern, type OriginPattern } from "../../src/core/access/fetch-policy.ts";

export function pattern(text: string): OriginPattern {
  const read = originPattern(text);
  if (read === null) throw new Error(`${text} is no pattern`);
  return read;
}
