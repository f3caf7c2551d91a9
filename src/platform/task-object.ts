/**
 * One Durable Object per task: where its events happen in order. It wires log, alarm and effects, and decides nothing.
 *
 * Event, fold and alarm of an `observe` happen without an await between them, so they commit together, and the
 * answer leaves only after they are durable (output gate). RPC methods are a persisted contract: during a deploy the
 * caller may be newer than the object.
 */
import { DurableObject } from "cloudflare:workers";
import { admit } from "../core/admission.ts";
import { nextWake } from "../core/agenda.ts";
import { catalogRowOf, type CatalogRow } from "../core/catalog-row.ts";
import { parseConfig, type Config } from "../core/config.ts";
import type { EventBody, Observed, TaskEvent } from "../core/event.ts";
import { keptFilesOf, type KeptFile } from "../core/kept-file.ts";
import { paceOf } from "../core/pace.ts";
import { fold, reduce } from "../core/reduce.ts";
import { stageOf } from "../core/stage.ts";
import { newTask, type Task } from "../core/task.ts";
import { viewOf, type TaskView } from "../core/view.ts";
import { deleteStrays } from "./audio-store.ts";
import { catalogOf } from "./catalog.ts";
import { copyFile, type CopyRules } from "./copy.ts";
import { runAlarm, type Deps } from "./engine.ts";
import { EventLog, type EventPage } from "./event-log.ts";
import { publishTask } from "./read-model.ts";
import { slots } from "./slots.ts";

/** One message of the provider, as the door hands it over. */
export interface Delivery extends Pick<Observed, "sha256" | "via" | "verdict" | "observation"> {
  /** The message as it is stored, echoes of the request removed. */
  readonly body: string;
  /** Where it was received: files are never fetched from there. */
  readonly host: string;
}

/** What the caller is to pass on to the catalog: null where nothing of it changed. */
export interface Receipt {
  readonly catalogRow: CatalogRow | null;
}

/** An alarm in the past or at this instant may never fire (workerd#6866). */
const SOONEST_MS = 1_000;
const OVERDUE_MS = 60_000;
const STALL_MS = 20_000;
const SHORTEST_STALL_MS = 3_000;
const UNSIZED_COPIES = 2;

export class TaskObject extends DurableObject<Env> {
  readonly #config: Config = parseConfig(this.env);
  readonly #log = new EventLog(this.ctx.storage.sql);
  readonly #pace = paceOf(this.#config.timeScale);
  readonly #buffers = slots(UNSIZED_COPIES);
  /** Undefined before the first call; null while nothing is known of this id. */
  #loaded: Task | null | undefined;
  /** When this instance's alarm is due; undefined while it has not set one. */
  #armedAt: number | null | undefined;
  #running = false;
  #onNews: (() => void) | null = null;

