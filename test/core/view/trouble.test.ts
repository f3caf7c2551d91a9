/** What of a task wants a person's attention, and how a row of the list says so. */
import { expect, test } from "vitest";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { catalogRowOf } from "../../../src/core/view/catalog-row.ts";
import { troubleOf } from "../../../src/core/view/trouble.ts";
import {
  at,
  audioUrl,
  copied,
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
