/**
 * What became of each file of a track: selectors over links, copies and losses.
 *
 * Of several copies of a file one is kept. One without doubt stays, the first of them; a doubtful one gives way. Pure.
 */
import { assessmentOf, isSharedByTakes } from "./assessment.ts";
import type { Copied, Cut, FileKind } from "./event.ts";
import { lossKey, UNTRIED, type LinkProgress, type Task } from "./task.ts";
import { deliveredBy } from "./files.ts";
import type { Link } from "./links.ts";
import type { Track } from "./tracks.ts";

export type FileState = "waiting" | "queued" | "stored" | "lost";

/**
 * Why a kept file gives way to a better one: another take has the same bytes, it is much shorter than claimed, its
 * assessment failed, no confirmed message named its link, or it is cut. The worse, the later.
 */
export const DOUBTS = ["same_take", "short", "failed", "unconfirmed", "last_resort"] as const;
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
  /** The links, the best first, and how far the copies from each have come. */
  readonly tries: readonly Try[];
  /** The most that was had of a file that ended too early; null too where more is kept. */
  readonly cut: Cut | null;
  /** When the first copy of it was kept; null without one. */
  readonly firstKeptAt: number | null;
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

const known = new WeakMap<Task, Map<string, FileStatus>>();

/** Looked up once for each state of the task: a file can have hundreds of links. */
export function fileStatus(task: Task, track: Track, file: FileKind): FileStatus {
  const statuses = known.get(task) ?? new Map<string, FileStatus>();
  known.set(task, statuses);
  const name = lossKey(file, track.trackId);
  const status = statuses.get(name) ?? selectStatus(task, track, file);
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
  if (copies.length > 0) {
    const { stored, doubt } = bestOf(task, track, copies);
    const firstKeptAt = Math.min(...copies.map(({ at }) => at));
    const longer = cut !== null && stored.lastResort !== undefined && byLength(cut, stored) < 0 ? cut : null;
    return { state: "stored", stored, attempts, reason: null, doubt, tries, cut: longer, firstKeptAt };
  }
  const loss = lossOf(task, track, file);
  const missing = { stored: null, attempts, doubt: null, tries, cut, firstKeptAt: null };
  if (loss !== null) return { state: "lost", reason: loss, ...missing };
  if (tries.length === 0) return { state: "waiting", reason: file === "cover" ? null : track.refusedLink, ...missing };
  const failed = tries.filter(({ progress }) => progress.reason !== null);
  const latest = failed.toSorted((a, b) => b.progress.lastAt - a.progress.lastAt)[0];
  return { state: "queued", reason: latest?.progress.reason ?? null, ...missing };
}

interface Judged {
  readonly stored: Copied;
  readonly doubt: Doubt | null;
}

/** `copies` are in the order of their links. */
function bestOf(task: Task, track: Track, copies: readonly Copied[]): Judged {
  const judged = copies.map((stored): Judged => ({ stored, doubt: doubtOf(task, track, stored) }));
  const certain = judged.filter(({ doubt }) => doubt === null).toSorted(byAge);
  const [best] = [...certain, ...judged.filter(({ doubt }) => doubt !== null).toSorted(byDoubt)];
  if (best === undefined) throw new RangeError("a file without copies");
  return best;
}

function byAge({ stored: a }: Judged, { stored: b }: Judged): number {
  return a.attempt - b.attempt || a.at - b.at;
}

function byDoubt(a: Judged, b: Judged): number {
  const worse = gravity(a) - gravity(b);
  const longer = a.doubt === "last_resort" ? byLength(a.stored, b.stored) : 0;
  return worse || longer;
}

function gravity({ doubt }: Judged): number {
  return doubt === null ? -1 : DOUBTS.indexOf(doubt);
}

/** Of what was claimed, rounding and padding explain so much. */
const SHORT_SHARE = 0.02;
const SHORT_SECONDS = 1;

function doubtOf(task: Task, track: Track, stored: Copied): Doubt | null {
  if (stored.file === "cover") return null;
  if (stored.lastResort !== undefined) return "last_resort";
  const link = track.audioLinks.find(({ hash }) => hash === stored.link);
  if (link?.rank === 0 && track.audioLinks.some(({ rank }) => rank > 0)) return "unconfirmed";
  if (stored.file === "file") return null;
  const { audio, verdict } = assessmentOf(task, track, stored);
  const claimed = track.durationSeconds;
  const lasts = audio?.durationSeconds ?? stored.container?.durationSeconds ?? null;
  const lacks = claimed === null || lasts === null ? 0 : claimed - lasts;
  if (lacks > SHORT_SECONDS && lacks > SHORT_SHARE * (claimed ?? 0)) return "short";
  if (verdict === "fail") return "failed";
  return isSharedByTakes(task, track, stored) ? "same_take" : null;
}

function longestCut({ cuts: known }: Task, tries: readonly Try[]): Cut | null {
  if (known.size === 0) return null;
  const cuts = tries.flatMap(({ link }) => known.get(link.key) ?? []);
  return cuts.toSorted(byLength)[0] ?? null;
}

export type Played = Pick<Copied, "bytes" | "container">;

/** The one that plays longest first, whatever its format; by bytes where one does not say how long it plays. */
export function byLength(a: Played, b: Played): number {
  const [ofA, ofB] = [a.container?.durationSeconds ?? null, b.container?.durationSeconds ?? null];
  const longer = ofA === null || ofB === null ? 0 : ofB - ofA;
  return longer || b.bytes - a.bytes;
}

/** A loss holds until a link is known that it did not cover. */
function lossOf(task: Task, track: Track, file: FileKind): string | null {
  const loss = task.losses.get(lossKey(file, track.trackId));
  if (loss === undefined) return null;
  return linksOf(track, file).every((link) => loss.links.includes(link.hash)) ? loss.reason : null;
}

/** The keys in R2 that the files of the task have now. */
export function keysInUse(task: Task): ReadonlySet<string> {
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