  /** Records a message of the provider, once per content. */
  async observe({ body, host, ...message }: Delivery): Promise<Receipt> {
    const now = this.#now();
    const known = this.#task();
    const task = known ?? newTask(this.#name(), now);
    const repeated = task.observations.find((other) => other.sha256 === message.sha256);
    const event: Observed & TaskEvent =
      repeated === undefined
        ? { type: "observed", ...message, host, at: now, lastAt: now, times: 1 }
        : { ...repeated, lastAt: now, times: repeated.times + 1 };
    if (admit(task, event) === "overflow") this.#append(overflowOf(task, now), null);
    else this.#append(event, body);
    this.#onNews?.();
    await this.#armForWake();
    const next = this.#known();
    const changed = known === null || stageOf(known) !== stageOf(next);
    return { catalogRow: changed ? catalogRowOf(next, now) : null };
  }

  /** Looks at the state, arms for it whatever an alarm may already be set to, and tells how the task stands. */
  async touch(): Promise<CatalogRow | null> {
    const task = this.#task();
    if (task === null) return null;
    const wake = nextWake(task, this.#pace);
    if (!this.#running && wake !== null) await this.#arm(wake);
    return catalogRowOf(task, this.#now());
  }

  /** The version alone, for who waits for a change; null for an unknown task. */
  versionOf(): number | null {
    return this.#task()?.version ?? null;
  }

  view(): TaskView | null {
    const task = this.#task();
    return task === null ? null : viewOf(task);
  }

  keptFiles(): readonly KeptFile[] | null {
    const task = this.#task();
    return task === null ? null : keptFilesOf(task);
  }

  /** The timeline after an event number: at most `limit` events, and at most `maxChars` of bodies. Null for an unknown task. */
  events(afterSeq: number, limit: number, maxChars: number): EventPage | null {
    return this.#task() === null ? null : this.#log.page(afterSeq, limit, maxChars);
  }

  override async alarm(): Promise<void> {
    if (this.#task() === null) return;
    this.#running = true;
    try {
      await runAlarm(this.#deps());
    } finally {
      this.#running = false;
    }
  }

  #deps(): Deps {
    const rules: CopyRules = {
      policy: { origins: this.#config.audioOrigins, ownHosts: this.#ownHosts() },
      maxBytes: this.#config.maxAudioBytes,
      stallMs: Math.max(STALL_MS / this.#config.timeScale, SHORTEST_STALL_MS),
      buffers: this.#buffers,
    };
    return {
      pace: this.#pace,
      now: () => this.#now(),
      task: () => this.#known(),
      record: (event) => this.#record(event),
      copy: (order, signal) => copyFile(order, rules, this.env.AUDIO, signal),
      publish: (task) => this.#publish(task),
      sweep: (task) => deleteStrays(this.env.AUDIO, task),
      lease: (ms) => this.#arm(this.#now() + ms),
      rearm: () => {
        this.#running = false;
        return this.#arm(nextWake(this.#known(), this.#pace));
      },
      news: (ms, signal) => this.#news(ms, signal),
    };
  }

  async #publish(task: Task): Promise<void> {
    await Promise.all([publishTask(this.env.STATE, task), catalogOf(this.env).tell([catalogRowOf(task, this.#now())])]);
  }

  #task(): Task | null {
    if (this.#loaded !== undefined) return this.#loaded;
    const task = fold(this.#name(), this.#log.load());
    this.#loaded = task;
    // A start without an outcome in a fresh instance is a crash, and perhaps the alarm went with it.
    const crashed = task !== null && [...task.progress.values()].some(({ unanswered }) => unanswered > 0);
    if (crashed) this.ctx.waitUntil(this.#arm(this.#now()));
    return task;
  }

  #known(): Task {
    return this.#task() ?? newTask(this.#name(), this.#now());
  }

  #record(event: EventBody): void {
    this.#append({ ...event, at: this.#now() }, null);
  }

  #append(event: TaskEvent, body: string | null): void {
    const task = this.#known();
    this.#log.record(event, body);
    this.#loaded = reduce(task, event);
  }

  /** The clock of this task never runs backwards. */
  #now(): number {
    return Math.max(Date.now(), this.#loaded?.lastEventAt ?? 0);
  }

  /** A run that is going on looks again by itself, and its lease covers a crash. */
  async #armForWake(): Promise<void> {
    if (this.#running) return;
    const wake = nextWake(this.#known(), this.#pace);
    if (wake === null) return;
    const armedAt = this.#armedAt ?? null;
    if (armedAt === null || wake < armedAt || armedAt < this.#now() - OVERDUE_MS) await this.#arm(wake);
  }

  async #arm(wake: number | null): Promise<void> {
    if (wake === null) {
      this.#armedAt = null;
      return this.ctx.storage.deleteAlarm();
    }
    const at = Math.max(wake, Date.now() + SOONEST_MS);
    this.#armedAt = at;
    return this.ctx.storage.setAlarm(at);
  }

  #news(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#onNews = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#onNews = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #ownHosts(): readonly string[] {
    const received = this.#known().observations.flatMap(({ host }) => host ?? []);
    return [...new Set([...received, ...(this.#config.publicUrl === null ? [] : [this.#config.publicUrl.host])])];
  }

  #name(): string {
    return this.ctx.id.name ?? this.ctx.id.toString();
  }
}

function overflowOf(task: Task, now: number): TaskEvent {
  return { type: "overflowed", at: task.overflow?.lastAt ?? now, lastAt: now, count: (task.overflow?.count ?? 0) + 1 };
}
