/** Which file is kept, when the provider is asked for another, and when one is given up. */
import { expect, test } from "vitest";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { linkHash } from "../../../src/core/ids.ts";
import { due, nextWake, type Effect } from "../../../src/core/next/agenda.ts";
import { paceOf } from "../../../src/core/next/pace.ts";
import { nextPoll } from "../../../src/core/next/polling.ts";
import type { Copied, TaskEvent } from "../../../src/core/task/event.ts";
import { outcomeOf } from "../../../src/core/task/stage.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import {
  at,
  audioUrl,
  copied,
  DAY,
  failed,
  HOUR,
  listed,
  MINUTE,
  observation,
  observed,
  SECOND,
  started,
  T0,
  taskOf,
} from "../builders.ts";
import { askingPace, pace } from "../history.ts";
import { complete, FINAL, first, keptKey, lasting, misses, PREVIEW, statusOf, stepOf } from "./files-of-a-track.ts";

const FRESH = audioUrl("fresh");
const record = observed(observation("complete", [listed({ audioLink: FRESH, durationSeconds: 180 })]), {
  at: T0 + DAY,
  via: "poll",
  verdict: "record",
});

const effectsOf = (task: Task, now: number, withPace = askingPace): readonly Effect["type"][] =>
  due(task, now, withPace).map(({ type }) => type);

function answered(result: "unchanged" | "failed", lastAt: number): TaskEvent {
  return { type: "polled", result, reason: null, at: lastAt, lastAt, times: 1 };
}

test("the final file is fetched, though a first comes later", () => {
  for (const task of [taskOf(complete, first), taskOf(first, complete)])
    expect(stepOf(task)).toMatchObject({ type: "copy", link: { url: FINAL } });
});

test("a preview that was kept gives way to the final file, under another key, and its own is deleted after the publication", () => {
  const preview = copied(T0, PREVIEW, { key: "preview-1", ...lasting(30) });
  const early = taskOf(observed(first.observation, { at: T0 - 1 }), preview);
  expect(statusOf(early)).toMatchObject({ state: "stored", doubt: null });
  const doubtful = taskOf(observed(first.observation, { at: T0 - 1 }), preview, complete);
  expect(statusOf(doubtful)).toMatchObject({ state: "stored", doubt: "short" });
  expect(stepOf(doubtful)).toMatchObject({ type: "copy", link: { url: FINAL } });

  const events = [
    observed(first.observation, { at: T0 - 1 }),
    preview,
    complete,
    started(T0 + MINUTE, FINAL, { attempt: 2 }),
    copied(T0 + 2 * MINUTE, FINAL, { key: "final-2", attempt: 2, ...lasting(180) }),
  ];
  const swapped = taskOf(...events);
  expect(keptKey(swapped)).toBe("final-2");
  expect(statusOf(swapped)).toMatchObject({ doubt: null });
  expect(stepOf(swapped)).toBeNull();
  expect(effectsOf(swapped, T0 + HOUR)).toEqual(["publish"]);
  const published = at(T0 + HOUR, { type: "published", version: swapped.version, settled: true });
  expect(effectsOf(taskOf(...events, published), T0 + HOUR)).toEqual([]);
  expect(effectsOf(taskOf(...events, published), T0 + 2 * HOUR)).toEqual(["sweep"]);
  // An older put may land until then, and send readers to the old key once more.
  const feared = { ...published, againAt: T0 + 3 * HOUR };
  expect(effectsOf(taskOf(...events, feared), T0 + 2 * HOUR)).toEqual([]);
  expect(effectsOf(taskOf(...events, feared), T0 + 3 * HOUR)).toEqual(["publish"]);
  const swept = at(T0 + 2 * HOUR, { type: "swept", attempts: 2, deleted: 1, keys: ["preview-1"] });
  expect(effectsOf(taskOf(...events, published, swept), T0 + 3 * HOUR)).toEqual([]);
  expect(keptKey(taskOf(...events, published, swept))).toBe("final-2");
});

