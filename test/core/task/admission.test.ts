/** Which deliveries a task's log keeps whole. */
import { expect, test } from "vitest";
import { admit, learns, MAX_BODIES, MAX_OBSERVATIONS, overflowed, received } from "../../../src/core/task/admission.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import type { ObservedTrack } from "../../../src/core/provider/message.ts";
import { reduce } from "../../../src/core/task/reduce.ts";
import { stageOf, wasRefunded } from "../../../src/core/task/stage.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { at, audioUrl, copied, coverUrl, DAY, listed, observation, observed, T0, taskOf } from "../builders.ts";

const A = audioUrl("a");

function text(n: number, ...tracks: readonly ObservedTrack[]) {
  return observed(observation("text", tracks), { sha256: `text-${n}`, at: T0 + n });
}

/** A task with so many deliveries, that knows the tracks of the first. */
function taskWith(count: number, tracks: readonly ObservedTrack[], ...more: readonly TaskEvent[]): Task {
  return taskOf(text(0, ...tracks), ...Array.from({ length: count - 1 }, (_, n) => text(n + 1)), ...more);
}

const known = listed({ title: "Night", audioLink: A, coverLink: coverUrl("a") });
const full = taskWith(MAX_BODIES, [known]);

function says(...tracks: readonly ObservedTrack[]) {
  return observed(observation("text", tracks), { at: T0 + DAY });
}

test("the same bytes are a redelivery, however full the log is", () => {
  expect(admit(taskWith(1, []), text(0))).toBe("redelivery");
  expect(admit(full, text(3))).toBe("redelivery");
});

test("the first bodies are kept whatever they bring", () => {
  expect(admit(taskWith(MAX_BODIES - 1, []), observed(observation("unknown")))).toBe("new");
  expect(admit(full, observed(observation("unknown")))).toBe("overflow");
});

test("over the first bodies, one that brings nothing is only counted", () => {
  expect(admit(full, says(known))).toBe("overflow");
  expect(admit(full, says({ ...known, title: "Other words" }))).toBe("overflow");
});

test("over the first bodies, one that fills a field, names a track or brings a link is kept", () => {
  const bringing: readonly ObservedTrack[] = [
    { ...known, tags: "jazz" },
    { ...known, durationSeconds: 180 },
    { ...known, streamLink: audioUrl("s") },
    { ...known, audioLink: audioUrl("fresh") },
    { ...known, coverLink: coverUrl("fresh") },
    listed({ id: "track-b" }),
  ];
  for (const track of bringing) expect(admit(full, says(track))).toBe("new");
});

test("a new link for a file that is stored brings nothing", () => {
  const stored = reduce(full, copied(T0 + DAY, A));
  expect(admit(stored, says({ ...known, audioLink: audioUrl("fresh") }))).toBe("overflow");
  const pictured = reduce(full, copied(T0 + DAY, coverUrl("a"), { file: "cover" }));
  expect(admit(pictured, says({ ...known, coverLink: coverUrl("fresh") }))).toBe("overflow");
});

test("a confirmed link takes the place of an unconfirmed one, so it is kept", () => {
  const doubtful = { ...text(0, known), verdict: "hmac" };
  const task = taskOf(doubtful, ...Array.from({ length: MAX_BODIES }, (_, n) => text(n + 1)));
  expect(admit(task, says({ ...known, audioLink: audioUrl("confirmed") }))).toBe("new");
});

test("at the bound only what moves the stage is kept", () => {
  const bounded = taskWith(MAX_OBSERVATIONS, [known]);
  expect(admit(bounded, says(listed({ id: "track-b", audioLink: audioUrl("b") })))).toBe("overflow");
  expect(admit(bounded, observed(observation("first", [known])))).toBe("new");
  expect(admit(bounded, observed(observation("complete", [known])))).toBe("new");
  const failure = failureOf(500, null, null);
  expect(admit(bounded, observed(observation("failed", [], { failure })))).toBe("new");
  const done = reduce(bounded, observed(observation("complete", [known])));
  expect(admit(done, observed(observation("failed", [], { failure })))).toBe("overflow");
});

