/**
 * What is known of a task: the facts that its log adds up to (`reduce.ts`), and nothing that follows from them.
 *
 * Stage, tracks and failure are selectors over these facts (`stage.ts`, `tracks.ts`, `files.ts`), and so is what to
 * do next (`agenda.ts`). Pure. Times are epoch milliseconds.
 */
import type { Product } from "../provider/products/products.ts";
import type { SourceReport } from "../audio/findings/source-report.ts";
import type { Assessed, Copied, Cut, FileKind, GivenUp, NoticeKind, Observed, Polled } from "./event.ts";

/** How far the copies from one link have come. */
export interface LinkProgress {
  readonly starts: number;
  /** Starts in a row without an outcome: each is a crash, or the one that is under way. */
  readonly unanswered: number;
  readonly firstUnansweredAt: number;
  /** Of the last start that another one followed before its outcome: it may still be writing. 0: none. */
  readonly cutAt: number;
  readonly failures: number;
  /** Of the first of these, and of the last; 0 where there is none. */
  readonly firstFailedAt: number;
  readonly failedAt: number;
  /** Those of the failures that said that the link is no good. */
  readonly deaths: number;
  /** Of the last start or outcome. */
  readonly lastAt: number;
  readonly reason: string | null;
  readonly dead: boolean;
  /** How often its file was had, whole or as a last resort, even if another one took its place since. */
  readonly copies: number;
}

export interface Loss {
  readonly links: readonly string[];
  readonly reason: string;
}

/** How far the analysis of one file's bytes has come. */
export interface AssessmentProgress {
  readonly pending: boolean;
  /** Since it became pending; each without a result so far is a crash, a failure, or the one that is under way. */
  readonly starts: number;
  readonly lastAt: number;
  /** The newest one. */
  readonly result: Assessed | null;
}

/** How far one notification has come. */
export interface NoticeProgress {
  readonly kind: NoticeKind;
  readonly key: string;
  readonly state: "failing" | "told" | "ended";
  /** Of the first failure, or of the end. */
  readonly at: number;
  readonly lastAt: number;
  readonly times: number;
}

/** New links that the provider was asked to make. */
export interface Recovery {
  readonly state: "asked" | "called" | "running" | "done" | "failed";
  readonly by: "person" | "auto";
  readonly origin: string;
  readonly recoveryId: string | null;
  /** Of the wish. */
  readonly at: number;
  /** Of the last step. */
  readonly lastAt: number;
  /** How often its record was read. */
  readonly asked: number;
  readonly reason: string | null;
}

/** What KV was last told. */
export interface Publication {
  readonly version: number;
  readonly settled: boolean;
  readonly at: number;
  /** When it is told once more, as an older put may land until then; null: that is not to be feared. */
  readonly againAt: number | null;
}

