/**
 * A task in its object: the log, the fold in memory, and the tombstone that takes the place of both.
 *
 * Synchronous, so that what is recorded between two awaits commits as one. Nothing is read before the first call, and
 * nothing is written for a task that nobody named.
 */
import { isPublished } from "../../core/next/agenda.ts";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import type { EventBody, TaskEvent } from "../../core/task/event.ts";
import { fold, reduce } from "../../core/task/reduce.ts";
import { newTask, type Task } from "../../core/task/task.ts";
import { isoTime } from "../../core/view/view.ts";
import { EventLog } from "./event-log.ts";
import type { Deleted, MovedOn } from "./messages.ts";
import { bury, countHit, readTombstone, type Tombstone } from "./tombstone.ts";

/** What an instance that was cut off has begun is over by then: a run takes 14 minutes at most. */
export const RIVAL_MS = 15 * 60_000;

export class TaskState {
  /** The name that the object was called by; null where the platform does not say, as it may be in an alarm. */
  readonly #name: string | null;
  readonly log: EventLog;
  readonly #storage: DurableObjectStorage;
  /** Undefined before the first call. */
  #loaded: { readonly task: Task | null; readonly tombstone: Tombstone | null } | undefined;

  constructor(name: string | null, storage: DurableObjectStorage) {
    this.#name = name;
    this.log = new EventLog(storage.sql);
    this.#storage = storage;
  }

  /** What this instance told the catalog last. */
  told: CatalogRow | null = null;

  /** Since when another put than the engine's may be under way: of an earlier instance, or for a wish. 0: there is none. */
  rivalSince = 0;

  /** Throws where nobody says which task this is. */
  get taskId(): string {
    const taskId = this.#name ?? this.#load().tombstone?.taskId ?? this.log.owner;
    if (taskId === null || taskId === undefined) throw new Error("the object does not know its task");
    return taskId;
  }

  /** Whether this instance has read the log yet. */
  get fresh(): boolean {
    return this.#loaded === undefined;
  }

  /** Null while nothing is known of this id, and once it is deleted. */
  get task(): Task | null {
    return this.#load().task;
  }

  /** What is answered of a deleted task; null where it is none. */
  get deleted(): Deleted | null {
    const { tombstone } = this.#load();
    return tombstone === null ? null : { deletedAt: isoTime(tombstone.deletedAt) };
  }

  get tombstone(): Tombstone | null {
    return this.#load().tombstone;
  }

  /** The task, or one without any events. */
  get known(): Task {
    return this.task ?? newTask(this.taskId, this.now());
  }

  /** Null where the task is at the version that was seen, or nobody says which that was. */
  movedOn(seen: number | undefined): MovedOn | null {
    const version = this.task?.version;
    return seen === undefined || version === undefined || version === seen ? null : { movedTo: version };
  }

  /** The clock of a task never runs backwards. */
  now(): number {
    return Math.max(Date.now(), this.#loaded?.task?.lastEventAt ?? 0);
  }

  /** Appends and folds. A repeated count brings the `at` of its first time along. A deleted task takes nothing any more. */
  record(event: EventBody & { readonly at?: number }, body: string | null = null): void {
    const { task, tombstone } = this.#load();
    if (tombstone !== null) return;
    const recorded: TaskEvent = { ...event, at: event.at ?? this.now() };
    this.log.record(this.taskId, recorded, body);
    this.#loaded = { task: reduce(task ?? newTask(this.taskId, recorded.at), recorded), tombstone };
  }

  /** The task, where what is published of it is no longer how it stands: who calls puts that at once. */
  outdated(before: Task): Task | null {
    const { task } = this;
    // Where a task opened again, readers are sent to its object already.
    if (task?.published?.settled !== true || task.version === before.version) return null;
    try {
      this.assertOwned();
    } catch {
      // What a superseded instance recorded is lost, and nobody would put this right.
      return null;
    }
    return task;
  }

  /** A put beside the engine's: what is published meanwhile, or while nobody knows whether it landed, is put once more. */
  async withRival(put: Promise<unknown>): Promise<void> {
    const before = this.rivalSince;
    const since = this.now();
    this.rivalSince = since;
    await put;
    if (this.rivalSince === since) this.rivalSince = before;
  }

  /** Throws where this instance is not the object's any more: its storage is closed. Reads no row. */
  assertOwned(): void {
    this.#storage.sql.exec("SELECT 1").toArray();
  }

  /** Drops log and bodies for a tombstone. */
  forget(): void {
    const { task } = this.#load();
    if (task !== null) this.#loaded = { task: null, tombstone: bury(this.#storage, task, this.now()) };
  }

  /** A callback for a deleted task changes nothing, but is counted. */
  countHit(): void {
    const { tombstone } = this.#load();
    if (tombstone !== null) this.replaceTombstone(countHit(this.#storage.kv, tombstone));
  }

  /** Null: nothing is left, not even the tombstone. */
  replaceTombstone(tombstone: Tombstone | null): void {
    this.#loaded = tombstone === null ? undefined : { task: null, tombstone };
  }

  /** Folds the stored log again. Whether that gave the same as is in memory. */
  rebuild(): boolean {
    const before = this.task;
    const task = fold(this.taskId, this.log.load());
    this.#loaded = { task, tombstone: null };
    return bytesOf(before) === bytesOf(task);
  }

  #load(): { readonly task: Task | null; readonly tombstone: Tombstone | null } {
    if (this.#loaded !== undefined) return this.#loaded;
    const tombstone = readTombstone(this.#storage.kv);
    const events = tombstone === null ? this.log.load() : [];
    const owner = tombstone?.taskId ?? this.log.owner ?? this.#name;
    if (this.#name !== null && owner !== this.#name) throw new Error("the object's log is of another task");
    const task = owner === null ? null : fold(owner, events);
    if (task !== null && !isPublished(task)) this.rivalSince = Date.now();
    this.#loaded = { task, tombstone };
    return this.#loaded;
  }
}

/** Canonical: maps as entries, fields in the order of their names, whichever way they came together. */
function bytesOf(task: Task | null): string {
  return JSON.stringify(task, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
