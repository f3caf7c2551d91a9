/** What the list of problems says of each kind of trouble. */
import { expect, test } from "vitest";
import { TROUBLES } from "../../../src/core/view/trouble.ts";
import { isWhole, outcomeShown, troubleOf, verdictsShown } from "../../../src/http/pages/list/listed-task.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { audioUrl, copied, listed, observation, observed, T0, taskOf } from "../builders.ts";
import { catalogRow } from "../../worker/catalog-rows.ts";

const container = unheard({ format: "mp3", durationSeconds: 18 });
const whole = unheard({ format: "mp3", durationSeconds: 30 });

test.each([
  [{ problem: "failed", failureReason: "no_credits" }, /^The provider account is out of credits\. Top it up/],
  [{ problem: "failed", failureReason: "a reason of a newer version" }, /^The provider sent a code/],
  [{ problem: "lost", reason: "dead_link: http_404: not here" }, /^A file was lost: its link is dead \(.*404\)\.$/],
  [{ problem: "lost", reason: null }, /^A file was lost/],
  [{ problem: "lost", settled: true, tracks: 2 }, /^No file could be kept: /],
  [{ problem: "faulty" }, /^A take is faulty\.$/],
  [
    { problem: "in_doubt", reason: "same_take: another take has the same bytes" },
    /^A kept file is in doubt: another take has the same bytes\. If a better one comes, it takes its place\.$/,
  ],
  [{ problem: "in_doubt", reason: null }, /^A kept file is in doubt: see its page\./],
  [{ problem: "stalled" }, /^Silent for longer/],
] as const)("%o", (row, words) => {
  expect(troubleOf({ row: catalogRow(row), view: null, madeName: null })).toMatch(words);
});

test("no trouble goes without words, and nothing else is trouble", () => {
  for (const problem of TROUBLES)
    expect(troubleOf({ row: catalogRow({ problem }), view: null, madeName: null })).toMatch(/^[A-Z].*\.$/);
  expect(troubleOf({ row: catalogRow(), view: null, madeName: null })).toBeNull();
});

test("a task is shown as good where all its audio is kept and nothing is wrong with it", () => {
  const kept = { keptTracks: 2, tracks: 2 };
  expect(isWhole({ row: catalogRow(kept), view: null, madeName: null })).toBe(true);
  expect(isWhole({ row: catalogRow({ ...kept, problem: "lost" }), view: null, madeName: null })).toBe(false);
  expect(isWhole({ row: catalogRow({ ...kept, tracks: 3 }), view: null, madeName: null })).toBe(false);
});

test("what is complete at the provider and not here says so", () => {
  const row = { settled: true, stage: "complete", tracks: 2 } as const;
  expect(outcomeShown(catalogRow({ ...row, keptTracks: 0 }))).toBe("lost");
  expect(outcomeShown(catalogRow({ ...row, keptTracks: 1 }))).toBe("partial");
  expect(outcomeShown(catalogRow({ ...row, keptTracks: 2 }))).toBeNull();
  expect(outcomeShown(catalogRow({ ...row, keptTracks: 0, settled: false }))).toBeNull();
  expect(outcomeShown(catalogRow({ ...row, keptTracks: 0, stage: "failed" }))).toBeNull();
});

const track = (id: string) => listed({ id, audioLink: audioUrl(id), durationSeconds: 30 });

test("a faulty take is named by its number where there are several", () => {
  const short = { ...copied(T0, audioUrl("b"), { trackId: "b", container }), lastResort: "truncated: after 18 s" };
  const row = catalogRow({ problem: "faulty" });
  const two = viewOf(taskOf(observed(observation("complete", [track("a"), track("b")])), short));
  expect(troubleOf({ row, view: two, madeName: null })).toMatch(/^Take 2: It is cut/);
  const one = viewOf(taskOf(observed(observation("complete", [track("b")])), short));
  expect(troubleOf({ row, view: one, madeName: null })).toMatch(/^It is cut/);
});

const kept = (id: string) =>
  copied(T0, audioUrl(id), { trackId: id, container: whole, assess: "scan", attempt: id === "a" ? 1 : 2 });
const said = (...events: readonly TaskEvent[]) => verdictsShown(viewOf(taskOf(...events)).tracks);

test("how takes sound is said once where all sound right, else of each by its number", () => {
  const short = { ...kept("b"), lastResort: "truncated: after 18 s" };
  const both = observed(observation("complete", [track("a"), track("b")]));
  expect(said(both)).toEqual([]);
  expect(said(both, kept("a"), kept("b"))).toEqual([{ verdict: "pass", take: null }]);
  expect(said(both, kept("a"), short)).toEqual([
    { verdict: "pass", take: 1 },
    { verdict: "fail", take: 2 },
  ]);
  expect(said(both, kept("a"))).toEqual([{ verdict: "pass", take: 1 }]);
  expect(said(observed(observation("complete", [track("b")])), short)).toEqual([{ verdict: "fail", take: null }]);
});
