/**
 * What the fields of a request need of each other: who breaks it is refused by the provider, or charged in vain. Pure.
 *
 * Of the provider's documents no more than what they state without a doubt.
 */
import type { Fields } from "../loose-values.ts";

export interface FieldRule {
  /** What has to be, as the end of a sentence. */
  readonly words: string;
  /** What is wrong, as a sentence without its full stop; null where nothing is. */
  readonly broken: (request: Fields) => string | null;
}

/** Of each name, or of one of several in its place, there has to be a value while the condition holds: `why` is that. */
export function needs(
  names: readonly (string | readonly string[])[],
  why: string,
  holds: (request: Fields) => boolean,
): FieldRule {
  const wanted = names.map((name) => [name].flat());
  return {
    words: `${wanted.map((some) => some.join(" or ")).join(", ")} ${why}`,
    broken: (request) => {
      const missing = wanted.filter((some) => !some.some((name) => has(request, name)));
      if (missing.length === 0 || !holds(request)) return null;
      return missing.map((some) => `${some.join(" or ")}: is missing, and is needed ${why}`).join("; ");
    },
  };
}

/** All of one of the sets has to be there. */
export function oneOf(...sets: readonly (readonly string[])[]): FieldRule {
  const words = `either ${sets.map((names) => names.join(" and ")).join(", or ")}`;
  const [[first = ""] = []] = sets;
  return {
    words,
    broken: (request) =>
      sets.some((names) => names.every((name) => has(request, name))) ? null : `${first}: give ${words}`,
  };
}

/** From the one to the other it is at least so long. Both are numbers. */
export function spans(from: string, to: string, leastSeconds: number): FieldRule {
  const words = `at least ${leastSeconds} s after ${from}`;
  return {
    words: `${to} ${words}`,
    broken: ({ [from]: start, [to]: end }) => {
      if (typeof start !== "number" || typeof end !== "number") return null;
      // Hundredths do not add up exactly.
      return end - start > leastSeconds - 0.001 ? null : `${to}: must be ${words}`;
    },
  };
}

function has(request: Fields, name: string): boolean {
  return (request[name] ?? null) !== null;
}
