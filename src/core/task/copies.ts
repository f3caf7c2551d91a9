/**
 * What became of each file of a track: selectors over links, copies and losses.
 *
 * Of several copies of a file one is kept. One without doubt stays, that of the best link; a doubtful one gives way. Pure.
 */
import { assessmentOf, type Assessment } from "./assessment.ts";
import type { Copied, Cut, FileKind } from "./event.ts";
import { lossKey, UNTRIED, type LinkProgress, type Task } from "./task.ts";
import { deliveredBy } from "./files.ts";
import { byLength, excessOf, isOff } from "./length.ts";
import { linkStage, STAGE_RANK, type Link } from "./links.ts";
import { tracksOf, type Track } from "./tracks.ts";

export type FileState = "waiting" | "queued" | "stored" | "lost";

/**
 * Why a kept file gives way to a better one: another take has the same bytes, a link of a later stage is known that
 * failed so far or may lead to more, its assessment failed, it is much shorter than claimed, no confirmed message named
 * its link, or it is cut. The worse, the later.
 */
export const DOUBTS = ["same_take", "outranked", "failed", "short", "unconfirmed", "last_resort"] as const;
export type Doubt = (typeof DOUBTS)[number];

export interface Try {
  readonly link: Link;
  readonly progress: LinkProgress;
  readonly copied: Copied | null;
}

export interface FileStatus {
  readonly state: FileState;
  readonly stored: Copied | null;
  readonly attempts: number;
  /** Why it is not stored: of the last failure, of the loss, or of a link that is none. */
  readonly reason: string | null;
  /** Of a stored file. */
  readonly doubt: Doubt | null;
  /** Whether a better link is being tried, so that another file may take its place at any moment. */
  readonly isProvisional: boolean;
  /** The links, the best first, and how far the copies from each have come. */
  readonly tries: readonly Try[];
  /** The most that was had of a file that ended too early; null too where more is kept. */
  readonly cut: Cut | null;
  /** When the first copy of it was kept; null without one. */
  readonly firstKeptAt: number | null;
}

/** Whether it is still to be copied: what `fileStatus` finds too, at a tenth of the cost. */
export function isQueued({ stored, losses }: Task, track: Track): boolean {
  const { audioLinks, trackId } = track;
  const isTried = audioLinks.length > 0 && !losses.has(lossKey(mainKindOf(track), trackId));
  return isTried && audioLinks.every(({ key }) => !stored.has(key));
}

/** What there is of a track. */
export function kindsOf({ isFile }: Track): readonly FileKind[] {
  return isFile === true ? ["file"] : ["audio", "cover"];
}

/** What a track is waited for. */
export function mainKindOf({ isFile }: Track): "audio" | "file" {
  return isFile === true ? "file" : "audio";
}

export function linksOf(track: Track, file: FileKind): readonly Link[] {
  return file === "cover" ? track.coverLinks : track.audioLinks;
}

let known: { readonly task: Task; readonly statuses: Map<string, FileStatus> } | null = null;

/** Looked up once for each state of the task: a file can have hundreds of links. */
export function fileStatus(task: Task, track: Track, file: FileKind): FileStatus {
  const statuses = known?.task === task ? known.statuses : new Map<string, FileStatus>();
  const name = lossKey(file, track.trackId);
  const found = statuses.get(name);
  if (found !== undefined) return found;
  known = { task, statuses };
  const status = selectStatus(task, track, file);
  statuses.set(name, status);
  return status;
}

function selectStatus(task: Task, track: Track, file: FileKind): FileStatus {
  const tries = linksOf(track, file).map((link): Try => {
    const { progress, stored } = task;
    return { link, progress: progress.get(link.key) ?? UNTRIED, copied: stored.get(link.key) ?? null };
  });
  const attempts = tries.reduce((sum, { progress }) => sum + progress.starts, 0);
  const copies = tries.flatMap(({ copied }) => copied ?? []);
  const cut = longestCut(task, tries);
  const kept = keptOf(task, track, copies);
  if (kept !== null) {
    const { stored } = kept;
    const doubt = doubtOf(task, track, kept, tries);
    const firstKeptAt = Math.min(...copies.map(({ at }) => at));
    const isProvisional = doubt !== null && betterThan(task, { stored, tries, doubt, firstKeptAt }).some(isBeingTried);
    const longer = cut !== null && stored.lastResort !== undefined && byLength(cut, stored) < 0 ? cut : null;
    return { state: "stored", stored, attempts, reason: null, doubt, isProvisional, tries, cut: longer, firstKeptAt };
  }
  const loss = lossOf(task, track, file);
  const missing = { stored: null, attempts, doubt: null, isProvisional: false, tries, cut, firstKeptAt: null };
  if (loss !== null) return { state: "lost", reason: loss, ...missing };
  if (tries.length === 0) return { state: "waiting", reason: file === "cover" ? null : track.refusedLink, ...missing };
  const failed = tries.filter(({ progress }) => progress.reason !== null);
  const latest = failed.toSorted((a, b) => b.progress.lastAt - a.progress.lastAt)[0];
  return { state: "queued", reason: latest?.progress.reason ?? null, ...missing };
}

