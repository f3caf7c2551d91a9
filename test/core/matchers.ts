/** Vitest's asymmetric matchers, typed as what they stand for: anything. */
import { expect } from "vitest";

export function like(pattern: RegExp | string): unknown {
  return typeof pattern === "string" ? expect.stringContaining(pattern) : expect.stringMatching(pattern);
}

export function having(fields: object): unknown {
  return expect.objectContaining(fields);
}
