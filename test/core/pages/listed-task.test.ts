/** What the list of problems says of each kind of trouble. */
import { expect, test } from "vitest";
import { TROUBLES } from "../../../src/core/view/trouble.ts";
import { isWhole, troubleOf } from "../../../src/http/pages/list/listed-task.ts";
import { catalogRow } from "../../worker/catalog-rows.ts";

test.each([
  [{ problem: "failed", failureReason: "no_credits" }, /^The provider account is out of credits\. Top it up/],
  [{ problem: "failed", failureReason: "a reason of a newer version" }, /^The provider sent a code/],
  [{ problem: "lost", reason: "dead_link: http_404: not here" }, /^A file was lost: its link is dead \(.*404\)\.$/],
  [{ problem: "lost", reason: null }, /^A file was lost/],
  [{ problem: "faulty" }, /^A track is faulty\.$/],
  [
    { problem: "in_doubt", reason: "same_take: another take has the same bytes" },
    /^A kept file is in doubt: another take has the same bytes\. If a better one comes, it takes its place\.$/,
  ],
  [{ problem: "in_doubt", reason: null }, /^A kept file is in doubt: see its page\./],
  [{ problem: "stalled" }, /^Silent for longer/],
] as const)("%o", (row, words) => {
  expect(troubleOf({ row: catalogRow(row), view: null })).toMatch(words);
});

test("no trouble goes without words, and nothing else is trouble", () => {
  for (const problem of TROUBLES)
    expect(troubleOf({ row: catalogRow({ problem }), view: null })).toMatch(/^[A-Z].*\.$/);
  expect(troubleOf({ row: catalogRow(), view: null })).toBeNull();
});

test("a task is shown as good where all its audio is kept and nothing is wrong with it", () => {
  const kept = { keptTracks: 2, tracks: 2 };
  expect(isWhole({ row: catalogRow(kept), view: null })).toBe(true);
  expect(isWhole({ row: catalogRow({ ...kept, problem: "lost" }), view: null })).toBe(false);
  expect(isWhole({ row: catalogRow({ ...kept, tracks: 3 }), view: null })).toBe(false);
});