test("without doubt nothing is copied twice", () => {
  const whole = copied(T0, PREVIEW, lasting(179.5));
  const task = taskOf(observed(first.observation, { at: T0 - 1 }), whole, complete, record);
  expect(statusOf(task)).toMatchObject({ doubt: null });
  expect(stepOf(task)).toBeNull();
  expect(effectsOf(task, T0 + 2 * DAY)).not.toContain("copy");
});

test("a doubtful file without another link is asked about once", () => {
  const events = [complete, copied(T0 + 2 * MINUTE, FINAL, lasting(60))];
  expect(nextPoll(taskOf(...events), askingPace)).toBe(T0 + 2 * MINUTE);
  const asked = taskOf(...events, answered("unchanged", T0 + 3 * MINUTE));
  expect(nextPoll(asked, askingPace)).toBeNull();
  expect(stepOf(taskOf(...events, answered("unchanged", T0 + 3 * MINUTE), record))).toMatchObject({
    link: { url: FRESH },
  });
});

test("a doubtful file is asked about again after the better link failed", () => {
  const kept = T0 + 2 * MINUTE;
  const early = observed(first.observation, { at: T0 - 1 });
  const events = [early, copied(kept, PREVIEW, lasting(30)), complete, answered("unchanged", kept + SECOND)];
  expect(nextPoll(taskOf(...events), askingPace)).toBeNull();
  const missed = [...events, ...misses(1, kept + 2 * SECOND, FINAL, true)];
  expect(nextPoll(taskOf(...missed), askingPace)).toBe(kept + MINUTE);
  const askedAgain = [...missed.slice(0, 3), answered("unchanged", kept + MINUTE), ...missed.slice(4)];
  expect(nextPoll(taskOf(...askedAgain), askingPace)).toBeNull();
});

test("a file whose only word is unconfirmed gives way to one that is", () => {
  const forged = observed(observation("complete", [listed({ audioLink: audioUrl("forged") })]), { verdict: "hmac" });
  const task = taskOf(forged, copied(T0, audioUrl("forged")), complete);
  expect(statusOf(task)).toMatchObject({ doubt: "unconfirmed" });
  expect(stepOf(task)).toMatchObject({ type: "copy", link: { url: FINAL } });
});

test("whatever the failure is, the provider is asked after three misses in a row, or five minutes", () => {
  const twice = taskOf(complete, ...misses(2, T0 + MINUTE));
  expect(nextPoll(twice, askingPace)).toBe(T0 + 6 * MINUTE);
  const thrice = taskOf(complete, ...misses(3, T0 + MINUTE));
  expect(nextPoll(thrice, askingPace)).toBe(T0 + MINUTE + 2 * SECOND);
  expect(nextPoll(thrice, pace)).toBeNull();
});

test("then it is asked at the pace of dead links", () => {
  const since = T0 + MINUTE;
  const times: number[] = [];
  let answer: readonly TaskEvent[] = [];
  for (let round = 0; round < 6; round += 1) {
    const next = nextPoll(taskOf(complete, ...misses(3, since), ...answer), askingPace) ?? Number.NaN;
    times.push(next - since);
    answer = [answered("unchanged", next)];
  }
  const gaps = [MINUTE, 11 * MINUTE, 131 * MINUTE, 131 * MINUTE + 22 * HOUR, 131 * MINUTE + 44 * HOUR];
  expect(times).toEqual([2 * SECOND, ...gaps]);
});

test("nothing is lost before the provider was asked after the last miss and had nothing new", () => {
  const times = Array.from({ length: 150 }, (_, n) => T0 + MINUTE + n * SECOND);
  const end = times.at(-1) ?? 0;
  const events = [complete, ...misses(150, T0 + MINUTE)];
  expect(stepOf(taskOf(...events), askingPace)).toMatchObject({ type: "lose" });
  for (const task of [
    taskOf(...events),
    taskOf(...events, answered("unchanged", end - 1)),
    taskOf(...events, answered("failed", end + 1)),
  ])
    expect(effectsOf(task, end + DAY).filter((type) => type === "lose" || type === "poll")).toEqual(["poll"]);
  expect(effectsOf(taskOf(...events, answered("unchanged", end + 1)), end + DAY)).toContain("lose");
  // Who cannot ask does not wait.
  expect(effectsOf(taskOf(...events), end + DAY, pace)).toContain("lose");
});

