/** What of a task wants a person's attention, and how a row of the list says so. */
import { expect, test } from "vitest";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { catalogRowOf } from "../../../src/core/view/catalog-row.ts";
import { isBeyondRetry, troubleOf } from "../../../src/core/view/trouble.ts";
import { publicTrackId } from "../../../src/core/ids.ts";
import { containerFacts, unheard } from "../../../src/core/audio/container/facts.ts";
import type { Task } from "../../../src/core/task/task.ts";
import {
  at,
  audioUrl,
  copied,
  coverUrl,
  DAY,
  failed,
  listed,
  lost,
  observation,
  observed,
  started,
  T0,
  taskOf,
} from "../builders.ts";

const [A, B] = [audioUrl("a"), audioUrl("b")];
const two = observed(observation("complete", [listed({ id: "a", audioLink: A }), listed({ id: "b", audioLink: B })]));

test("failed, lost, in doubt and stalled are trouble, open or settled; and all is well where nothing is", () => {
  const kept = [started(T0, A), copied(T0, A)];
  const open = taskOf(two, ...kept);
  expect(catalogRowOf(open, T0, null)).toMatchObject({ problem: null, keptTracks: 1, tracks: 2, settled: false });
  const failure = failureOf(531, null, null);
  expect(troubleOf(taskOf(observed(observation("failed", [], { failure }))))).toBe("failed");
  expect(troubleOf(taskOf(observed(observation("text")), at(T0 + DAY, { type: "stalled" })))).toBe("stalled");
  const losing = taskOf(two, ...kept, started(T0, B), failed(T0, B, true), lost(T0 + DAY, [B], { trackId: "b" }));
  expect(catalogRowOf(losing, T0, null)).toMatchObject({ problem: "lost", keptTracks: 1, tracks: 2 });
  // Two takes with the same bytes: one of them is not what it should be.
  const same = taskOf(
    two,
    ...kept,
    started(T0, B),
    copied(T0, B, { trackId: "b", attempt: 2, sha256: copied(T0, A).sha256 }),
  );
  expect(troubleOf(same)).toBe("in_doubt");
});

test("what is in doubt of a kept file is told by its kind", () => {
  const known = { id: "a", audioLink: A, durationSeconds: 180 };
  const complete = observed(observation("complete", [listed(known)]));
  const container = containerFacts.parse(unheard({ format: "mp3", durationSeconds: 174 }));
  const keptA = copied(T0, A, { trackId: "a" });
  const kinds: readonly (readonly [task: Task, reason: RegExp])[] = [
    [taskOf(complete, { ...keptA, container }), /^short: it is shorter than announced$/],
    [taskOf(complete, { ...keptA, lastResort: "truncated: cut" }), /^last_resort: it is cut short or/],
    [taskOf(complete, { ...keptA, lastResort: "not_wav: MP3" }), /^last_resort: it is cut short or no such file/],
    [
      taskOf(
        observed(observation("complete", [listed(known)]), { verdict: "hmac" }),
        keptA,
        observed(observation("complete", [listed({ ...known, audioLink: B })]), { at: T0 + DAY }),
      ),
      /^unconfirmed: no confirmed message names the link/,
    ],
    [
      taskOf(
        observed(observation("first", [listed({ id: "a", audioLink: A })])),
        keptA,
        observed(observation("complete", [listed({ id: "a", audioLink: B })]), { at: T0 + 1 }),
        started(T0 + 2, B, { trackId: "a", attempt: 2 }),
        failed(T0 + 2, B, true, { trackId: "a", attempt: 2 }),
      ),
      /^outranked: it came with an earlier message, and the final link has not worked yet$/,
    ],
    [
      taskOf(two, { ...keptA, sha256: "x" }, copied(T0, B, { trackId: "b", sha256: "x" })),
      /^same_take: another take has the same bytes$/,
    ],
  ];
  for (const [task, reason] of kinds) {
    const row = catalogRowOf(task, T0, null);
    expect([row.problem, row.reason]).toEqual(["in_doubt", expect.stringMatching(reason)]);
  }
});

test("a lost cover is no trouble, and hides no reason of a file", () => {
  const pictured = observed(
    observation("complete", [
      listed({ id: "a", audioLink: A, coverLink: coverUrl("a") }),
      listed({ id: "b", audioLink: B }),
    ]),
  );
  const noCover = lost(T0, [coverUrl("a")], { file: "cover", trackId: "a", reason: "no_cover: not within a day" });
  const [keptA, keptB] = [copied(T0, A, { trackId: "a" }), copied(T0, B, { trackId: "b" })];
  expect(catalogRowOf(taskOf(pictured, keptA, keptB, noCover), T0, null)).toMatchObject({
    problem: null,
    keptTracks: 2,
  });
  const without = taskOf(
    pictured,
    keptA,
    noCover,
    lost(T0, [B], { trackId: "b", reason: "dead_link: http_404: gone" }),
  );
  expect(catalogRowOf(without, T0, null)).toMatchObject({ problem: "lost", reason: "dead_link: http_404: gone" });
});

test("a task is found by the ids of its takes here and at the provider, and is beyond retry once all is kept", () => {
  const nameless = observed(
    observation("first", [listed({ id: null, audioLink: A }), listed({ id: "b", audioLink: B })]),
  );
  expect(catalogRowOf(taskOf(nameless), T0, null).trackIds?.toSorted()).toEqual(["b", "track-1"]);
  const odd = observed(
    observation("complete", [listed({ id: "odd / id", audioLink: A }), listed({ id: "b", audioLink: B })]),
    { at: T0 + 1 },
  );
  const named = taskOf(nameless, odd);
  expect(catalogRowOf(named, T0, null).trackIds?.toSorted()).toEqual(["b", "track-1", publicTrackId("odd / id")]);
  expect(isBeyondRetry(named)).toBe(false);
  const [first, second] = [copied(T0, A, { trackId: "track-1" }), copied(T0, B, { trackId: "b", sha256: "other" })];
  expect(isBeyondRetry(taskOf(nameless, odd, first, second))).toBe(true);
  expect(isBeyondRetry(taskOf(nameless, odd, first, lost(T0, [B], { trackId: "b" })))).toBe(false);
});
