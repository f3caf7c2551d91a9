/** The path token of one submission. */
import { expect, test } from "vitest";
import { capabilityOf, claimedRef, isRef } from "../../../src/core/provider/callback-url.ts";

const TOKEN = "t".repeat(32);

test("a capability names its reference and is made with the token", () => {
  const token = capabilityOf(TOKEN, "my-song_1");
  expect(token).toMatch(/^my-song_1\.[0-9a-f]{64}$/);
  expect(claimedRef(token)).toBe("my-song_1");
  expect(capabilityOf("u".repeat(32), "my-song_1")).not.toBe(token);
  expect(capabilityOf(TOKEN, "my-song_2").split(".")[1]).not.toBe(token.split(".")[1]);
});

test("what has not the form of a capability claims nothing", () => {
  const hex = "a".repeat(64);
  for (const text of [
    TOKEN,
    "",
    hex,
    `.${hex}`,
    `a.b.${hex}`,
    `a b.${hex}`,
    `a.${hex.slice(1)}`,
    `a.${hex}0`,
    `a.${hex.toUpperCase()}`,
    `a.${hex}\n`,
    `${"r".repeat(65)}.${hex}`,
  ])
    expect([text, claimedRef(text)]).toEqual([text, null]);
});

test("a reference is up to 64 letters, digits, dashes and underscores", () => {
  for (const ref of ["a", "A-b_9", "r".repeat(64)]) expect(isRef(ref)).toBe(true);
  for (const ref of ["", "r".repeat(65), "a.b", "a/b", "é", "a\n"]) expect(isRef(ref)).toBe(false);
});
