/**
 * What to do next, read off the state. Never stored, so a crash between any two lines leaves nothing to reconcile.
 *
 * Pure. Times are epoch milliseconds.
 */
import { assessGraceEndsAt, waitingForAssessment } from "./assessing.ts";
import { FILE_KINDS, type Copied, type Cut, type FileKind, type GivenUp } from "../task/event.ts";
import { fileStatus, kindsOf, linksOf, mainKindOf, supersededKeys } from "../task/copies.ts";
import { deliveredBy } from "../task/files.ts";
import { nextStep, type FileStep } from "./copying.ts";
import { retryDelay, type Pace } from "./pace.ts";
import { nextNotice, type Notice } from "./notices.ts";
import { nextClaimPoll } from "./claims.ts";
import { awaitsFreshLink, isUnknownToProvider, nextPoll } from "./polling.ts";
import { recordOf } from "../task/product.ts";
import { isHollow, isSettled, isStalled, lastNewsAt, stageOf, stageReport } from "../task/stage.ts";
import { noticeName, type Recovery, type Task } from "../task/task.ts";
import type { Link } from "../task/links.ts";
import type { Track } from "../task/tracks.ts";
import { effective } from "../task/trust.ts";

export type Effect =
  | { readonly type: "publish" }
  | { readonly type: "sweep" }
  /** `claim`: for what a signature alone claims. */
  | { readonly type: "poll"; readonly claim: boolean }
  | { readonly type: "stall" }
  | { readonly type: "assess"; readonly trackId: string; readonly stored: Copied; readonly starts: number }
  | { readonly type: "forget" }
  | { readonly type: "notify"; readonly notice: Notice }
  | { readonly type: "copy"; readonly file: FileKind; readonly trackId: string; readonly link: Link }
  | {
      readonly type: "lose";
      readonly file: FileKind;
      readonly trackId: string;
      readonly links: readonly string[];
      readonly reason: string;
    }
  | { readonly type: "settle_for"; readonly cut: Cut; readonly reason: string }
  | { readonly type: "recover"; readonly by: "auto" | null }
  | { readonly type: "follow_recovery"; readonly recoveryId: string | null }
  | { readonly type: "abandon"; readonly why?: GivenUp };

interface Item {
  readonly at: number;
  readonly effect: Effect;
}

/** What is due, the cheap first, then audio before covers. */
export function due(task: Task, now: number, pace: Pace): readonly Effect[] {
  return agenda(task, pace).flatMap(({ at, effect }) => (at <= now ? [effect] : []));
}

/** When to look at this task again, or null when there is nothing left to do. */
export function nextWake(task: Task, pace: Pace): number | null {
  const times = agenda(task, pace).map(({ at }) => at);
  return times.length === 0 ? null : Math.min(...times);
}

/** When the next piece of work falls due that is not due yet, or null. */
export function nextDue(task: Task, now: number, pace: Pace): number | null {
  const times = agenda(task, pace).flatMap(({ at }) => (at > now ? [at] : []));
  return times.length === 0 ? null : Math.min(...times);
}

/** Two effects of the same name are one and the same piece of work. */
export function effectName(effect: Effect): string {
  if (effect.type === "copy" || effect.type === "lose") return `${effect.file}:${effect.trackId}`;
  if (effect.type === "settle_for") return `${effect.cut.file}:${effect.cut.trackId}`;
  return effect.type === "notify" ? `notify ${noticeName(effect.notice)}` : effect.type;
}

let known: { readonly task: Task; readonly pace: Pace; readonly items: readonly Item[] } | null = null;

/** Made once for each state of the task: a delivery, and each turn of a run, look at it more than once. */
function agenda(task: Task, pace: Pace): readonly Item[] {
  if (known?.task === task && known.pace === pace) return known.items;
  const items = itemsOf(task, pace);
  known = { task, pace, items };
  return items;
}

function itemsOf(task: Task, pace: Pace): readonly Item[] {
  const tracks = deliveredBy(task);
  const files = FILE_KINDS.flatMap((file) =>
    tracks.flatMap((track) => (kindsOf(track).includes(file) ? (fileItem(task, track, file, pace) ?? []) : [])),
  );
  return [
    ...publishItems(task, pace),
    ...abandonItems(task, pace),
    ...stallItems(task, pace),
    ...files,
    ...pollItems(task, pace),
    ...recoveryItems(task, pace),
    ...assessItems(task, pace),
    ...sweepItems(task, files, pace),
    ...forgetItems(task, pace),
    // The last, so that nobody is told of a task that is being forgotten.
    ...notifyItems(task, pace),
  ];
}