const CUT = {
  key: "cut-1",
  bytes: 500,
  sha256: "cut",
  contentType: "audio/mpeg",
  container: unheard({ format: "mp3", durationSeconds: 90 }),
};

test("a playable byte once seen is not lost: the longest cut file is the last resort", () => {
  const [start, miss] = misses(1, T0 + MINUTE);
  if (start === undefined || miss?.type !== "copy_failed") throw new Error("no miss");
  const dead = [complete, start, { ...miss, cut: CUT }, ...misses(5, T0 + HOUR, FINAL, true)];
  const end = T0 + 2 * DAY;
  const [effect] = due(taskOf(...dead), end, pace);
  expect(effect).toMatchObject({ type: "settle_for", cut: CUT });
  expect(outcomeOf(taskOf(...dead))).toBeNull();

  const { reason } = miss;
  const kept: Copied = {
    type: "copied",
    at: end,
    file: "audio",
    trackId: "track-a",
    link: linkHash(FINAL),
    attempt: 1,
    ...CUT,
    lastResort: reason,
  };
  const settled = taskOf(...dead, kept);
  expect(settled.settledAt).toBe(end);
  expect(viewOf(settled).tracks).toMatchObject([
    { audio: { state: "stored", bytes: 500 }, assessment: { verdict: "fail" } },
  ]);
  expect(viewOf(settled).tracks[0]?.assessment?.findings[0]).toMatchObject({ code: "truncated", level: "fail" });
  // It is replaced as soon as something better comes.
  const late = taskOf(...dead, kept, { ...record, at: end + 1, lastAt: end + 1 });
  expect(stepOf(late)).toMatchObject({ type: "copy", link: { url: FRESH } });
  const whole = copied(end + 2, FRESH, { key: "whole", attempt: 9, ...lasting(180) });
  expect(keptKey(taskOf(...dead, kept, { ...record, at: end + 1, lastAt: end + 1 }, whole))).toBe("whole");
});

test("of cut files the one that plays longest is the last resort, however many bytes another has", () => {
  const [start, miss] = misses(1, T0 + MINUTE);
  if (start === undefined || miss?.type !== "copy_failed") throw new Error("no miss");
  const brief = { ...CUT, key: "cut-2", bytes: 9_000, container: unheard({ format: "wav", durationSeconds: 20 }) };
  const of = { file: "audio", trackId: "track-a", attempt: 2 } as const;
  const other = { ...miss, ...of, link: linkHash(FRESH), cut: brief };
  const task = taskOf(complete, record, start, { ...miss, cut: CUT }, other);
  expect(statusOf(task).cut).toMatchObject({ key: CUT.key });
  const kept = { ...copied(T0 + HOUR, FRESH, { ...brief, attempt: 2 }), lastResort: miss.reason };
  expect(statusOf(taskOf(complete, record, start, { ...miss, cut: CUT }, other, kept)).cut).toMatchObject({
    key: CUT.key,
  });
});

test("a key that R2 does not have is fetched again, and the task is open until then", () => {
  const kept = copied(T0 + 2 * MINUTE, FINAL, { key: "gone" });
  const gone: TaskEvent = { ...kept, type: "file_gone", at: T0 + DAY };
  const task = taskOf(complete, kept, gone);
  expect(task.settledAt).toBeNull();
  expect(statusOf(task).state).toBe("queued");
  expect((stepOf(task)?.at ?? 0) - T0 - 2 * MINUTE).toBeLessThan(10 * SECOND);
});

