/** The timeline for people: a line for each file and each delivery, and nothing of how the work is done. */
import { expect, test } from "vitest";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { peopleLines } from "../../../src/http/pages/timeline/timeline-lines.ts";
import { at, audioUrl, copied, failed, listed, lost, observation, observed, SECOND, started, T0 } from "../builders.ts";

const A = audioUrl("a");
const complete = observed(observation("complete", [listed({ audioLink: A })]), { times: 3 });

test("the attempts of a file are one line, numbered from its own first", () => {
  const attempts = [7, 9, 12].map((attempt) => ({ attempt }));
  const [first, second, third] = attempts;
  const lines = linesOf([
    complete,
    started(T0, A, first),
    failed(T0 + SECOND, A, false, first),
    started(T0 + 2 * SECOND, A, second),
    failed(T0 + 3 * SECOND, A, false, second),
    started(T0 + 4 * SECOND, A, third),
    copied(T0 + 5 * SECOND, A, third),
  ]);
  expect(lines.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^Callback: all is done \(1 track\).*It came 3 times\.$/),
    "Audio of track 1 kept after 3 tries: 1 kB.",
  ]);
  expect(lines[1]?.folded.map(({ text }) => text.slice(0, 6))).toEqual([
    "Try 1,",
    "Failed",
    "Try 2,",
    "Failed",
    "Try 3,",
    "The au",
  ]);
});

test("a file that is kept at once has nothing to fold, one that is lost says why", () => {
  const [kept] = linesOf([started(T0, A), copied(T0, A)]);
  expect([kept?.text, kept?.folded]).toEqual(["Audio of track 1 kept: 1 kB.", []]);
  const [gone] = linesOf([started(T0, A), lost(T0, [A], { reason: "dead_link: http_404: the server answered 404" })]);
  expect(gone?.text).toBe("Audio of track 1 could not be kept: its link is dead (the file server answered 404).");
});

test("our own bookkeeping does not show, and what failed of it neither hides a person's wish", () => {
  const lines = linesOf([
    at(T0, { type: "published", version: 1, settled: false }),
    at(T0, { type: "swept", attempts: 1, deleted: 0 }),
    at(T0, { type: "assess_started", sha256: "x", attempt: 1 }),
    at(T0, { type: "retried" }),
  ]);
  expect(lines.map(({ text }) => text)).toEqual(["Somebody asked to try again."]);
});

function linesOf(events: readonly TaskEvent[]) {
  const logged = events.map((event, index) => ({ event, body: null, seq: index + 1 }));
  return peopleLines(logged, () => "track 1");
}
