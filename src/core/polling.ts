/**
 * When to ask the provider about a task. Callbacks get lost, links die, and a signature alone proves little.
 *
 * Pure. Times are epoch milliseconds.
 */
import { fileStatus, linksOf } from "./files.ts";
import { MAX_POLLS, type Pace } from "./pace.ts";
import { lastNewsAt, stageOf } from "./stage.ts";
import { progressOf, type Task } from "./task.ts";
import { tracksOf, type Track } from "./tracks.ts";

/** The next question, or null where there is no key, no need, or no point any more. */
export function nextPoll(task: Task, pace: Pace): number | null {
  const asked = pollCount(task);
  if (!pace.canAsk || asked >= MAX_POLLS) return null;
  const reasons = [silenceAt(task, asked, pace), refreshAt(task), claimAt(task)].filter((at) => at !== null);
  if (reasons.length === 0) return null;
  return asked === 0 ? Math.min(...reasons) : Math.max(Math.min(...reasons), lastPollAt(task) + pace.shortestPollGapMs);
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
  const gap = pace.pollGapsMs[Math.min(asked, pace.pollGapsMs.length - 1)] ?? 0;
  return Math.max(lastNewsAt(task), lastPollAt(task)) + gap;
}

function isAwaited(task: Task, track: Track): boolean {
  return track.audioLinks.length === 0 && fileStatus(task, track, "audio").state === "waiting";
}

/** Every link of a file is dead, and the provider was not asked since: once for each failed attempt. */
function refreshAt(task: Task): number | null {
  const deaths = tracksOf(task).flatMap((track) => {
    if (fileStatus(task, track, "audio").state !== "queued") return [];
    const tries = linksOf(track, "audio").map(({ hash }) => progressOf(task, { file: "audio", link: hash }));
    return tries.every(({ dead }) => dead) ? [Math.max(...tries.map(({ lastAt }) => lastAt))] : [];
  });
  const asked = lastPollAt(task);
  const unasked = deaths.filter((at) => at > asked);
  return unasked.length === 0 ? null : Math.min(...unasked);
}

/** A claim that only the provider's record can confirm. */
function claimAt(task: Task): number | null {
  const asked = lastPollAt(task);
  const claims = task.observations.filter(({ verdict, lastAt }) => verdict === "hmac_unconfirmed" && lastAt > asked);
  return claims.length === 0 ? null : Math.min(...claims.map(({ lastAt }) => lastAt));
}