test("a last resort that R2 lost is no last resort any more: whatever is had next is kept", () => {
  const [start, miss] = misses(1, T0 + MINUTE);
  if (start === undefined || miss?.type !== "copy_failed") throw new Error("no miss");
  const { reason } = miss;
  const kept = copied(T0 + HOUR, FINAL, { ...CUT, attempt: 1, lastResort: reason });
  const gone: TaskEvent = { ...kept, type: "file_gone", at: T0 + DAY };
  expect(statusOf(taskOf(complete, start, { ...miss, cut: CUT }, kept)).state).toBe("stored");
  expect(statusOf(taskOf(complete, start, { ...miss, cut: CUT }, kept, gone))).toMatchObject({
    state: "queued",
    cut: null,
  });
});

test("takes with the same bytes are told, and other links are asked for once", () => {
  const takes = observed(
    observation("complete", [listed({ id: "a", audioLink: FINAL }), listed({ id: "b", audioLink: PREVIEW })]),
  );
  const same = { sha256: "same", ...lasting(180) };
  const events = [
    takes,
    copied(T0, FINAL, { trackId: "a", ...same }),
    copied(T0 + 1, PREVIEW, { trackId: "b", ...same }),
  ];
  const task = taskOf(...events);
  for (const { assessment } of viewOf(task).tracks)
    expect(assessment).toMatchObject({ verdict: "warn", findings: [{ code: "same_as_other_take" }] });
  expect(nextPoll(task, askingPace)).not.toBeNull();
  expect(nextPoll(taskOf(...events, answered("unchanged", T0 + MINUTE)), askingPace)).toBeNull();
});

test("a link whose file was no better than the one in doubt is not fetched again, until somebody asks for it", () => {
  const takes = observed(
    observation("complete", [listed({ id: "a", audioLink: FINAL }), listed({ id: "b", audioLink: PREVIEW })]),
  );
  const other = observed(observation("complete", [listed({ id: "a", audioLink: FRESH })]), { at: T0 + 1 });
  const same = { sha256: "same", ...lasting(180) };
  const events = [
    takes,
    other,
    copied(T0, FINAL, { trackId: "a", ...same }),
    copied(T0 + 1, PREVIEW, { trackId: "b", ...same }),
  ];
  expect(stepOf(taskOf(...events))).toMatchObject({ type: "copy", link: { url: FRESH } });
  const tried = copied(T0 + MINUTE, FRESH, { trackId: "a", attempt: 2, key: "fresh-2", ...same });
  const swept = at(T0 + HOUR, { type: "swept", attempts: 2, deleted: 1, keys: ["fresh-2"] });
  expect(stepOf(taskOf(...events, tried))).toBeNull();
  expect(stepOf(taskOf(...events, tried, swept))).toBeNull();
  expect(stepOf(taskOf(...events, tried, swept, at(T0 + DAY, { type: "retried" })))).toMatchObject({ type: "copy" });
});

test("a result whose bytes are the source's fails", () => {
  const audio = unheard({ format: "mp3", durationSeconds: 180 });
  const submitted: TaskEvent = {
    type: "submitted",
    at: T0 - 1,
    ref: "r",
    request: {},
    source: { verdict: "pass", findings: [], audio, sha256: "source" },
  };
  const task = taskOf(submitted, complete, copied(T0, FINAL, { sha256: "source", ...lasting(180) }));
  expect(viewOf(task).tracks[0]?.assessment).toMatchObject({ verdict: "fail", findings: [{ code: "same_as_source" }] });
});

test("a complete task that kept nothing has the outcome lost, and a refund shows", () => {
  const lost: TaskEvent = {
    type: "lost",
    at: T0 + DAY,
    file: "audio",
    trackId: "track-a",
    links: [linkHash(FINAL)],
    reason: "dead_link: gone",
  };
  const refund = observed({
    ...observation("failed"),
    failure: { code: 531, reason: "refunded", message: null, retryable: true, refunded: true },
  });
  expect(viewOf(taskOf(complete, lost))).toMatchObject({
    stage: "complete",
    outcome: "lost",
    settled: true,
    refunded: false,
  });
  expect(viewOf(taskOf(complete, refund))).toMatchObject({ stage: "complete", failure: null, refunded: true });
});