export interface Task {
  readonly taskId: string;
  /** The number of stored events that change the view. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly settledAt: number | null;
  /** When it last settled or opened again, and the version that this made; null while neither has happened. */
  readonly turned: { readonly at: number; readonly version: number } | null;
  readonly lastEventAt: number;
  /** Distinct by content, in order of first receipt. */
  readonly observations: readonly Observed[];
  readonly overflow: { readonly count: number; readonly lastAt: number } | null;
  /** By `copyKey`. */
  readonly progress: ReadonlyMap<string, LinkProgress>;
  /** The kept files, by `copyKey`. */
  readonly stored: ReadonlyMap<string, Copied>;
  /** The most that was had of a file that ended too early, by `lossKey`. */
  readonly cuts: ReadonlyMap<string, Cut>;
  /** By the SHA-256 of the audio. */
  readonly assessments: ReadonlyMap<string, AssessmentProgress>;
  /** By `lossKey`. */
  readonly losses: ReadonlyMap<string, Loss>;
  /** How many copies failed, whatever came of the link later, by the code of the reason. */
  readonly failedCopies: ReadonlyMap<string, number>;
  /** How many copies were started. */
  readonly attempts: number;
  /** The number of the last attempt at each file, by `lossKey`; it names R2 keys, so it is never given twice. */
  readonly lastAttempts: ReadonlyMap<string, number>;
  readonly abandonedAt: number | null;
  /** Null where nothing was heard of it. */
  readonly abandonedWhy: GivenUp | null;
  /** Our name of the submission. The first one stands. */
  readonly ref: string | null;
  readonly request: Readonly<Record<string, unknown>> | null;
  /** What was found of the source when it was submitted. */
  readonly source: SourceReport | null;
  /** As what somebody named it to us before the provider did. */
  readonly adopted: Product | null;
  /** The newest one. */
  readonly recovery: Recovery | null;
  /** The track that somebody chose. */
  readonly chosen: string | null;
  /** Where it was submitted or adopted: our own host. */
  readonly host: string | null;
  /** The answers to our asking since the last retry, by result. */
  readonly polls: ReadonlyMap<string, Polled>;
  /** Questions for what a signature alone claims. */
  readonly claimPolls: ReadonlyMap<string, Polled>;
  readonly retriedAt: number | null;
  readonly stalledAt: number | null;
  readonly usualSilenceMs: number | null;
  /** By `noticeName`. */
  readonly notices: ReadonlyMap<string, NoticeProgress>;
  /** The endpoint wants no more of this task. */
  readonly unsubscribed: boolean;
  readonly published: Publication | null;
  /** Since the last success, by the effect's name. */
  readonly effectFailures: ReadonlyMap<string, { readonly count: number; readonly lastAt: number }>;
  /** Up to this attempt, R2 holds nothing that the log does not name. */
  readonly sweptAttempts: number;
  readonly ignored: number;
}

export function newTask(taskId: string, at: number): Task {
  return {
    taskId,
    version: 0,
    createdAt: at,
    updatedAt: at,
    settledAt: null,
    turned: null,
    lastEventAt: at,
    observations: [],
    overflow: null,
    progress: new Map(),
    stored: new Map(),
    cuts: new Map(),
    assessments: new Map(),
    losses: new Map(),
    failedCopies: new Map(),
    attempts: 0,
    lastAttempts: new Map(),
    abandonedAt: null,
    abandonedWhy: null,
    ref: null,
    request: null,
    source: null,
    adopted: null,
    recovery: null,
    chosen: null,
    host: null,
    polls: new Map(),
    claimPolls: new Map(),
    retriedAt: null,
    stalledAt: null,
    usualSilenceMs: null,
    notices: new Map(),
    unsubscribed: false,
    published: null,
    effectFailures: new Map(),
    sweptAttempts: 0,
    ignored: 0,
  };
}

/** Copies are known by their link, so that tracks may join later. What is good as a cover is not good as audio. */
export function copyKey({ file, link }: Pick<Copied, "file" | "link">): string {
  return `${file}:${link}`;
}

export function lossKey(file: FileKind, trackId: string): string {
  return `${file}:${trackId}`;
}

export function noticeName({ kind, key }: Pick<NoticeProgress, "kind" | "key">): string {
  return `${kind} ${key}`;
}

export const UNTRIED: LinkProgress = {
  starts: 0,
  unanswered: 0,
  firstUnansweredAt: 0,
  cutAt: 0,
  failures: 0,
  firstFailedAt: 0,
  failedAt: 0,
  deaths: 0,
  lastAt: 0,
  reason: null,
  dead: false,
  copies: 0,
};

export function progressOf(task: Task, copy: Pick<Copied, "file" | "link">): LinkProgress {
  return task.progress.get(copyKey(copy)) ?? UNTRIED;
}

/** As if it had never been tried. What was cut off may still be writing. */
export function forgiven(link: LinkProgress): LinkProgress {
  const cutAt = link.unanswered > 0 ? link.lastAt : link.cutAt;
  return {
    ...link,
    cutAt,
    failures: 0,
    firstFailedAt: 0,
    failedAt: 0,
    deaths: 0,
    unanswered: 0,
    dead: false,
    copies: 0,
  };
}
