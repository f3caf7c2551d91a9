/** Names: usable in a URL, as a KV key and as an R2 key, whatever the provider calls its tracks. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileKey, isTaskId, linkHash, publicTrackId, sha256Hex, taskPrefix } from "../../src/core/ids.ts";
import { anyText } from "./any-text.ts";

const ids = fc.oneof(
  anyText,
  fc.string(),
  fc.constantFrom("", ".", "..", "...", "a/b", "%2e%2e", "a\n", "x".repeat(300)),
);

test("a track's public name can always stand in a URL and a key", () => {
  fc.assert(
    fc.property(ids, (id) => {
      const name = publicTrackId(id);
      expect(name).toMatch(/^[A-Za-z0-9*._~-]{1,64}$/);
      expect(["", ".", ".."]).not.toContain(name);
      expect(new URL(`https://x.example/tasks/t/tracks/${name}/audio`).pathname).toBe(`/tasks/t/tracks/${name}/audio`);
      expect(new TextEncoder().encode(fileKey("t".repeat(128), name, "audio", 150, "mp3")).length).toBeLessThan(512);
    }),
    { numRuns: 500 },
  );
});

test("two ids never share a public name", () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      // Lone surrogates have no UTF-8 of their own; ids are well-formed when they come here.
      fc.pre(a.isWellFormed() && b.isWellFormed());
      expect(publicTrackId(a) === publicTrackId(b)).toBe(a === b);
    }),
    { numRuns: 300 },
  );
});

test("a usable id is its own name", () => {
  for (const id of ["e231****-8d73", "a.b_c~d-E", "...", "x".repeat(64)]) expect(publicTrackId(id)).toBe(id);
  expect(publicTrackId("x".repeat(65))).toMatch(/^x[0-9a-f]{32}$/);
});

test("a task id names no other place than its own", () => {
  for (const id of ["ee9c2715375b7837f8bb51d641ff5863", "2fac****9f72", "...", "a".repeat(128)])
    expect(isTaskId(id)).toBe(true);
  for (const id of ["", ".", "..", "a/b", "a\\b", "a b", "a\n", "é", "a?b", "a#b", "%2e%2e", "a".repeat(129)])
    expect(isTaskId(id)).toBe(false);
});

test("keys tell task, track, file and attempt", () => {
  expect(fileKey("task", "track", "cover", 7, "jpg")).toBe("tasks/task/track/cover-7.jpg");
  expect(fileKey("task", "track", "audio", 7, "mp3").startsWith(taskPrefix("task"))).toBe(true);
  expect(taskPrefix("a")).not.toBe(taskPrefix("ab").slice(0, taskPrefix("a").length));
});

test("hashes are SHA-256 in lower-case hex", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(sha256Hex(new TextEncoder().encode("abc"))).toBe(sha256Hex("abc"));
  expect(linkHash("abc")).toBe(sha256Hex("abc").slice(0, 32));
});
