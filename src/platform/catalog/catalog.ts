/**
 * The catalog: one more Durable Object, with a row for every task, and what was submitted through us. Its rows of
 * tasks are derived: it can be told twice, late and out of order, and is healed by the watchdog.
 *
 * KV cannot be filtered, and an object per task cannot be listed. One account of the provider makes at most two tasks
 * a second, and one object takes some 500 writes a second. RPC methods are a persisted contract.
 */
import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { parseConfig } from "../../core/config.ts";
import { publicTrackId } from "../../core/ids.ts";
import type { ParentTask } from "../../core/provider/submission.ts";
import { SCOREBOARD_MS, scoreboardOf, type Scoreboard } from "../../core/view/statistics.ts";
import { usualOf, type Usual } from "../../core/view/usual.ts";
import {
  agedTasks,
  completedTasks,
  isFullRound,
  listTasks,
  taskHolding,
  overdueTasks,
  recentTasks,
  untouchedTasks,
  watchedUntil,
  type CatalogPage,
  type CatalogQuery,
} from "./task-queries.ts";
import { createTasks, dropTask, markTaskDeleted, touchTask, upsertTask, type CatalogPlace } from "./task-table.ts";
import { admitToInbox, createInboxUse, droppedFromInbox, forgetInboxUse, noteDropped } from "./inbox-table.ts";
import {
  awaitedSubmission,
  type Awaited,
  createSubmissions,
  findSubmission,
  forgetRequest,
  insertSubmission,
  loseAnswer,
  noteHandover,
  releaseSubmission,
  claimRef,
  correctSubmission,
  resolveSubmission,
  type RefClaim,
  submissionsToHandOver,
  type Handover,
  type Reservation,
  type Submission,
} from "./submission-table.ts";

import {
  addShare,
  createAccess,
  endedAccess,
  endSession,
  endSessions,
  endShare,
  sharesOf,
  type Ended,
  type StoredShare,
} from "./access-table.ts";

const HISTORY = 200;
/** Of a busier account the scoreboard tells of the latest only. */
const SCORED = 10_000;
/** The provider's creation limit. */
const CREATIONS = 20;
const CREATIONS_MS = 10_000;

export class Catalog extends DurableObject<Env> {
  readonly #timeScale = parseConfig(this.env).timeScale;
  #ready = false;
  /** When the provider was called lately. A restart forgets them; the provider refuses by itself then. */
  #creations: readonly number[] = [];
  /** Where the next rounds of the watchdog go on. A restart begins again from the start. */
  #watchedFrom = 0;
  #agedFrom = 0;

