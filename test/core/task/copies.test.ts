/** What became of each file of a track, and when it is tried next. */
import { expect, test } from "vitest";
import type { FileKind, TaskEvent } from "../../../src/core/task/event.ts";
import { nextStep } from "../../../src/core/next/copying.ts";
import { fileStatus } from "../../../src/core/task/copies.ts";
import { keptFilesOf } from "../../../src/core/view/kept-file.ts";
import type { Task } from "../../../src/core/task/task.ts";
import {
  audioUrl,
  copied,
  coverUrl,
  DAY,
  failed,
  HOUR,
  listed,
  lost,
  MINUTE,
  observation,
  observed,
  SECOND,
  started,
  T0,
  taskOf,
  trackAt,
} from "../builders.ts";
import { pace } from "../history.ts";
import { like } from "../matchers.ts";

const A = audioUrl("a");
const B = audioUrl("b");
const COVER = coverUrl("a");
const complete = observed(observation("complete", [listed({ audioLink: A, coverLink: COVER })]));
const fresh = observed(observation("complete", [listed({ audioLink: B })]), { at: T0 + HOUR });

const statusOf = (task: Task, file: FileKind = "audio") => fileStatus(task, trackAt(task, 0), file);
const stepOf = (task: Task, file: FileKind = "audio") => nextStep(task, trackAt(task, 0), file, pace);

/** A try at each of these times, one attempt after the other. */
function tries(times: readonly number[], outcome: "failed" | "dead" | "crashed", url = A, file: FileKind = "audio") {
  return times.flatMap((time, index): readonly TaskEvent[] => {
    const about = { attempt: index + 1, file };
    const start = started(time, url, about);
    return outcome === "crashed" ? [start] : [start, failed(time, url, outcome === "dead", about)];
  });
}

test("a file without a link waits, one with a link is queued", () => {
  const silent = taskOf(observed(observation("text", [listed()])));
  expect(statusOf(silent)).toMatchObject({ state: "waiting", stored: null, attempts: 0, reason: null });
  expect(stepOf(silent)).toBeNull();
  expect(statusOf(taskOf(complete))).toMatchObject({ state: "queued", attempts: 0, reason: null });
});

test("a new link is tried at once, even while another one backs off", () => {
  expect(stepOf(taskOf(complete))).toMatchObject({ type: "copy", at: T0, link: { url: A } });
  const backingOff = taskOf(complete, ...tries([T0, T0 + 1, T0 + 2], "failed"), fresh);
  expect(stepOf(backingOff)).toMatchObject({ type: "copy", at: T0 + HOUR, link: { url: B } });
});

test("the reason of the last failure is shown until the file is stored", () => {
  const trying = taskOf(complete, ...tries([T0], "failed"), fresh, ...tries([T0 + 2 * HOUR], "dead", B));
  expect(statusOf(trying)).toMatchObject({ state: "queued", attempts: 2, reason: "gone: status 404" });
  const done = taskOf(complete, ...tries([T0], "failed"), started(T0 + 1, A), copied(T0 + 2, A));
  expect(statusOf(done)).toMatchObject({ state: "stored", attempts: 2, reason: null, stored: { bytes: 1_000 } });
  expect(stepOf(done)).toBeNull();
});

test("a failing link backs off ever longer, up to a quarter of an hour on the first day and six hours after it", () => {
  const delays = Array.from({ length: 40 }, (_, n) => {
    const times = Array.from({ length: n + 1 }, (_, index) => T0 + index);
    return (stepOf(taskOf(complete, ...tries(times, "failed")))?.at ?? 0) - (T0 + n);
  });
  delays.forEach((delay, n) => {
    const ceiling = Math.min(15 * MINUTE, 5 * SECOND * 2 ** n);
    expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
    expect(delay).toBeLessThan(ceiling);
  });
  const old = taskOf(
    complete,
    ...tries(
      Array.from({ length: 20 }, (_, n) => T0 + 2 * DAY + n),
      "failed",
    ),
  );
  const late = (stepOf(old)?.at ?? 0) - (T0 + 2 * DAY + 19);
  expect(late).toBeGreaterThanOrEqual(3 * HOUR);
  expect(late).toBeLessThan(6 * HOUR);
});

test("the schedule is a function of the state", () => {
  const events = [complete, ...tries([T0, T0 + 1], "failed")];
  expect(stepOf(taskOf(...events))).toEqual(stepOf(taskOf(...events)));
});

