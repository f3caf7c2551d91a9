/**
 * How often things are tried: the numbers, and nothing else. Pure; milliseconds.
 *
 * Jitter is a hash of what is tried, so that the schedule is a function of the state and a rerun plans the same.
 */
import { sha256Hex } from "../ids.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every pace, divided by `TIME_SCALE` in demos and tests. */
export interface Pace {
  readonly firstRetryMs: number;
  readonly retryCapMs: number;
  /** After the first day. */
  readonly lateRetryCapMs: number;
  readonly dayMs: number;
  /** Between the tries of a file whose links are all dead; together they span a day. */
  readonly deadLinkGapsMs: readonly number[];
  /** The provider is asked for fresh links of audio that has failed for so long. */
  readonly troubleMs: number;
  /** Between the readings of a recovery's record; the last one repeats. */
  readonly recoveryGapsMs: readonly number[];
  /** A recovery that does not end within this time is given up. */
  readonly recoveryLifeMs: number;
  /** Whether the provider is asked to make new links before a file is given up, which may cost credits. */
  readonly recovers: boolean;
  /** A key that another took the place of is deleted so long after its publication: far readers may still have it. */
  readonly supersededMs: number;
  /** The provider keeps files this long. A task without news for as long is given up. */
  readonly linkLifeMs: number;
  /** Between two writes to one KV key. */
  readonly publishGapMs: number;
  /** A settled task is published with its assessments, if they come within this time. */
  readonly assessGraceMs: number;
  /** Whether the provider can be asked: only with its key. */
  readonly canAsk: boolean;
  /** Of silence before the first question, and between it and the next ones. */
  readonly pollGapsMs: readonly number[];
  /** Between two questions, whatever the reason. */
  readonly shortestPollGapMs: number;
  /** A task that the provider does not know is given up this long after first sight. */
  readonly unknownLifeMs: number;
  /** The least silence that is worth a warning. */
  readonly shortestStallMs: number;
  /** Whether anybody is to be told: only with an endpoint and a secret. */
  readonly canNotify: boolean;
  /** Between the tries of a notification; the last one repeats until a day is over. */
  readonly notifyGapsMs: readonly number[];
  /** How long a settled task is kept; null: for ever. */
  readonly retentionMs: number | null;
}

export const MAX_COPY_ATTEMPTS = 150;
export const MAX_UNANSWERED_STARTS = 10;
export const MAX_POLLS = 60;
/** An analysis that ends without a result so often is given up. */
export const MAX_ASSESS_STARTS = 3;

/** What of the configuration changes what is due. */
export interface PaceOptions {
  readonly canAsk: boolean;
  readonly canNotify: boolean;
  readonly recovers?: boolean;
  readonly retentionDays: number | null;
}

export function paceOf(timeScale: number, { canAsk, canNotify, recovers = false, retentionDays }: PaceOptions): Pace {
  const scaled = (ms: number): number => ms / timeScale;
  return {
    firstRetryMs: scaled(5 * SECOND),
    retryCapMs: scaled(15 * MINUTE),
    lateRetryCapMs: scaled(6 * HOUR),
    dayMs: scaled(DAY),
    deadLinkGapsMs: [MINUTE, 10 * MINUTE, 2 * HOUR, 22 * HOUR].map(scaled),
    troubleMs: scaled(5 * MINUTE),
    recoveryGapsMs: [2 * SECOND, 5 * SECOND, 15 * SECOND, MINUTE].map(scaled),
    // At the fastest scales too it is asked about at least once.
    recoveryLifeMs: Math.max(scaled(HOUR), 10 * SECOND),
    recovers: canAsk && recovers,
    supersededMs: scaled(2 * MINUTE),
    linkLifeMs: scaled(14 * DAY),
    publishGapMs: 2 * SECOND,
    assessGraceMs: 20 * SECOND,
    canAsk,
    pollGapsMs: [30 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR].map(scaled),
    shortestPollGapMs: Math.max(scaled(5 * SECOND), SECOND / 2),
    unknownLifeMs: scaled(HOUR),
    shortestStallMs: scaled(10 * MINUTE),
    canNotify,
    notifyGapsMs: [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 4 * HOUR].map(scaled),
    retentionMs: retentionDays === null ? null : scaled(retentionDays * DAY),
  };
}

/**
 * Exponential from `firstRetryMs`. Jitter is over the upper half only: full jitter would halve the mean and spend
 * the attempts before the links of a provider with a bad day come back.
 */
export function retryDelay(pace: Pace, misses: number, ageMs: number, seed: string): number {
  const cap = ageMs < pace.dayMs ? pace.retryCapMs : pace.lateRetryCapMs;
  const delay = Math.min(cap, pace.firstRetryMs * 2 ** Math.min(misses - 1, 20));
  return delay * (0.5 + fraction(seed) / 2);
}

/** After so many failures. Jitter is over the upper half: an endpoint that comes back is not met by all at once. */
export function notifyDelay(pace: Pace, failures: number, seed: string): number {
  const gap = pace.notifyGapsMs[Math.min(failures, pace.notifyGapsMs.length) - 1] ?? 0;
  return gap * (0.5 + fraction(seed) / 2);
}

/** From 0 to below 1, the same for the same seed. */
function fraction(seed: string): number {
  return Number.parseInt(sha256Hex(seed).slice(0, 8), 16) / 2 ** 32;
}