/**
 * The copy that is kept. A whole one goes before any other, and of these that of the latest stage, so that no preview
 * stands in the place of the final file; then one that is no other take's, and then the first of them.
 */
function keptOf(task: Task, track: Track, copies: readonly Copied[], isShared = sharing(task, track)): Judged | null {
  const [only] = copies;
  if (only !== undefined && copies.length === 1)
    return { stored: only, stage: 0, flaw: flawOf(task, track, only), isShared: false };
  const judged = copies.map((stored): Judged => {
    const link = linksOf(track, stored.file).find(({ hash }) => hash === stored.link);
    const stage = link === undefined ? 0 : linkStage(link);
    return { stored, stage, flaw: flawOf(task, track, stored), isShared: isShared(stored) };
  });
  return judged.toSorted(byWorth)[0] ?? null;
}

interface Judged {
  readonly stored: Copied;
  readonly stage: number;
  readonly flaw: Flaw | null;
  readonly isShared: boolean;
}

function byWorth(a: Judged, b: Judged): number {
  const lacks = lack(a) - lack(b);
  if (lacks !== 0) return lacks;
  if (a.flaw === "last_resort") return byLength(a.stored, b.stored);
  // Those that lack the same stay in the order of their links.
  if (lack(a) > 0) return 0;
  const worse = Number(a.flaw !== null) - Number(b.flaw !== null);
  return b.stage - a.stage || worse || Number(a.isShared) - Number(b.isShared) || byAge(a.stored, b.stored);
}

function byAge(a: Copied, b: Copied): number {
  return a.attempt - b.attempt || a.at - b.at;
}

/** 0 for a whole file, whatever it sounds like. */
function lack({ flaw }: Judged): number {
  return flaw === null || flaw === "failed" ? 0 : DOUBTS.indexOf(flaw);
}

function doubtOf(task: Task, track: Track, { stored, flaw }: Judged, tries: readonly Try[]): Doubt | null {
  if (flaw !== null || stored.file !== "audio") return flaw;
  if (isOutranked(task, track, stored, tries)) return "outranked";
  return isSameTake(task, track, stored) ? "same_take" : null;
}

/**
 * What came of an earlier stage may be a preview, or another take: a link of a later one was tried in vain, no message of
 * that stage says that the track is as long as this file, or it is by its place alone that both are of it.
 */
function isOutranked(task: Task, track: Track, stored: Copied, tries: readonly Try[]): boolean {
  const own = tries.find(({ link }) => link.hash === stored.link)?.link;
  const excess = excessOf(task, track, stored);
  const fits = track.isGuessed !== true && excess !== null && !isOff(excess, track);
  return tries.some(
    ({ link, progress, copied }) =>
      own !== undefined &&
      linkStage(link) > linkStage(own) &&
      copied === null &&
      progress.copies === 0 &&
      (!fits || progress.starts > 0 || Math.min(linkStage(link), STAGE_RANK.complete) > track.durationStage),
  );
}

/** Of the audio that is kept as the file of a track. */
export function keptAssessmentOf(task: Task, track: Track, stored: Copied): Assessment {
  return assessmentOf(task, track, stored, isSameTake(task, track, stored));
}

/** Whether another take of the task is kept with the same bytes. `isShared`: of that one's copies, see `keptOf`. */
function isSameTake(task: Task, track: Track, { sha256 }: Copied, isShared?: (copy: Copied) => boolean): boolean {
  return othersWith(task, track, sha256).some(
    ([other, copies]) => keptOf(task, other, copies, isShared)?.stored.sha256 === sha256,
  );
}

/** Whether another take has the same bytes, as long as nothing is done about it. */
function sharing(task: Task, track: Track): (copy: Copied) => boolean {
  return (copy) => isSameTake(task, track, copy, () => false);
}