  /** Takes rows of tasks. Returns the submissions that found their task, for their objects to be told. */
  tell(rows: readonly CatalogRow[]): readonly Handover[] {
    for (const row of rows) upsertTask(this.#sql, row);
    return rows.flatMap(({ ref, taskId, touchedAt }) =>
      ref === null ? [] : (resolveSubmission(this.#sql, ref, taskId, touchedAt) ?? []),
    );
  }

  /** The same, from a visit of the watchdog: it counts as a touch even where nothing is newer. */
  heal(row: CatalogRow): void {
    upsertTask(this.#sql, row);
    touchTask(this.#sql, row, row.touchedAt, row.wake);
  }

  /** A visit failed: the task goes to the end of the queue, so that it keeps no other waiting. */
  missed(row: CatalogRow, at: number): void {
    touchTask(this.#sql, row, at, row.settled ? at : row.wake);
  }

  /** `wake`: when the next step of the deletion is due. */
  markDeleted(place: CatalogPlace, version: number, wake: number): void {
    markTaskDeleted(this.#sql, place, version, wake);
    forgetRequest(this.#sql, place.taskId, place.createdAt);
  }

  drop(place: CatalogPlace): void {
    dropTask(this.#sql, place);
  }

  /** Newest first. */
  list(query: CatalogQuery): CatalogPage {
    return listTasks(this.#sql, query);
  }

  /** Of the latest tasks the one of this id, or the one that has a track of this id. */
  parentOf(id: string): ParentTask | null {
    const trackId = publicTrackId(id);
    const taskId = taskHolding(this.#sql, id, trackId);
    return taskId === null ? null : { taskId, trackId: taskId === id ? null : trackId };
  }

  /** Who is to be visited: open tasks untouched since `before`, and settled ones with a wake overdue since. */
  neglected(before: number, limit: number): readonly CatalogRow[] {
    const open = untouchedTasks(this.#sql, this.#watchedFrom, before, limit);
    this.#watchedFrom = watchedUntil(this.#sql, this.#watchedFrom) ?? 0;
    const overdue = overdueTasks(this.#sql, before, limit);
    return [...open, ...overdue].toSorted((a, b) => a.touchedAt - b.touchedAt).slice(0, limit);
  }

  /** Tasks that settled before a time and whose alarm is not set to it: a part of them with each call. */
  expired(before: number, now: number, limit: number): readonly CatalogRow[] {
    const aged = agedTasks(this.#sql, this.#agedFrom, before);
    const expired = aged.filter(
      ({ settledAt, wake }) => settledAt !== null && settledAt < before && (wake === null || wake > now),
    );
    // Those of one time are looked at twice, and those beyond the limit next time.
    const stopped = expired[limit] ?? (isFullRound(aged) ? aged.at(-1) : undefined);
    this.#agedFrom = stopped?.createdAt ?? 0;
    return expired.slice(0, limit);
  }

  /** How long tasks take here. */
  usual(): Usual {
    return usualOf(completedTasks(this.#sql, HISTORY));
  }

  /** How the provider did lately. */
  scoreboard(now: number): Scoreboard {
    return scoreboardOf(recentTasks(this.#sql, now - SCOREBOARD_MS, SCORED), now);
  }

  /** What is known of a submission; null for a new one. */
  submission(asked: Pick<Submission, "key" | "ref" | "requestHash">, now: number): Reservation | null {
    return findSubmission(this.#sql, asked, now, this.#timeScale);
  }

  /** A submission of which no task is listed yet; null where there is none. */
  awaited(ref: string, now: number): Awaited | null {
    return awaitedSubmission(this.#sql, ref, now, this.#timeScale);
  }

  /** Records a submission before the provider is called, and keeps the provider's creation limit. */
  reserve(submission: Submission): Reservation {
    const { at } = submission;
    const known = findSubmission(this.#sql, submission, at, this.#timeScale);
    if (known !== null) return known;
    this.#creations = this.#creations.filter((one) => one > at - CREATIONS_MS);
    const [oldest] = this.#creations;
    if (oldest !== undefined && this.#creations.length >= CREATIONS)
      return { state: "limited", retryAfterSeconds: Math.ceil((oldest + CREATIONS_MS - at) / 1_000) };
    this.#creations = [...this.#creations, at];
    insertSubmission(this.#sql, submission);
    return { state: "reserved" };
  }

  /** The provider refused the submission. */
  release(ref: string): void {
    releaseSubmission(this.#sql, ref);
  }

  /** The provider's answer to the submission was lost. */
  loseAnswer(ref: string): void {
    loseAnswer(this.#sql, ref);
  }

  /** The provider named the task of a submission. */
  resolve(ref: string, taskId: string, now: number): void {
    correctSubmission(this.#sql, ref, taskId, now);
    resolveSubmission(this.#sql, ref, taskId, now);
  }

  /** The task's object knows its submission. */
  handedOver(ref: string): void {
    noteHandover(this.#sql, ref);
  }

  /** Submissions whose objects are still to be told. Drops those that are too old to matter. */
  handovers(now: number, limit: number): readonly Handover[] {
    return submissionsToHandOver(this.#sql, now, limit);
  }

  /** Counts a delivery that belongs to no task, where there is room for it. `door`: who let it in. */
  admitToInbox(door: string, isCapability: boolean, bytes: number, now: number): boolean {
    return admitToInbox(this.#sql, door, isCapability, bytes, now);
  }

  /** So many were refused before the catalog was asked. */
  noteDropped(count: number, now: number): void {
    noteDropped(this.#sql, count, now);
  }

  /** How many deliveries the inbox had no room for, in the last 30 days. */
  droppedFromInbox(now: number): number {
    return droppedFromInbox(this.#sql, now);
  }

  /** Whether a callback under a submission's reference may report on this task. `isNew`: none has come for it yet. */
  claimRef(ref: string, taskId: string, isNew: boolean, now: number): RefClaim {
    return claimRef(this.#sql, ref, taskId, isNew, now);
  }

  /** What was ended before its time. */
  ended(now: number): Ended {
    return endedAccess(this.#sql, now);
  }

  /** Ends one session, or all that have started by now where no id is named. */
  endSession(id: string | null, now: number, expiresAt: number): void {
    if (id === null) endSessions(this.#sql, now, expiresAt);
    else endSession(this.#sql, id, now, expiresAt);
  }

  addShare(share: StoredShare): void {
    addShare(this.#sql, share);
  }

  /** Those of a task that still open, the newest first. */
  shares(taskId: string, now: number): readonly StoredShare[] {
    return sharesOf(this.#sql, taskId, now);
  }

  /** Whether the task had such a share. */
  endShare(taskId: string, id: string): boolean {
    return endShare(this.#sql, taskId, id);
  }

  /** The cron was here. */
  noteCron(at: number): void {
    forgetInboxUse(this.#sql, at);
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('cron_at', ?)", at);
  }

  /** When the cron last ran, or since when it could have; null while the catalog is empty. */
  cronSeenAt(): number | null {
    const found = this.#sql.exec(
      "SELECT coalesce((SELECT value FROM facts WHERE name = 'cron_at'), (SELECT min(created_at) FROM tasks)) AS at",
    );
    return z.object({ at: z.int().nullable() }).parse(found.one()).at;
  }

  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#ready) {
      createTasks(sql);
      createSubmissions(sql);
      createInboxUse(sql);
      createAccess(sql);
      sql.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
    }
    this.#ready = true;
    return sql;
  }
}

/** There is one. */
export function catalogOf(env: Pick<Env, "CATALOG">): DurableObjectStub<Catalog> {
  return env.CATALOG.getByName("catalog");
}
