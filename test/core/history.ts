/**
 * A task's life in memory: what its object does between deliveries, with the rows that its log would hold.
 *
 * Rows are kept as the log keeps them: an event as JSON, counters beside it, a repeat raises the counters alone.
 */
import * as z from "zod";
import { admit } from "../../src/core/task/admission.ts";
import { due, type Effect } from "../../src/core/next/agenda.ts";
import {
  POLL_RESULTS,
  readEvent,
  type Copied,
  type EventBody,
  type Observed,
  type Polled,
  type TaskEvent,
} from "../../src/core/task/event.ts";
import { MAX_ASSESS_STARTS, paceOf, type Pace } from "../../src/core/next/pace.ts";
import { reduce } from "../../src/core/task/reduce.ts";
import { lastNewsAt } from "../../src/core/task/stage.ts";
import { containerFacts, unheard } from "../../src/core/audio/container/facts.ts";
import { supersededKeys } from "../../src/core/task/copies.ts";
import { lossKey, newTask, noticeName, type Task } from "../../src/core/task/task.ts";
import { webhookIdOf, type Notice } from "../../src/core/next/notices.ts";
import { messageKey } from "../../src/core/task/trust.ts";
import { HOUR, TASK_ID } from "./builders.ts";

export const pace = paceOf(1, { canAsk: false, canNotify: false, retentionDays: null });
export const askingPace = paceOf(1, { canAsk: true, canNotify: false, retentionDays: 30 });
export const tellingPace = paceOf(1, { canAsk: true, canNotify: true, retentionDays: 30 });

interface Row {
  /** Of a row that is counted; null for others, and for counts that are closed. */
  name: string | null;
  readonly at: number;
  readonly type: string;
  readonly data: string;
  times: number | null;
  lastAt: number | null;
}

export interface History {
  readonly pace: Pace;
  task: Task;
  now: number;
  readonly rows: Row[];
}

export function newHistory(now: number, itsPace: Pace = pace): History {
  return { pace: itsPace, task: newTask(TASK_ID, now), now, rows: [] };
}

/** The rows as events, the way the log reads them. */
export function stored(history: History): readonly TaskEvent[] {
  return history.rows.map(({ at, type, data, times, lastAt }) => {
    const fields = z.looseObject({}).parse(JSON.parse(data));
    return readEvent(type, at, times === null ? fields : { ...fields, times, count: times, lastAt });
  });
}

export function record(history: History, body: EventBody): void {
  append(history, { ...body, at: history.now });
}

/** A message arrives: for the first time, again, or over the bound. */
export function receive(history: History, { sha256, via, verdict, observation }: Observed): void {
  const { task, now } = history;
  const known = task.observations.find(
    (other) => messageKey(other) === messageKey({ sha256, via, verdict, observation }),
  );
  const event: Observed =
    known === undefined
      ? { type: "observed", sha256, via, verdict, observation, at: now, lastAt: now, times: 1 }
      : { ...known, lastAt: now, times: known.times + 1 };
  if (admit(task, event) === "overflow")
    append(history, { type: "overflowed", at: now, lastAt: now, count: (task.overflow?.count ?? 0) + 1 });
  else append(history, event);
}

export type CopyResult = "copied" | "failed" | "dead" | "crashed";

/** Does one of the things that are due; returns whether any was. A publish fails at most once in a row. */
export function work(history: History, result: CopyResult, which = 0): boolean {
  const effects = due(history.task, history.now, history.pace);
  const effect = effects[which % effects.length];
  if (effect === undefined) return false;
  perform(history, effect, result);
  return true;
}