test("a dead link is tried five times over a day and is then lost", () => {
  const times: number[] = [];
  for (let time = T0; times.length < 10;) {
    times.push(time);
    const step = stepOf(taskOf(complete, ...tries(times, "dead")));
    if (step?.type !== "copy") break;
    time = step.at;
  }
  expect(times.map((time) => time - T0)).toEqual([0, MINUTE, 11 * MINUTE, 131 * MINUTE, 131 * MINUTE + 22 * HOUR]);
  expect(stepOf(taskOf(complete, ...tries(times, "dead")))).toMatchObject({
    type: "lose",
    at: times.at(-1),
    reason: "dead_link: gone: status 404",
  });
});

test("a dead link comes back at the pace of dead ones, however long another one lives and fails", () => {
  const failing = [fresh, ...tries([T0 + HOUR, T0 + HOUR + 1], "failed", B)];
  const back: number[] = [];
  for (let deaths = [T0 + HOUR]; ; deaths = [...deaths, back.at(-1) ?? 0]) {
    const step = stepOf(taskOf(complete, ...failing, ...tries(deaths, "dead"), ...tries([T0 + 9 * DAY], "failed", B)));
    if (step?.type !== "copy" || step.link.url === B) break;
    back.push(step.at);
  }
  const gaps = back.map((at, index) => at - (back[index - 1] ?? T0 + HOUR));
  expect(gaps).toEqual([MINUTE, 10 * MINUTE, 2 * HOUR, 22 * HOUR]);
});

test("a dead link whose copies crash is tried further and further apart", () => {
  const dead = tries([T0], "dead");
  const crashes = Array.from({ length: 12 }, (_, n) => started(T0 + (n + 1) * MINUTE, A, { attempt: n + 2 }));
  const step = stepOf(taskOf(complete, ...dead, ...crashes));
  expect((step?.at ?? 0) - (T0 + 12 * MINUTE)).toBeGreaterThan(7 * MINUTE);
});

test("of two dead links, each is tried over a day", () => {
  const both = taskOf(complete, fresh, ...tries([T0 + HOUR], "dead"), ...tries([T0 + HOUR], "dead", B));
  expect(stepOf(both)).toMatchObject({ type: "copy", at: T0 + HOUR + MINUTE, link: { url: B } });
});

test("a dead link that had failed often before has its tries over a day all the same", () => {
  const often = Array.from({ length: 9 }, (_, n) => T0 + n * MINUTE);
  const died = [...tries(often, "failed", B), ...tries([T0 + HOUR], "dead", B)];
  const both = taskOf(complete, fresh, ...died, ...tries([T0 + HOUR, T0 + 2 * HOUR], "dead"));
  expect(stepOf(both)).toMatchObject({ type: "copy", link: { url: B } });
});

test("a link that answers again is not dead any more", () => {
  const task = taskOf(complete, ...tries([T0], "dead"), ...tries([T0 + 1], "failed"));
  expect(stepOf(task)).toMatchObject({ type: "copy" });
  expect((stepOf(task)?.at ?? 0) - T0).toBeLessThan(MINUTE);
});

test("a dead link that does nothing but crash does not come back for ever beside one that does so too", () => {
  const crashes = Array.from({ length: 10 }, (_, n) => T0 + (n + 1) * 3 * HOUR);
  const other = tries(crashes, "crashed", B);
  const dead = [...tries([T0], "dead"), ...tries(crashes, "crashed")];
  const [first, last] = [
    taskOf(complete, fresh, ...other, ...dead.slice(0, -1)),
    taskOf(complete, fresh, ...other, ...dead),
  ];
  expect(stepOf(first)).toMatchObject({ type: "copy", link: { url: A } });
  expect(stepOf(last)).toMatchObject({ type: "lose", reason: like(/^poison: /) });
});

test("ten starts in a row without an outcome are poison, but not before a day has passed", () => {
  const early = taskOf(
    complete,
    ...tries(
      Array.from({ length: 10 }, (_, n) => T0 + n * HOUR),
      "crashed",
    ),
  );
  expect(stepOf(early)).toMatchObject({ type: "copy" });
  const nine = taskOf(
    complete,
    ...tries(
      Array.from({ length: 9 }, (_, n) => T0 + n * 4 * HOUR),
      "crashed",
    ),
  );
  expect(stepOf(nine)).toMatchObject({ type: "copy" });
  const ten = taskOf(complete, ...tries([...Array.from({ length: 9 }, (_, n) => T0 + n), T0 + DAY], "crashed"));
  expect(stepOf(ten)).toMatchObject({ type: "lose", at: T0 + DAY, reason: like(/^poison: 10 /) });
  const answered = taskOf(
    complete,
    ...tries(
      Array.from({ length: 20 }, (_, n) => T0 + n * 2 * HOUR),
      "failed",
    ),
  );
  expect(stepOf(answered)).toMatchObject({ type: "copy" });
});