/** Whether KV was told how the task stands. */
export function isPublished(task: Task): boolean {
  const { published } = task;
  if (!isSettled(task)) return published?.settled !== true;
  return published?.settled === true && published.version === task.version;
}

/** A settled task is published, and again when it changes; one that opened again is published once, as open. */
function publishItems(task: Task, pace: Pace): readonly Item[] {
  const { published } = task;
  if (isPublished(task))
    return (published?.againAt ?? null) === null ? [] : [{ at: published?.againAt ?? 0, effect: { type: "publish" } }];
  const gapEndsAt = published === null ? 0 : published.at + pace.publishGapMs;
  // One put for the task and what its music is like; a reader of KV comes minutes later at the earliest.
  const at = Math.max(task.updatedAt, gapEndsAt, assessGraceEndsAt(task, pace));
  return [{ at: Math.max(at, retryAt(task, "publish", pace)), effect: { type: "publish" } }];
}

/**
 * Failed and crashed attempts may have left objects in R2. Once nothing is copied any more, they are deleted; a start
 * without an outcome may still be writing, so it is given longer than a run of the alarm lasts.
 */
function sweepItems(task: Task, files: readonly Item[], pace: Pace): readonly Item[] {
  if (files.length > 0 || !isSettled(task)) return [];
  const unswept = task.sweptAttempts !== task.attempts && task.stored.size !== task.attempts;
  const superseded = supersededKeys(task);
  const told = superseded.told.length > 0;
  if (!unswept && superseded.all.length === 0) return [];
  // What readers may still be told of stays until KV names another, and no older put can land any more.
  if (told && (!isPublished(task) || typeof task.published?.againAt === "number")) return [];
  const cut = [...task.progress.values()].map(({ unanswered, lastAt, cutAt }) => (unanswered > 0 ? lastAt : cutAt));
  const readAt = told ? (task.published?.at ?? 0) + pace.supersededMs : 0;
  const quietAt = Math.max(readAt, ...cut.map((at) => (at === 0 ? 0 : at + pace.retryCapMs)));
  return [{ at: Math.max(quietAt, retryAt(task, "sweep", pace)), effect: { type: "sweep" } }];
}

/** One file at a time: each takes a second of CPU. Starts without a result are further and further apart. */
function assessItems(task: Task, pace: Pace): readonly Item[] {
  return waitingForAssessment(task)
    .slice(0, 1)
    .map(({ trackId, stored, starts, lastAt }) => {
      const delay = starts === 0 ? 0 : retryDelay(pace, starts, 0, `${task.taskId} assess ${starts}`);
      return { at: lastAt + delay, effect: { type: "assess", trackId, stored, starts } };
    });
}

/** 0 unless the effect failed last time. */
function retryAt(task: Task, effect: "publish" | "sweep" | "stall", pace: Pace): number {
  const failures = task.effectFailures.get(effect);
  if (failures === undefined) return 0;
  return failures.lastAt + retryDelay(pace, failures.count, 0, `${task.taskId} ${effect} ${failures.count}`);
}

/**
 * Without news for as long as the provider keeps anything, a task is given up; sooner where the provider does not know
 * it, or said that it is done and sent no link. A late callback opens it again.
 */
function abandonItems(task: Task, pace: Pace): readonly Item[] {
  const stage = stageOf(task);
  if (stage === "complete" || stage === "failed" || recordOf(task) === null) return [];
  const silentAt = lastNewsAt(task) + pace.linkLifeMs;
  // A callback says that there is such a task, whatever the provider's record says.
  const strange = isUnknownToProvider(task) && effective(task.observations).length === 0;
  const soonAt = Math.max(task.createdAt, task.retriedAt ?? 0) + pace.unknownLifeMs;
  if (strange) return [{ at: Math.min(silentAt, soonAt), effect: { type: "abandon", why: "unknown" } }];
  if (isHollow(task)) return [{ at: lastNewsAt(task) + pace.dayMs, effect: { type: "abandon", why: "no_link" } }];
  return [{ at: silentAt, effect: { type: "abandon" } }];
}

