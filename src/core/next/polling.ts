/**
 * When to ask the provider about a task. Callbacks get lost, links die, and a signature alone proves little.
 *
 * Pure. Times are epoch milliseconds.
 */
import { nextStep } from "./copying.ts";
import { fileStatus, mainKindOf, type Try } from "../task/copies.ts";
import { deliveredBy } from "../task/files.ts";
import { lastQuestionAt } from "./claims.ts";
import { MAX_POLLS, type Pace } from "./pace.ts";
import { lacksParent, recordOf } from "../task/product.ts";
import { lastNewsAt, stageOf, stageReport } from "../task/stage.ts";
import type { Task } from "../task/task.ts";
import type { Track } from "../task/tracks.ts";

/** The next question, or null where there is no key, no need, or no point any more. */
export function nextPoll(task: Task, pace: Pace): number | null {
  const asked = pollCount(task);
  if (!pace.canAsk || recordOf(task) === null) return null;
  const spent = asked >= MAX_POLLS;
  const tracks = deliveredBy(task);
  const lastWords = tracks.map((track) => lastWordAt(task, track, asked, pace));
  const doubts = tracks.flatMap((track) => [troubleAt(task, track, asked, pace), doubtAt(task, track, pace)]);
  const others = [silenceAt(task, asked, pace), parentAt(task, asked)];
  const reasons = (spent ? lastWords : [...others, ...doubts, ...lastWords]).filter((at) => at !== null);
  if (reasons.length === 0) return null;
  const askedAt = lastQuestionAt(task);
  return askedAt === 0 ? Math.min(...reasons) : Math.max(Math.min(...reasons), askedAt + pace.shortestPollGapMs);
}

/** Whether the provider may still name another link for audio that is about to be given up. */
export function awaitsFreshLink(task: Task, track: Track, pace: Pace): boolean {
  return pace.canAsk && pollCount(task) < MAX_POLLS + LAST_WORDS && unansweredMiss(task, track) !== null;
}

/** Questions that are left for files about to be given up when all others are spent. */
const LAST_WORDS = 16;

/** The last answer was that there is no such task. */
export function isUnknownToProvider(task: Task): boolean {
  const asked = [...task.polls.values(), ...task.claimPolls.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  return asked[0]?.result === "unknown";
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
  const awaited = stage === "complete" ? deliveredBy(task).some((track) => isAwaited(task, track)) : stage !== "failed";
  if (!awaited) return null;
  if (asked === 0 && task.retriedAt !== null) return task.retriedAt;
  if (asked === 0 && task.adopted !== null) return task.createdAt;
  return Math.max(lastNewsAt(task), lastPollAt(task)) + pollGap(asked, pace);
}

/** No callback says what a product was made of: the record is asked once where nobody else said it. */
function parentAt(task: Task, asked: number): number | null {
  return asked === 0 && lacksParent(task) ? (stageReport(task, "complete")?.at ?? null) : null;
}

/** Between the question of this number and the one before. */
function pollGap(asked: number, pace: Pace): number {
  return pace.pollGapsMs[Math.min(asked, pace.pollGapsMs.length - 1)] ?? 0;
}

function isAwaited(task: Task, track: Track): boolean {
  return track.audioLinks.length === 0 && fileStatus(task, track, mainKindOf(track)).state === "waiting";
}

const TROUBLE_MISSES = 3;

/**
 * Audio that cannot be fetched, whatever the reason: the provider may have fresh links. Asked at once when every link is
 * dead, after three misses or five minutes of them otherwise, then at the pace of dead links.
 */
function troubleAt(task: Task, track: Track, asked: number, pace: Pace): number | null {
  const { state, tries } = fileStatus(task, track, mainKindOf(track));
  const failed = tries.filter(({ progress }) => progress.failures > 0).map(({ progress }) => progress);
  if (state !== "queued" || failed.length === 0) return null;
  const missedAt = unansweredMiss(task, track);
  const askedAt = lastPollAt(task);
  if (tries.every(({ progress }) => progress.dead)) {
    if (missedAt === null) return null;
    return askedAt < missedAt ? missedAt : askedAt + pollGap(asked, pace);
  }
  const since = Math.min(...failed.map(({ firstFailedAt }) => firstFailedAt));
  const misses = failed.reduce((sum, { failures }) => sum + failures, 0);
  const longAt = since + pace.troubleMs;
  const begin = misses >= TROUBLE_MISSES ? Math.min(longAt, lastMissAt(tries)) : longAt;
  return askedAt < since ? begin : Math.max(begin, nextAfter(askedAt, since, pace));
}

/** The first moment of the dead links' pace, counted from `since`, that is later than `at`. */
function nextAfter(at: number, since: number, pace: Pace): number {
  let moment = since;
  for (let index = 0; moment <= at; index += 1)
    moment += pace.deadLinkGapsMs[Math.min(index, pace.deadLinkGapsMs.length - 1)] ?? Number.POSITIVE_INFINITY;
  return moment;
}

/** Nothing is given up before the provider was asked after the last miss. */
function lastWordAt(task: Task, track: Track, asked: number, pace: Pace): number | null {
  if (!awaitsFreshLink(task, track, pace)) return null;
  const step = nextStep(task, track, mainKindOf(track), pace);
  const { state } = fileStatus(task, track, mainKindOf(track));
  if (state !== "queued" || step?.type !== "lose") return null;
  const askedAt = lastPollAt(task);
  return askedAt < step.at ? step.at : askedAt + pollGap(asked, pace);
}

/** When the audio last could not be fetched, if the provider has not answered since. */
function unansweredMiss(task: Task, track: Track): number | null {
  const { state, tries } = fileStatus(task, track, mainKindOf(track));
  if (state !== "queued") return null;
  const at = lastMissAt(tries);
  return at > lastAnswerAt(task) ? at : null;
}

function lastMissAt(tries: readonly Try[]): number {
  return Math.max(0, ...tries.map(({ progress }) => progress.failedAt));
}

/** A doubtful file is asked about once, and again, at the pace of dead links, after a better link failed. */
function doubtAt(task: Task, track: Track, pace: Pace): number | null {
  const { doubt, firstKeptAt, tries } = fileStatus(task, track, mainKindOf(track));
  if (doubt === null || firstKeptAt === null) return null;
  const answeredAt = lastAnswerAt(task);
  if (answeredAt <= firstKeptAt) return firstKeptAt;
  const missedAt = lastMissAt(tries.filter(({ copied }) => copied === null));
  return missedAt > answeredAt ? Math.max(missedAt, nextAfter(lastPollAt(task), firstKeptAt, pace)) : null;
}

function lastAnswerAt(task: Task): number {
  return Math.max(
    0,
    ...[...task.polls, ...task.claimPolls].flatMap(([result, { lastAt }]) => (result === "failed" ? [] : [lastAt])),
  );
}
