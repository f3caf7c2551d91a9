/** Where the login may lead. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { localPath } from "../../../src/core/access/local-path.ts";

const ORIGIN = "https://backline.test";

test("a path of ours is kept with its query", () => {
  for (const path of ["/", "/tasks", "/tasks/a*b.~c", "/tasks?status=open&q=a%2Fb", "/tasks?next=//evil.test"])
    expect(localPath(path)).toBe(path);
});

test.each([
  "",
  "tasks",
  "//evil.test",
  "///evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "/.//evil.test",
  "/..//evil.test",
  "/a/..//evil.test",
  "/%2e//evil.test",
  "https://evil.test/",
  "https:/tasks",
  "javascript:alert(1)",
  " //evil.test",
  "?//evil.test",
])("%j is not followed", (next) => {
  expect(localPath(next)).toBeNull();
});

test("whatever is sent, a browser stays where it is", () => {
  const part = fc.constantFrom(
    "/",
    "\\",
    "//",
    ".",
    "..",
    "%2f",
    "%5c",
    "@",
    ":",
    "evil.test",
    "\t",
    "\n",
    "?",
    "#",
    "a",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => `/${parts.join("")}`),
  );
  fc.assert(
    fc.property(text, (next) => {
      const path = localPath(next);
      // The address that a Location or a form action would be read against.
      expect(new URL(path ?? "/tasks", `${ORIGIN}/login`).origin).toBe(ORIGIN);
    }),
    { numRuns: 2_000 },
  );
});