const recovering = paceOf(1, { canAsk: true, canNotify: false, recovers: true, retentionDays: null });

test("with RECOVERY auto new links are asked for once before a file is lost, and their links come first", () => {
  const dead = [complete, ...misses(5, T0 + MINUTE, FINAL, true), answered("unchanged", T0 + HOUR)];
  const end = T0 + 2 * DAY;
  expect(effectsOf(taskOf(...dead), end)).toContain("lose");
  expect(effectsOf(taskOf(...dead), end, recovering)).toContain("recover");
  const asked = [...dead, at(end, { type: "recovery_asked", by: "auto", origin: "https://b.example.com" })];
  const running = [
    ...asked,
    at(end, { type: "recovery_called" }),
    at(end + 1, { type: "recovery_started", recoveryId: "r1" }),
  ];
  expect(effectsOf(taskOf(...running), end + HOUR, recovering)).toContain("follow_recovery");
  expect(effectsOf(taskOf(...running), end + HOUR, recovering)).not.toContain("lose");
  const refused = [...running, at(end + 2, { type: "recovery_ended", reason: "not_recovered: clip_error" })];
  expect(effectsOf(taskOf(...refused), end + HOUR, recovering)).toContain("lose");
  const links = observed(
    { ...observation("complete", [listed({ audioLink: FRESH })]), kind: "recovered" },
    { at: end + 2, via: "poll", verdict: "record" },
  );
  const recovered = taskOf(...running, links, at(end + 2, { type: "recovery_ended", reason: null }), {
    ...record,
    at: end + 3,
    lastAt: end + 3,
    observation: observation("complete", [listed({ audioLink: audioUrl("newer") })]),
  });
  expect(stepOf(recovered)).toMatchObject({ type: "copy", link: { url: FRESH } });
  expect(nextWake(recovered, recovering)).not.toBeNull();
});

test("with RECOVERY auto no new links are asked for files of another product", () => {
  const said = { ...observation("complete"), product: "wav", files: [{ name: "wav", link: FINAL }] } as const;
  const dead = [1, 2, 3, 4, 5].flatMap((attempt) => {
    const [when, wav] = [T0 + MINUTE + attempt * SECOND, { file: "file", trackId: "wav", attempt } as const];
    return [started(when, FINAL, wav), failed(when, FINAL, true, wav)];
  });
  const events = [observed(said), ...dead, answered("unchanged", T0 + HOUR)];
  expect(effectsOf(taskOf(...events), T0 + 2 * DAY, recovering)).toContain("lose");
  expect(effectsOf(taskOf(...events), T0 + 2 * DAY, recovering)).not.toContain("recover");
});

test("a call for new links that broke off is not made again", () => {
  const called = taskOf(
    complete,
    at(T0, { type: "recovery_asked", by: "person", origin: "" }),
    at(T0, { type: "recovery_called" }),
  );
  expect(effectsOf(called, T0 + 2 * HOUR)).not.toContain("recover");
  expect(effectsOf(called, T0 + 2 * HOUR)).toContain("follow_recovery");
});

test("a recovery's record is read as its page advises, from 2 s on, then more seldom, and for an hour at most", () => {
  const running = [
    complete,
    at(T0, { type: "recovery_asked", by: "person", origin: "" }),
    at(T0, { type: "recovery_called" }),
    at(T0, { type: "recovery_started", recoveryId: "r1" }),
  ];
  const seconds: number[] = [];
  let [task, now] = [taskOf(...running), T0];
  for (let times = 1; now < T0 + HOUR; times += 1) {
    const from = now;
    while (!effectsOf(task, now).includes("follow_recovery")) now += SECOND;
    seconds.push((now - from) / SECOND);
    task = taskOf(...running, at(now, { type: "recovery_polled", lastAt: now, times }));
  }
  // The provider allows three questions a second; these cost none of the task's own.
  expect(seconds).toEqual([2, 5, 15, ...Array.from({ length: seconds.length - 3 }, () => 60)]);
  expect(seconds).toHaveLength(63);
  expect(task.polls.size).toBe(0);
});
