/**
 * When to try a file next: the schedule of copies. Pure. Times are epoch milliseconds.
 */
import { betterThan, fileStatus, misses, TRIES_IN_A_ROW, type Try } from "../task/copies.ts";
import type { FileKind } from "../task/event.ts";
import type { Task } from "../task/task.ts";
import type { Link } from "../task/links.ts";
import type { Track } from "../task/tracks.ts";
import { MAX_COPY_ATTEMPTS, MAX_UNANSWERED_STARTS, retryDelay, type Pace } from "./pace.ts";

/** When a file wants attention, and whether that is another copy or giving up. */
export type FileStep =
  | { readonly type: "copy"; readonly at: number; readonly link: Link }
  | { readonly type: "lose"; readonly at: number; readonly reason: string };

/** The next step of a file that has links and is not lost; of a stored one, where it is in doubt. */
export function nextStep(task: Task, track: Track, file: FileKind, pace: Pace): FileStep | null {
  const status = fileStatus(task, track, file);
  if (status.state === "queued") return stepFrom(task, status.tries, file, pace);
  if (status.state !== "stored" || status.doubt === null) return null;
  const step = stepFrom(task, betterThan(task, status), file, pace);
  return step?.type === "copy" ? step : null;
}

/** A link that seemed dead is tried again at its own pace, whatever the live ones do: it may be the only good one. */
function stepFrom(task: Task, tries: readonly Try[], file: FileKind, pace: Pace): FileStep | null {
  const step = stepOfBest(task, tries, file, pace);
  if (step === null || tries.every(({ progress }) => progress.dead)) return step;
  // One that nobody tried is due already, however long ago the other fell due.
  if (step.type === "copy" && tries.some(({ link, progress }) => link === step.link && progress.starts === 0))
    return step;
  const [back] = tries.flatMap((one) => comeback(one, pace) ?? []).toSorted((a, b) => a.at - b.at);
  return back !== undefined && (step.type === "lose" || back.at < step.at) ? back : step;
}

function comeback({ link, progress }: Try, pace: Pace): FileStep | null {
  const gap = progress.dead ? pace.deadLinkGapsMs[progress.deaths - 1] : undefined;
  if (gap === undefined || isPoison(progress, progress.lastAt, pace)) return null;
  return { type: "copy", at: progress.lastAt + Math.max(gap, crashDelay({ link, progress }, pace)), link };
}

/** For a day nothing came of it but crashes. */
function isPoison({ unanswered, firstUnansweredAt }: Try["progress"], lastAt: number, pace: Pace): boolean {
  return unanswered >= MAX_UNANSWERED_STARTS && lastAt - firstUnansweredAt >= pace.dayMs;
}

/** A crash says nothing about a link, but many in a row are further and further apart, dead link or not. */
function crashDelay({ link, progress: { unanswered } }: Pick<Try, "link" | "progress">, pace: Pace): number {
  return unanswered === 0 ? 0 : retryDelay(pace, unanswered, 0, `${link.hash} crash ${unanswered}`);
}

/**
 * The best link that is not dead has three tries, then the next one; after the last the best again. A link that
 * nobody tried is not kept waiting.
 */
function stepOfBest(task: Task, tries: readonly Try[], file: FileKind, pace: Pace): FileStep | null {
  const live = tries.filter(({ progress }) => !progress.dead);
  const next = live.length > 0 ? least(live, turn) : least(tries, deathsOf);
  if (next === undefined) return null;
  if (next.progress.starts === 0) return { type: "copy", at: next.link.at, link: next.link };

  const since = Math.max(task.retriedAt ?? 0, Math.min(...tries.map(({ link }) => link.at)));
  const total = tries.reduce((sum, one) => sum + misses(one), 0);
  const lastAt = Math.max(...tries.map(({ progress }) => progress.lastAt));
  if (file === "cover" && lastAt - since > pace.dayMs && total >= TRIES_IN_A_ROW)
    return { type: "lose", at: lastAt, reason: "no_cover: it could not be fetched within a day" };
  if (isPoison(next.progress, lastAt, pace))
    return {
      type: "lose",
      at: lastAt,
      reason: `poison: ${next.progress.unanswered} starts in a row without an outcome`,
    };
  if (live.length === 0) return deadStep(tries, next, lastAt, pace);
  const last = next.progress.reason === null ? "" : `; at last ${next.progress.reason}`;
  if (total >= MAX_COPY_ATTEMPTS)
    return { type: "lose", at: lastAt, reason: `too_many_attempts: ${total} failed copies${last}` };
  const at =
    lastAt + retryDelay(pace, total, lastAt - since, `${task.taskId} ${next.link.hash} ${next.progress.starts}`);
  const expiredAt = Math.max(...tries.map(({ link }) => link.at)) + pace.linkLifeMs;
  return at > expiredAt
    ? { type: "lose", at: expiredAt, reason: `expired: the provider keeps files for 14 days${last}` }
    : { type: "copy", at, link: next.link };
}

/**
 * Every known address is gone. It is tried a few times over a day all the same: CDNs come back, new links arrive.
 * Only what said so counts: what else failed, or was cut by a crash, says nothing about the link.
 */
function deadStep(tries: readonly Try[], next: Try, lastAt: number, pace: Pace): FileStep {
  const deaths = tries.reduce((sum, { progress }) => sum + progress.deaths, 0);
  const gap = pace.deadLinkGapsMs[Math.floor(deaths / tries.length) - 1];
  if (gap !== undefined) return { type: "copy", at: lastAt + Math.max(gap, crashDelay(next, pace)), link: next.link };
  return { type: "lose", at: lastAt, reason: `dead_link: ${next.progress.reason ?? "every known link is dead"}` };
}

/** The first of those with the least. */
function least(tries: readonly Try[], by: (one: Try) => number): Try | undefined {
  return tries.reduce<Try | undefined>(
    (best, one) => (best === undefined || by(one) < by(best) ? one : best),
    undefined,
  );
}

/** How often a link had its turn. */
function turn(one: Try): number {
  return Math.floor(misses(one) / TRIES_IN_A_ROW);
}

/** Each dead link has the same number of tries over the day, however often it failed before it died. */
function deathsOf({ progress }: Try): number {
  return progress.deaths + progress.unanswered;
}