test("a hundred and fifty misses are the end", () => {
  const times = Array.from({ length: 150 }, (_, n) => T0 + n);
  expect(stepOf(taskOf(complete, ...tries(times.slice(1), "failed")))).toMatchObject({ type: "copy" });
  expect(stepOf(taskOf(complete, ...tries(times, "failed")))).toMatchObject({
    type: "lose",
    reason: like(/^too_many_attempts: 150 /),
  });
});

test("a copy that would come after the link's life is a loss at the end of that life", () => {
  const end = T0 + 14 * DAY;
  const task = taskOf(
    complete,
    ...tries(
      Array.from({ length: 30 }, (_, n) => end - HOUR + n),
      "failed",
    ),
  );
  expect(stepOf(task)).toMatchObject({ type: "lose", at: end, reason: like(/^expired: /) });
});

test("a cover is given up after a day and three tries, audio is not", () => {
  const times = [T0, T0 + MINUTE, T0 + DAY + MINUTE];
  // Nobody tried it for a day.
  const late = [T0 + DAY + MINUTE, T0 + DAY + HOUR];
  expect(stepOf(taskOf(complete, ...tries(late, "failed", COVER, "cover")), "cover")).toMatchObject({ type: "copy" });
  expect(stepOf(taskOf(complete, ...tries(times, "failed", COVER, "cover")), "cover")).toMatchObject({
    type: "lose",
    reason: like(/^no_cover: /),
  });
  expect(stepOf(taskOf(complete, ...tries(times, "failed")))).toMatchObject({ type: "copy" });
});

test("a loss holds until a link comes that it did not know", () => {
  const gone = [complete, lost(T0 + MINUTE, [A])];
  expect(statusOf(taskOf(...gone))).toMatchObject({ state: "lost", reason: "dead_link: gone" });
  expect(stepOf(taskOf(...gone))).toBeNull();
  expect(statusOf(taskOf(...gone, fresh))).toMatchObject({ state: "queued" });
  expect(stepOf(taskOf(...gone, fresh))).toMatchObject({ type: "copy", link: { url: B } });
});

test("what was copied from a link as a cover is not audio", () => {
  const both = observed(observation("complete", [listed({ audioLink: COVER, coverLink: COVER })]));
  const pictured = taskOf(both, started(T0, COVER, { file: "cover" }), copied(T0, COVER, { file: "cover" }));
  expect(statusOf(pictured, "cover")).toMatchObject({ state: "stored" });
  expect(statusOf(pictured)).toMatchObject({ state: "queued", attempts: 0 });
});

test("a copy made before two tracks were joined counts for both names", () => {
  const before = observed(observation("first", [listed({ id: null, audioLink: A })]));
  const task = taskOf(before, copied(T0, A, { trackId: "track-1" }), complete);
  expect(trackAt(task, 0).trackId).toBe("track-a");
  expect(statusOf(task)).toMatchObject({ state: "stored" });
});

test("of two stored copies the first attempt is served", () => {
  const task = taskOf(complete, fresh, copied(T0 + 2, B, { attempt: 2 }), copied(T0 + 3, A, { attempt: 1 }));
  expect(statusOf(task).stored?.attempt).toBe(1);
});

test("kept files are named with key, length, hash, type and title", () => {
  const titled = observed(observation("complete", [listed({ audioLink: A, coverLink: COVER, title: "Night" })]));
  const task = taskOf(titled, copied(T0, A), copied(T0, COVER, { file: "cover", attempt: 2 }));
  expect(keptFilesOf(task)).toMatchObject([
    { trackId: "track-a", file: "audio", contentType: "audio/mpeg", bytes: 1_000, title: "Night" },
    { trackId: "track-a", file: "cover", contentType: "image/jpeg", title: "Night" },
  ]);
  expect(keptFilesOf(taskOf(titled))).toEqual([]);
});

test("audio that was looked into comes with its picture, a cover never does", () => {
  const titled = observed(observation("complete", [listed({ audioLink: A, coverLink: COVER })]));
  const kept = copied(T0, A, { assess: "full" });
  const assessed = (waveformKey: string | null): TaskEvent => ({
    type: "assessed",
    at: T0 + 1,
    sha256: kept.sha256,
    analyzerVersion: "2",
    outcome: "done",
    reason: null,
    facts: null,
    waveformKey,
  });
  const filesWith = (key: string | null) =>
    keptFilesOf(taskOf(titled, kept, copied(T0, COVER, { file: "cover" }), assessed(key)));
  expect(filesWith("w.json").map(({ waveform }) => waveform)).toEqual([
    { key: "w.json", analyzerVersion: "2" },
    undefined,
  ]);
  expect(filesWith(null).map(({ waveform }) => waveform)).toEqual([undefined, undefined]);
});
