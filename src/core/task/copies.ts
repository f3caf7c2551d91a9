/**
 * What became of each file of a track, and when to try it next: selectors over links, copies and losses.
 *
 * Pure. Times are epoch milliseconds.
 */
import type { Copied, FileKind } from "./event.ts";
import { MAX_COPY_ATTEMPTS, MAX_UNANSWERED_STARTS, retryDelay, type Pace } from "../next/pace.ts";
import { copyKey, lossKey, progressOf, type LinkProgress, type Task } from "./task.ts";
import type { Link, Track } from "./tracks.ts";

export type FileState = "waiting" | "queued" | "stored" | "lost";

export interface FileStatus {
  readonly state: FileState;
  readonly stored: Copied | null;
  readonly attempts: number;
  /** Why it is not stored: of the last failure, or of the loss. */
  readonly reason: string | null;
}

/** When a file wants attention, and whether that is another copy or giving up. */
export type FileStep =
  | { readonly type: "copy"; readonly at: number; readonly link: Link }
  | { readonly type: "lose"; readonly at: number; readonly reason: string };

interface Try {
  readonly link: Link;
  readonly progress: LinkProgress;
}

export function linksOf(track: Track, file: FileKind): readonly Link[] {
  return file === "audio" ? track.audioLinks : track.coverLinks;
}

export function fileStatus(task: Task, track: Track, file: FileKind): FileStatus {
  const tries = triesOf(task, track, file);
  const attempts = tries.reduce((sum, { progress }) => sum + progress.starts, 0);
  const stored = storedFile(task, track, file);
  if (stored !== null) return { state: "stored", stored, attempts, reason: null };
  const loss = lossOf(task, track, file);
  if (loss !== null) return { state: "lost", stored: null, attempts, reason: loss };
  const [latest] = tries
    .filter(({ progress }) => progress.reason !== null)
    .toSorted((a, b) => b.progress.lastAt - a.progress.lastAt);
  return {
    state: tries.length === 0 ? "waiting" : "queued",
    stored: null,
    attempts,
    reason: latest?.progress.reason ?? null,
  };
}

/**
 * The next step of a file that has links and is neither stored nor lost.
 *
 * A new link is tried at once. Else the live link with the fewest misses is next, the newest of equals; dead ones
 * only when none is live.
 */
export function nextStep(task: Task, track: Track, file: FileKind, pace: Pace): FileStep | null {
  if (fileStatus(task, track, file).state !== "queued") return null;
  const tries = triesOf(task, track, file);
  const live = tries.filter(({ progress }) => !progress.dead);
  const [next] = (live.length > 0 ? live : tries).toSorted((a, b) => misses(a) - misses(b) || b.link.at - a.link.at);
  if (next === undefined) return null;
  if (next.progress.starts === 0) return { type: "copy", at: next.link.at, link: next.link };

  const since = Math.max(task.retriedAt ?? 0, Math.min(...tries.map(({ link }) => link.at)));
  const total = tries.reduce((sum, one) => sum + misses(one), 0);
  const lastAt = Math.max(...tries.map(({ progress }) => progress.lastAt));
  if (file === "cover" && lastAt - since > pace.dayMs)
    return { type: "lose", at: lastAt, reason: "no_cover: not to be had within a day" };
  const poisoned =
    next.progress.unanswered >= MAX_UNANSWERED_STARTS && lastAt - next.progress.firstUnansweredAt >= pace.dayMs;
  if (poisoned)
    return {
      type: "lose",
      at: lastAt,
      reason: `poison: ${next.progress.unanswered} starts in a row without an outcome`,
    };
  if (live.length === 0) return deadStep(tries, next, lastAt, pace);
  if (total >= MAX_COPY_ATTEMPTS)
    return { type: "lose", at: lastAt, reason: `too_many_attempts: ${total} failed copies` };
  const at =
    lastAt + retryDelay(pace, total, lastAt - since, `${task.taskId} ${next.link.hash} ${next.progress.starts}`);
  const expiredAt = Math.max(...tries.map(({ link }) => link.at)) + pace.linkLifeMs;
  return at > expiredAt
    ? { type: "lose", at: expiredAt, reason: "expired: the provider keeps files for 14 days" }
    : { type: "copy", at, link: next.link };
}

/**
 * Every known address is gone. It is tried a few times over a day all the same: CDNs come back, new links arrive.
 * Only what said so counts: what else failed, or was cut by a crash, says nothing about the link.
 */
function deadStep(tries: readonly Try[], next: Try, lastAt: number, pace: Pace): FileStep {
  const deaths = tries.reduce((sum, { progress }) => sum + progress.deaths, 0);
  const gap = pace.deadLinkGapsMs[Math.floor(deaths / tries.length) - 1];
  if (gap !== undefined) return { type: "copy", at: lastAt + gap, link: next.link };
  return { type: "lose", at: lastAt, reason: `dead_link: ${next.progress.reason ?? "every known link is dead"}` };
}

/** A start without an outcome is a miss too: it crashed, or it is under way. */
function misses({ progress }: Try): number {
  return progress.failures + progress.unanswered;
}

function triesOf(task: Task, track: Track, file: FileKind): readonly Try[] {
  return linksOf(track, file).map((link) => ({ link, progress: progressOf(task, { file, link: link.hash }) }));
}

/** The first one kept, should two links ever both be stored. */
function storedFile(task: Task, track: Track, file: FileKind): Copied | null {
  const kept = linksOf(track, file).flatMap(({ hash }) => task.stored.get(copyKey({ file, link: hash })) ?? []);
  return kept.toSorted((a, b) => a.attempt - b.attempt)[0] ?? null;
}

/** A loss holds until a link is known that it did not cover. */
function lossOf(task: Task, track: Track, file: FileKind): string | null {
  const loss = task.losses.get(lossKey(file, track.trackId));
  if (loss === undefined) return null;
  return linksOf(track, file).every((link) => loss.links.includes(link.hash)) ? loss.reason : null;
}
