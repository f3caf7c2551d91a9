/** Comparing secrets. */
import { expect, test } from "vitest";
import { isSameSecret } from "../../../src/core/access/same-secret.ts";

/** So long that a comparison which stops at the first difference stands out. */
const CHARS = 2_000_000;
const ROUNDS = 21;

test("a secret is the same as itself, and as nothing else", () => {
  for (const secret of ["", "a", "secret", "é\0\n"]) {
    expect(isSameSecret(secret, secret)).toBe(true);
    for (const other of [`${secret} `, `${secret}\0`, `x${secret}`, `${secret}${secret}x`])
      expect([other, isSameSecret(other, secret)]).toEqual([other, false]);
  }
});

test("how long a comparison takes does not tell how much of the secret was right", () => {
  const secret = "s".repeat(CHARS);
  const guesses = [`${"s".repeat(CHARS - 1)}x`, `x${"s".repeat(CHARS - 1)}`] as const;
  const times = guesses.map(() => new Array<number>());
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, guess] of guesses.entries()) {
      const startedAt = performance.now();
      expect(isSameSecret(guess, secret)).toBe(false);
      times[index]?.push(performance.now() - startedAt);
    }
  }
  // The least of each: other work on the machine only adds to it.
  const [almostRight = Number.NaN, wrong = Number.NaN] = times.map((ms) => Math.min(...ms));
  // Some 100 where the first difference ends the comparison.
  expect(almostRight / wrong).toBeLessThan(5);
  expect(wrong / almostRight).toBeLessThan(5);
});