test("a message about a given-up task opens it again, even at the bound", () => {
  const given = taskWith(MAX_OBSERVATIONS, [known], at(T0 + 14 * DAY, { type: "abandoned" }));
  const late = { ...says(known), at: T0 + 15 * DAY, lastAt: T0 + 15 * DAY };
  expect(admit(given, late)).toBe("new");
});

test("messages that name ever new tracks do not fill the log", () => {
  let task = full;
  for (let n = 0; n < 400; n += 1) {
    const event = { ...says(listed({ id: `flood-${n}`, audioLink: audioUrl(`flood-${n}`) })), at: T0 + DAY + n };
    if (admit(task, event) === "new") task = reduce(task, event);
  }
  expect(task.observations.length).toBeLessThan(MAX_BODIES + 17);
});

test("messages that bring ever new links end at the bound", () => {
  let task = full;
  for (let n = 0; n < 400; n += 1) {
    const event = { ...says({ ...known, audioLink: audioUrl(`fresh-${n}`) }), at: T0 + DAY + n };
    if (admit(task, event) === "new") task = reduce(task, event);
  }
  expect(task.observations).toHaveLength(MAX_OBSERVATIONS);
});

const poll = (kind: "text" | "first", ...tracks: readonly ObservedTrack[]) =>
  observed(observation(kind, tracks), { via: "poll", verdict: "record", at: T0 + DAY });

test("an answer of the provider is kept only if it tells something new", () => {
  const task = taskWith(2, [known]);
  expect(learns(task, poll("text", known))).toBe(false);
  expect(learns(task, poll("text"))).toBe(false);
  expect(learns(task, poll("first", known))).toBe(true);
  expect(learns(task, poll("text", { ...known, tags: "jazz" }))).toBe(true);
  expect(learns(taskWith(MAX_OBSERVATIONS, [known]), poll("text", { ...known, tags: "jazz" }))).toBe(false);
  expect(learns(reduce(task, poll("first", known)), poll("first", known))).toBe(false);
});

test("a failure or refund that the record tells of a complete task is kept, once", () => {
  const complete = observed(observation("complete", [known]));
  const failing = (code: number, title: string) => {
    const failure = failureOf(code, null, "no");
    const content = observation("failed", [{ ...known, title }], { failure });
    return observed(content, { via: "poll", verdict: "record", at: T0 + DAY });
  };
  const task = taskOf(complete, copied(T0, A));
  expect(learns(task, failing(500, "Night"))).toBe(true);
  const failed = reduce(task, failing(500, "Night"));
  expect(stageOf(failed)).toBe("complete");
  // The same again, and the same in other bytes.
  expect(learns(failed, failing(500, "Night"))).toBe(false);
  expect(learns(failed, failing(500, "Another title"))).toBe(false);
  const refunded = reduce(failed, failing(531, "Night"));
  expect(wasRefunded(refunded)).toBe(true);
  expect(learns(refunded, failing(531, "Another title"))).toBe(false);
  const bounded = taskWith(MAX_OBSERVATIONS, [known], complete);
  expect(learns(bounded, failing(531, "Night"))).toBe(true);
  expect(learns(reduce(bounded, failing(531, "Night")), failing(531, "Another title"))).toBe(false);
});

test("an answer that confirms a doubtful link tells something new", () => {
  const doubtful = taskOf({ ...text(0, known), verdict: "hmac_unconfirmed" });
  const record = observed(observation("text", [known]), { via: "poll", verdict: "record", at: T0 + DAY });
  expect(learns(doubtful, record)).toBe(true);
});

test("a message that comes again raises its own count, and one over the bound that of the rest", () => {
  const message = { ...text(0, known), host: "b.example.com" };
  const first = received(null, message, "ref", T0);
  expect(first).toMatchObject({ at: T0, lastAt: T0, times: 1, ref: "ref" });
  expect(received(taskOf(first), message, null, T0 + 5)).toMatchObject({
    at: T0,
    lastAt: T0 + 5,
    times: 2,
    ref: "ref",
  });
  const counted = overflowed(taskOf(first), T0 + 6);
  expect(counted).toEqual({ type: "overflowed", at: T0 + 6, lastAt: T0 + 6, count: 1 });
  expect(overflowed(taskOf(first, counted), T0 + 9)).toEqual({
    type: "overflowed",
    at: T0 + 6,
    lastAt: T0 + 9,
    count: 2,
  });
});
