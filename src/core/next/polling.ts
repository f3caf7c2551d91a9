/**
 * When to ask the provider about a task. Callbacks get lost, links die, and a signature alone proves little.
 *
 * Pure. Times are epoch milliseconds.
 */
import { fileStatus, linksOf } from "../task/copies.ts";
import { MAX_POLLS, type Pace } from "./pace.ts";
import { isMusic } from "../task/product.ts";
import { lastNewsAt, stageOf } from "../task/stage.ts";
import { progressOf, type Task } from "../task/task.ts";
import { tracksOf, type Track } from "../task/tracks.ts";

/** The next question, or null where there is no key, no need, or no point any more. */
export function nextPoll(task: Task, pace: Pace): number | null {
  const asked = pollCount(task);
  // The record of another product lies elsewhere.
  if (!pace.canAsk || asked >= MAX_POLLS || !isMusic(task)) return null;
  const reasons = [silenceAt(task, asked, pace), refreshAt(task, asked, pace), claimAt(task)].filter(
    (at) => at !== null,
  );
  if (reasons.length === 0) return null;
  return asked === 0 ? Math.min(...reasons) : Math.max(Math.min(...reasons), lastPollAt(task) + pace.shortestPollGapMs);
}

/** Whether the provider may still name another link for audio whose links are all dead. */
export function awaitsFreshLink(task: Task, track: Track, pace: Pace): boolean {
  return pace.canAsk && pollCount(task) < MAX_POLLS && unansweredDeath(task, track) !== null;
}

/** The last answer was that there is no such task. */
export function isUnknownToProvider(task: Task): boolean {
  const unknown = task.polls.get("unknown");
  return unknown !== undefined && unknown.lastAt === lastPollAt(task);
}

function pollCount(task: Task): number {
  return [...task.polls.values()].reduce((sum, { times }) => sum + times, 0);
}

/** 0 where nobody asked since the last retry. */
function lastPollAt(task: Task): number {
  return Math.max(0, ...[...task.polls.values()].map(({ lastAt }) => lastAt));
}

/** Silence, while a stage or a link is still to come. Somebody who adopts or retries wants to know at once. */
function silenceAt(task: Task, asked: number, pace: Pace): number | null {
  const stage = stageOf(task);
  const awaited = stage === "complete" ? tracksOf(task).some((track) => isAwaited(task, track)) : stage !== "failed";
  if (!awaited) return null;
  if (asked === 0 && task.retriedAt !== null) return task.retriedAt;
  if (asked === 0 && task.adopted) return task.createdAt;
  return Math.max(lastNewsAt(task), lastPollAt(task)) + pollGap(asked, pace);
}

/** Between the question of this number and the one before. */
function pollGap(asked: number, pace: Pace): number {
  return pace.pollGapsMs[Math.min(asked, pace.pollGapsMs.length - 1)] ?? 0;
}

function isAwaited(task: Task, track: Track): boolean {
  return track.audioLinks.length === 0 && fileStatus(task, track, "audio").state === "waiting";
}

/** Once for each death, at once; a question without an answer is asked again at the usual gaps. */
function refreshAt(task: Task, asked: number, pace: Pace): number | null {
  const deaths = tracksOf(task).flatMap((track) => unansweredDeath(task, track) ?? []);
  if (deaths.length === 0) return null;
  const at = Math.min(...deaths);
  const askedAt = lastPollAt(task);
  return askedAt < at ? at : askedAt + pollGap(asked, pace);
}

/** When the last link of the audio died, if the provider has not answered since. */
function unansweredDeath(task: Task, track: Track): number | null {
  if (fileStatus(task, track, "audio").state !== "queued") return null;
  const tries = linksOf(track, "audio").map(({ hash }) => progressOf(task, { file: "audio", link: hash }));
  const at = Math.max(...tries.map(({ diedAt }) => diedAt));
  const answers = [...task.polls].flatMap(([result, { lastAt }]) => (result === "failed" ? [] : [lastAt]));
  return tries.every(({ dead }) => dead) && at > Math.max(0, ...answers) ? at : null;
}

/** A claim that only the provider's record can confirm. */
function claimAt(task: Task): number | null {
  const asked = lastPollAt(task);
  const claims = task.observations.filter(({ verdict, lastAt }) => verdict === "hmac_unconfirmed" && lastAt > asked);
  return claims.length === 0 ? null : Math.min(...claims.map(({ lastAt }) => lastAt));
}