/** The other takes that have a copy of these bytes, with all their copies. */
function othersWith(task: Task, track: Track, sha256: string): readonly (readonly [Track, readonly Copied[]])[] {
  if (track.isFile === true) return [];
  return tracksOf(task).flatMap((other) => {
    const copies = other.audioLinks.flatMap(({ key }) => task.stored.get(key) ?? []);
    const isOther = other.trackId !== track.trackId && copies.some((copy) => copy.sha256 === sha256);
    return isOther ? [[other, copies] as const] : [];
  });
}

/** A link has so many tries in a row before the next best one has its turn, and a cover before it is given up. */
export const TRIES_IN_A_ROW = 3;

/** Whether a better link may still give its file soon: it had no three tries yet. The last start may be under way. */
function isBeingTried({ progress: { failures, unanswered } }: Try): boolean {
  return failures < TRIES_IN_A_ROW && unanswered <= TRIES_IN_A_ROW;
}

/** A start without an outcome is a miss too: it crashed, or it is under way. */
export function misses({ progress }: Try): number {
  return progress.failures + progress.unanswered;
}

/**
 * What may take the place of a doubtful file: links that rank above its own, that came later, or that never failed. A
 * file that is whole does not give way to one of an earlier stage.
 */
export function betterThan(
  { retriedAt }: Task,
  { stored, tries, doubt, firstKeptAt }: Pick<FileStatus, "stored" | "tries" | "doubt" | "firstKeptAt">,
): readonly Try[] {
  const own = tries.findIndex(({ link }) => link.hash === stored?.link);
  const stage = tries[own] === undefined ? 0 : linkStage(tries[own].link);
  const isWhole = doubt === "same_take" || doubt === "outranked" || doubt === "failed";
  return tries.filter(({ link, progress, copied }, index) => {
    const isOwn = index === own && (doubt === "short" || doubt === "failed");
    // A server may have had no more of it yet.
    if (isOwn && doubt === "short" && progress.copies < TRIES_IN_A_ROW) return true;
    // Somebody who wants it tried again means the link of a faulty file too.
    if (copied !== null) return (isOwn || copied.lastResort !== undefined) && (retriedAt ?? 0) > copied.at;
    // Its file was had, and was no better.
    if (progress.copies > 0 || (isWhole && linkStage(link) < stage)) return false;
    return index < own || link.at > (firstKeptAt ?? 0) || progress.failures === 0;
  });
}

type Flaw = Exclude<Doubt, "same_take" | "outranked">;

/** What is wrong with a copy, whatever else is known. */
function flawOf(task: Task, track: Track, stored: Copied): Flaw | null {
  if (stored.file === "cover") return null;
  if (stored.lastResort !== undefined) return "last_resort";
  const link = track.audioLinks.find(({ hash }) => hash === stored.link);
  if (link?.rank === 0 && track.audioLinks.some(({ rank }) => rank > 0)) return "unconfirmed";
  if (stored.file === "file") return null;
  const excess = excessOf(task, track, stored) ?? 0;
  if (excess < 0 && isOff(excess, track)) return "short";
  return assessmentOf(task, track, stored).verdict === "fail" ? "failed" : null;
}

function longestCut({ cuts: known }: Task, tries: readonly Try[]): Cut | null {
  if (known.size === 0) return null;
  const cuts = tries.flatMap(({ link }) => known.get(link.key) ?? []);
  return cuts.toSorted(byLength)[0] ?? null;
}

/** A loss holds until a link is known that it did not cover. */
function lossOf(task: Task, track: Track, file: FileKind): string | null {
  const loss = task.losses.get(lossKey(file, track.trackId));
  if (loss === undefined) return null;
  return linksOf(track, file).every((link) => loss.links.includes(link.hash)) ? loss.reason : null;
}

/** The keys in R2 that the files of the task have now. */
export function keysInUse(task: Task): ReadonlySet<string> {
  if (task.stored.size === 0 && task.cuts.size === 0) return new Set();
  const kept = deliveredBy(task).flatMap((track) =>
    kindsOf(track).flatMap((file) => {
      const { stored, cut } = fileStatus(task, track, file);
      return [stored, cut].flatMap((one) => one?.key ?? []);
    }),
  );
  return new Set(kept);
}

/** The keys that the log names and no file has any more; of them, those that a reader may have been told of. */
export function supersededKeys(task: Task): { readonly all: readonly string[]; readonly told: readonly string[] } {
  const inUse = keysInUse(task);
  const told = [...task.stored.values()].flatMap(({ key }) => (inUse.has(key) ? [] : [key]));
  const cuts = [...task.cuts.values()].flatMap(({ key }) => (inUse.has(key) ? [] : [key]));
  return { all: [...new Set([...told, ...cuts])], told };
}