/** Told once in a silence: after ten minutes, or what the history calls usual if that is longer. */
function stallItems(task: Task, pace: Pace): readonly Item[] {
  const stage = stageOf(task);
  if (stage === "complete" || stage === "failed" || isStalled(task) || recordOf(task) === null) return [];
  const silence = Math.max(pace.shortestStallMs, task.usualSilenceMs ?? 0);
  return [{ at: Math.max(lastNewsAt(task) + silence, retryAt(task, "stall", pace)), effect: { type: "stall" } }];
}

function pollItems(task: Task, pace: Pace): readonly Item[] {
  const need = nextPoll(task, pace);
  const claim = nextClaimPoll(task, pace);
  // One question answers both.
  if (need !== null && (claim === null || need <= claim)) return [{ at: need, effect: { type: "poll", claim: false } }];
  return claim === null ? [] : [{ at: claim, effect: { type: "poll", claim: true } }];
}

/** A wish for new links is carried out once; then the provider's record of it is read until it ends. */
function recoveryItems({ recovery }: Task, pace: Pace): readonly Item[] {
  if (recovery === null || !isUnderWay(recovery)) return [];
  if (recovery.state === "asked") return [{ at: recovery.at, effect: { type: "recover", by: null } }];
  const gap = pace.recoveryGapsMs[Math.min(recovery.asked, pace.recoveryGapsMs.length - 1)] ?? 0;
  const { recoveryId } = recovery;
  // A call without an outcome is never made again: this ends it.
  const at = recoveryId === null ? recovery.lastAt + pace.recoveryLifeMs : recovery.lastAt + gap;
  return [{ at, effect: { type: "follow_recovery", recoveryId } }];
}

function isUnderWay({ state }: Recovery): boolean {
  return state === "asked" || state === "called" || state === "running";
}

/** Whether the provider is being asked for new links. */
export function isRecovering({ recovery }: Task): boolean {
  return recovery !== null && isUnderWay(recovery);
}

function forgetItems(task: Task, pace: Pace): readonly Item[] {
  if (pace.retentionMs === null || task.settledAt === null) return [];
  return [{ at: task.settledAt + pace.retentionMs, effect: { type: "forget" } }];
}

function notifyItems(task: Task, pace: Pace): readonly Item[] {
  const next = nextNotice(task, pace);
  return next === null ? [] : [{ at: next.at, effect: { type: "notify", notice: next.notice } }];
}

function fileItem(task: Task, track: Track, file: FileKind, pace: Pace): Item | null {
  const { trackId } = track;
  const step =
    file !== "cover" && track.audioLinks.length === 0
      ? linklessStep(task, track, pace)
      : nextStep(task, track, file, pace);
  const { state, stored, cut } = fileStatus(task, track, file);
  if (state === "stored" && cut !== null)
    return { at: stored?.at ?? 0, effect: { type: "settle_for", cut, reason: cut.reason } };
  if (step === null) return null;
  if (step.type === "copy") return { at: step.at, effect: { type: "copy", file, trackId, link: step.link } };
  if (file !== "cover") {
    // Nobody asks for a link of what is lost.
    if (awaitsFreshLink(task, track, pace) || isRecovering(task)) return null;
    if (pace.recovers && task.recovery === null && file === "audio")
      return { at: step.at, effect: { type: "recover", by: "auto" } };
    if (cut !== null) return { at: step.at, effect: { type: "settle_for", cut, reason: cut.reason } };
  }
  const links = linksOf(track, file).map((link) => link.hash);
  return { at: step.at, effect: { type: "lose", file, trackId, links, reason: step.reason } };
}

/** A track or file of a complete task that never got a link: a second `complete` has been seen to bring it, so it gets a day. */
function linklessStep(task: Task, track: Track, pace: Pace): FileStep | null {
  const complete = stageOf(task) === "complete" ? stageReport(task, "complete") : null;
  if (complete === null || fileStatus(task, track, mainKindOf(track)).state !== "waiting") return null;
  const sent = track.refusedLink?.replace(/^refused_link: /, "") ?? "the provider never sent a link for this";
  return {
    type: "lose",
    at: Math.max(complete.at, task.retriedAt ?? 0) + pace.dayMs,
    reason: `no_link: ${sent}`,
  };
}