function perform(history: History, effect: Effect, result: CopyResult): void {
  const { task } = history;
  switch (effect.type) {
    case "publish":
      return record(
        history,
        result === "failed" && task.effectFailures.size === 0
          ? { type: "effect_failed", effect: "publish", reason: "internal" }
          : { type: "published", version: task.version, settled: task.settledAt !== null },
      );
    case "sweep":
      return record(history, {
        type: "swept",
        attempts: task.attempts,
        deleted: 0,
        keys: [...supersededKeys(task).all],
      });
    case "abandon":
      return record(history, { ...effect, type: "abandoned" });
    case "stall":
      // An hour is usual here.
      return record(
        history,
        history.now - lastNewsAt(task) < HOUR ? { type: "usual", silenceMs: HOUR } : { type: "stalled" },
      );
    case "poll":
      return append(history, polled(history, result));
    case "assess": {
      const { sha256 } = effect.stored;
      if (effect.starts >= MAX_ASSESS_STARTS || result === "copied") {
        const outcome = result === "copied" ? "done" : "failed";
        return record(history, { ...ASSESSED, sha256, outcome });
      }
      return record(history, { type: "assess_started", sha256, attempt: effect.starts + 1 });
    }
    case "notify":
      return append(history, noticed(history, effect.notice, result));
    case "forget":
      // The end of the log, which is no event of it.
      return undefined;
    case "settle_for": {
      const { reason, ...cut } = effect.cut;
      return record(history, { type: "copied", ...cut, lastResort: reason });
    }
    case "recover":
      if (effect.by !== null) record(history, { type: "recovery_asked", by: effect.by, origin: "" });
      record(history, { type: "recovery_called" });
      if (result === "crashed") return undefined;
      return record(
        history,
        result === "copied"
          ? { type: "recovery_started", recoveryId: "r" }
          : { type: "recovery_ended", reason: "refused" },
      );
    case "follow_recovery":
      return record(history, { type: "recovery_ended", reason: "not_recovered: clip_error" });
    case "lose": {
      const { file, trackId, links, reason } = effect;
      return record(history, { type: "lost", file, trackId, links: [...links], reason });
    }
    case "copy": {
      const { file, trackId, link } = effect;
      const attempt = (task.lastAttempts.get(lossKey(file, trackId)) ?? 0) + 1;
      const about = { file, trackId, link: link.hash, attempt };
      record(history, { type: "copy_started", ...about, host: new URL(link.url).host });
      if (result === "copied")
        record(history, {
          type: "copied",
          ...about,
          key: `${trackId}/${file}-${attempt}`,
          bytes: 1,
          sha256: link.hash,
          contentType: "",
          ...(file === "audio" ? { assess: "full" as const } : {}),
        });
      else if (result !== "crashed")
        record(history, { type: "copy_failed", ...about, reason: result, dead: result === "dead", ...cutOf(about) });
    }
  }
}

/** Of some failed copies of audio a part is kept. */
function cutOf({ file, trackId, attempt }: Pick<Copied, "file" | "trackId" | "attempt">): Pick<CopyFailed, "cut"> {
  if (file !== "audio" || attempt % 3 !== 0) return {};
  const key = `${trackId}/${file}-${attempt}.cut`;
  const container = containerFacts.parse(unheard({ format: "mp3", durationSeconds: 1 }));
  return { cut: { key, bytes: attempt, sha256: key, contentType: "audio/mpeg", container } };
}

type CopyFailed = Extract<EventBody, { type: "copy_failed" }>;

const ASSESSED = {
  type: "assessed",
  analyzerVersion: "1",
  reason: null,
  facts: null,
  waveformKey: null,
} as const;

function append(history: History, event: TaskEvent): void {
  history.task = reduce(history.task, event);
  const { at, type, ...data } = event;
  const { name, times, lastAt } = counters(event);
  const row = name === null ? undefined : history.rows.find((known) => known.name === name);
  if (row === undefined) history.rows.push({ name, at, type, data: JSON.stringify(data), times, lastAt });
  else Object.assign(row, { times, lastAt });
  // A retry begins the counts of polls anew, a wish to be told again those of notices.
  const closed = event.type === "retried" ? "polled" : event.type === "notify_asked" ? "notify_failed" : null;
  for (const known of history.rows) if (known.type === closed) known.name = null;
}

/** The provider was asked and had nothing new to say. */
function polled({ task, now }: History, result: CopyResult): Polled {
  const answer = POLL_RESULTS[["copied", "dead", "failed"].indexOf(result) + 1] ?? "failed";
  const known = task.polls.get(answer);
  const reason = answer === "failed" ? `unreachable: at ${now}` : null;
  return { type: "polled", result: answer, reason, at: known?.at ?? now, lastAt: now, times: (known?.times ?? 0) + 1 };
}

/** The endpoint took it, wants no more (`dead`), or failed: for a day at most. */
function noticed({ task, now, pace }: History, notice: Notice, result: CopyResult): TaskEvent {
  const { kind, key } = notice;
  const known = task.notices.get(noticeName(notice));
  const at = known?.at ?? now;
  const attempts = (known?.times ?? 0) + 1;
  const about = { kind, key, webhookId: webhookIdOf(task.taskId, notice) };
  if (result === "copied") return { type: "notified", ...about, version: task.version, attempts, at: now };
  const gone = result === "dead";
  if (gone || now - at >= pace.dayMs)
    return { type: "notify_ended", ...about, reason: result, gone, attempts, at: now };
  return { type: "notify_failed", ...about, reason: `http_500: at ${now}`, at, lastAt: now, times: attempts };
}

function counters(event: TaskEvent): Pick<Row, "name" | "times" | "lastAt"> {
  if (event.type === "observed") return { name: messageKey(event), times: event.times, lastAt: event.lastAt };
  if (event.type === "polled") return { name: `polled ${event.result}`, times: event.times, lastAt: event.lastAt };
  if (event.type === "notify_failed")
    return { name: `notice ${noticeName(event)}`, times: event.times, lastAt: event.lastAt };
  if (event.type === "overflowed") return { name: "overflow", times: event.count, lastAt: event.lastAt };
  return { name: null, times: null, lastAt: null };
}
