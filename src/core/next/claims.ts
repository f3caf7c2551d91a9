/**
 * When to ask the provider because of what a signature alone claims. The signature covers no body, so whoever captured
 * one can claim without end: such questions have a budget of their own, and cost none of the others. Pure.
 */
import type { Pace } from "./pace.ts";
import { isMusic } from "../task/product.ts";
import type { Polled } from "../task/event.ts";
import type { Task } from "../task/task.ts";

export const MAX_CLAIM_POLLS = 60;
/** A task has three callbacks, and each can come again. */
const PROMPT = 10;

/** Epoch milliseconds; null where nothing is claimed that was not asked about, or the budget is spent. */
export function nextClaimPoll(task: Task, pace: Pace): number | null {
  const asked = [...task.claimPolls.values()];
  const times = asked.reduce((sum, poll) => sum + poll.times, 0);
  if (!pace.canAsk || times >= MAX_CLAIM_POLLS || !isMusic(task)) return null;
  const askedAt = lastQuestionAt(task);
  const claims = task.observations.filter((claim) => claim.verdict === "hmac_unconfirmed" && claim.lastAt > askedAt);
  if (claims.length === 0) return null;
  const at = Math.min(...claims.map((claim) => claim.lastAt));
  if (askedAt === 0) return at;
  const later = pace.pollGapsMs[Math.min(times - PROMPT, pace.pollGapsMs.length - 1)] ?? 0;
  return Math.max(at, askedAt + pace.shortestPollGapMs, times < PROMPT ? 0 : lastOf(asked) + later);
}

/** Of any kind; 0 where there was none. */
export function lastQuestionAt({ polls, claimPolls }: Task): number {
  return lastOf([...polls.values(), ...claimPolls.values()]);
}

function lastOf(polls: readonly Polled[]): number {
  return Math.max(0, ...polls.map(({ lastAt }) => lastAt));
}
