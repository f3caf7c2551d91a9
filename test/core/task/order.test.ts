/** Law 1: order and repetition do not show in stage, failure and tracks. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Observed } from "../../../src/core/task/event.ts";
import { failureShown, isSettled, outcomeOf, stageOf, STAGES } from "../../../src/core/task/stage.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { messageKey } from "../../../src/core/task/trust.ts";
import { tracksOf, type Track } from "../../../src/core/task/tracks.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { deliveries, identifiedDeliveries, idlessDeliveries, junkDeliveries, retold } from "../arbitraries.ts";
import { taskOf } from "../builders.ts";
import { runs } from "../runs.ts";

/** Everything a reader sees but version and times of the task. */
function result(task: Task): unknown {
  const view = { ...viewOf(task), version: null, createdAt: null, updatedAt: null, settledAt: null };
  return { view, stage: stageOf(task), failure: failureShown(task), tracks: tracksOf(task) };
}

/** Deliveries, and the same told otherwise. */
function twice(some: fc.Arbitrary<readonly Observed[]>) {
  return some.chain((events) => fc.tuple(fc.constant(events), retold(events)));
}

test("a task with two tracks is the same whatever the order and number of its deliveries", () => {
  fc.assert(
    fc.property(twice(deliveries), ([events, again]) => {
      expect(result(taskOf(...again))).toEqual(result(taskOf(...events)));
    }),
    { numRuns: runs(500) },
  );
});

test("junk deliveries give the same task in every order too", () => {
  fc.assert(
    fc.property(twice(junkDeliveries), ([events, again]) => {
      expect(result(taskOf(...again))).toEqual(result(taskOf(...events)));
    }),
    { numRuns: runs(250) },
  );
});

test("a redelivery keeps the smallest time of receipt and the highest count", () => {
  fc.assert(
    fc.property(twice(deliveries), ([events, again]) => {
      const kept = new Map(taskOf(...again).observations.map((event) => [messageKey(event), event]));
      expect(kept.size).toBe(events.length);
      for (const message of events) {
        const copies = again.filter((event) => messageKey(event) === messageKey(message));
        expect(kept.get(messageKey(message))).toMatchObject({
          at: message.at,
          times: Math.max(...copies.map((copy) => copy.times)),
          lastAt: Math.max(...copies.map((copy) => copy.lastAt)),
        });
      }
    }),
    { numRuns: runs(200) },
  );
});

const HEIGHT = STAGES.indexOf.bind(STAGES);

/** `failed` outranks an unfinished task and yields to `complete`. */
function height(task: Task): number {
  const stage = stageOf(task);
  return stage === "complete" ? STAGES.length : HEIGHT(stage);
}

test("no later delivery of its product lowers the stage", () => {
  fc.assert(
    fc.property(deliveries, (all) => {
      const events = all.filter(({ observation }) => observation.product === undefined);
      const heights = events.map((_, index) => height(taskOf(...events.slice(0, index + 1))));
      expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    }),
    { numRuns: runs(500) },
  );
});

const FIELDS = ["title", "tags", "durationSeconds", "model", "createdAt", "streamLink"] as const;

function filled(track: Track): readonly string[] {
  return FIELDS.filter((field) => track[field] !== null);
}

test("no later delivery empties a field or takes a link away", () => {
  // A `complete` that lists other ids than before tells of changed ids, so here it lists all.
  const trusted = identifiedDeliveries
    .map((events) => events.map((event) => ({ ...event, verdict: "token" })))
    .filter((events) =>
      events.every(({ observation: { kind, tracks } }) => kind !== "complete" || tracks.length !== 1),
    );
  fc.assert(
    fc.property(trusted, (events) => {
      const before = tracksOf(taskOf(...events.slice(0, Math.max(1, events.length - 1))));
      const after = new Map(tracksOf(taskOf(...events)).map((track) => [track.trackId, track]));
      for (const track of before) {
        const later = after.get(track.trackId);
        expect(later && filled(later)).toEqual(expect.arrayContaining([...filled(track)]));
        expect(later?.audioLinks.map(({ url }) => url)).toEqual(
          expect.arrayContaining(track.audioLinks.map(({ url }) => url)),
        );
      }
    }),
    { numRuns: runs(500) },
  );
});

test("two tracks with ids stay the same two", () => {
  fc.assert(
    fc.property(identifiedDeliveries, (events) => {
      for (const { trackId } of tracksOf(taskOf(...events))) expect(["a", "b"]).toContain(trackId);
    }),
    { numRuns: runs(300) },
  );
});

test("two tracks without ids never look like three", () => {
  fc.assert(
    fc.property(idlessDeliveries, (events) => {
      expect(tracksOf(taskOf(...events)).length).toBeLessThanOrEqual(2);
    }),
    { numRuns: runs(500) },
  );
});

test("the outcome is null exactly while a task that has not failed is not settled", () => {
  fc.assert(
    fc.property(deliveries, (events) => {
      const task = taskOf(...events);
      expect(outcomeOf(task) === null).toBe(stageOf(task) !== "failed" && !isSettled(task));
    }),
    { numRuns: runs(300) },
  );
});
