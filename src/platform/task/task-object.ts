/**
 * One Durable Object per task: where its events happen in order. It wires log, alarm and effects, and decides nothing.
 *
 * Event, fold and alarm of a call happen without an await between them, so they commit together, and the answer leaves
 * only after they are durable (output gate). RPC methods are a persisted contract: during a deploy the caller may be
 * newer than the object.
 */
import { DurableObject } from "cloudflare:workers";
import { isRecovering, nextWake } from "../../core/next/agenda.ts";
import { catalogRowOf, isMoved, isShownBy, type CatalogRow } from "../../core/view/catalog-row.ts";
import { parseConfig, type Config } from "../../core/config.ts";
import { submittedEvent, type EventBody } from "../../core/task/event.ts";
import { keptFilesOf, type KeptFile } from "../../core/view/kept-file.ts";
import { whyNoRecovery } from "../../core/task/stage.ts";
import { isOpenTo, type Product } from "../../core/provider/products/products.ts";
import { productOf } from "../../core/task/product.ts";
import type { Task } from "../../core/task/task.ts";
import { isBeyondRetry } from "../../core/view/trouble.ts";
import { isAllKept, NOTHING_TO_RETRY, viewOf, type TaskView } from "../../core/view/view.ts";
import { catalogOf } from "../catalog/catalog.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { configuredPace, depsOf } from "./wiring.ts";
import { LEASE_MS, runAlarm } from "./engine.ts";
import type { EventPage } from "./event-log.ts";
import { misdirectionOf, recordDelivery } from "./receiving.ts";
import { WakeSignal } from "./wake-signal.ts";
import type { Deleted, Delivery, NoRecovery, Receipt, Submitted, WishAnswer } from "./messages.ts";
import { linkPolicy, withAllowedLinks } from "./link-policy.ts";
import { TaskState } from "./state.ts";
import { advanceDeletion, announceDeletion, tombstoneWake } from "./tombstone.ts";
import { logFault } from "../log-fault.ts";
import { sendToObject } from "../read-model.ts";

export class TaskObject extends DurableObject<Env> {
  readonly #config: Config = parseConfig(this.env);
  readonly #pace = configuredPace(this.#config);
  readonly #state = new TaskState(this.ctx.id.name ?? null, this.ctx.storage);
  readonly #clock = new AlarmClock(this.ctx.storage);
  readonly #wakeSignal = new WakeSignal();
  #running = false;

  /** Records a message of the provider, once per content. */
  async observe(delivery: Delivery): Promise<Receipt> {
    this.#wakeUp();
    const misdirection = await misdirectionOf(this.env, this.#state, delivery);
    if (misdirection !== null) return { catalogRow: null, misdirection };
    const before = this.#wakeUp();
    if (this.#state.tombstone !== null) {
      this.#state.countHit();
      return { catalogRow: null, misdirection };
    }
    const refusal = recordDelivery(this.#state, delivery);
    if (refusal !== null) return { catalogRow: null, misdirection: refusal };
    await this.#armForWake();
    return { catalogRow: isMoved(before, this.#state.known) ? this.#row() : null, misdirection };
  }

  /** Records what was asked of the provider. The first submission stands. */
  async submitted({ ref, requestJson, host, source }: Submitted): Promise<TaskView | Deleted | null> {
    if ((this.#wakeUp()?.request ?? null) === null) {
      const known = { ...(host === null ? {} : { host }), ...(source === undefined ? {} : { source }) };
      this.#state.record({ ...submittedEvent(ref, requestJson), ...known });
      await this.#armForWake();
    }
    return this.view();
  }

  /** Records that a task which was submitted elsewhere is ours to ask about, and its product where that was open. Whether it was. */
  async adopt(host: string, product: Product = "music"): Promise<boolean> {
    const task = this.#wakeUp();
    const isOpen = task === null || isOpenTo(productOf(task), product);
    if (!isOpen || this.#state.tombstone !== null) return false;
    this.#state.record({ type: "adopted", host, product });
    await this.#armForWake();
    await this.#tell(this.#row());
    return true;
  }

  /** Tries again what failed: copies, lost files, polls, and files that R2 has lost. Where all is well it changes nothing. */
  async retry(seen?: number): Promise<WishAnswer> {
    const task = this.#wakeUp();
    const isWell = task !== null && isBeyondRetry(task);
    const answer = isWell
      ? (this.#state.movedOn(seen) ?? this.view())
      : await this.#recordWish({ type: "retried" }, seen);
    if (answer === null || "movedTo" in answer) return answer;
    await Promise.all(keptFilesOf(this.#state.known).map(({ key }) => this.missing(key)));
    const view = this.view();
    const isStill = isWell && view !== null && "advice" in view && isAllKept(view);
    return isStill ? { ...view, advice: NOTHING_TO_RETRY } : view;
  }

  /** Has the provider make new links, which may cost credits. `origin` is where our own callBackUrls lead. */
  async recover(origin: string, seen?: number): Promise<WishAnswer | NoRecovery> {
    const [task, moved] = [this.#wakeUp(), this.#state.movedOn(seen)];
    if (moved !== null || task === null || isRecovering(task)) return moved ?? this.view();
    const noRecovery = whyNoRecovery(task);
    if (noRecovery !== null) return { noRecovery };
    return this.#recordWish({ type: "recovery_asked", by: "person", origin });
  }

  /** Somebody missed this key in R2. Where it is gone indeed, the file is wanted again. Answers with what is kept now. */
  async missing(key: string): Promise<readonly KeptFile[] | Deleted | null> {
    const found = await this.env.AUDIO.head(key);
    const copied = [...(this.#wakeUp()?.stored.values() ?? [])].find((one) => one.key === key);
    if (found === null && copied !== undefined) {
      const { file, trackId, link, attempt } = copied;
      this.#state.record({ type: "file_gone", file, trackId, link, attempt, key });
      await this.#armForWake();
      this.ctx.waitUntil(this.#tell(this.#row()));
    }
    return this.keptFiles();
  }

  /** Assesses all kept audio again. */
  assess(seen?: number): Promise<WishAnswer> {
    return this.#recordWish({ type: "assess_asked" }, seen);
  }

  /** Sends the notice of the current state again. */
  notify(seen?: number): Promise<WishAnswer> {
    return this.#recordWish({ type: "notify_asked" }, seen);
  }

  /** Records which of the tracks somebody chose; null takes the choice back. */
  choose(trackId: string | null, seen?: number): Promise<WishAnswer> {
    return this.#recordWish({ type: "chosen", trackId }, seen);
  }

  /**
   * Drops the task. Null where there is none; a deleted one may be deleted again. Throws where the catalog cannot be
   * told: without it nobody would notice that the alarm of a deletion was lost.
   */
  async forget(seen?: number): Promise<WishAnswer> {
    const moved = this.#state.movedOn(seen);
    if (moved !== null) return moved;
    if (this.#wakeUp() !== null) {
      this.#state.forget();
      this.#wakeSignal.tell();
    }
    const { tombstone } = this.#state;
    if (tombstone === null) return null;
    // Tombstone and lease commit together, and no file goes before them. What fails of the rest is done by the alarm.
    await this.#clock.set(Math.max(this.#wake() ?? 0, Date.now() + LEASE_MS));
    await this.ctx.storage.sync();
    await announceDeletion(this.env, this.#state.taskId, tombstone, this.#config.timeScale);
    await this.#advanceDeletion().catch(() => undefined);
    return this.#state.deleted;
  }

  /** Folds the log again. Whether that gave the same. The next run publishes if it did not. */
  async rebuild(seen?: number): Promise<{ readonly identical: boolean; readonly row: CatalogRow } | WishAnswer> {
    const moved = this.#state.movedOn(seen);
    if (moved !== null || this.#wakeUp() === null) return moved ?? this.view();
    const identical = this.#state.rebuild();
    await this.#state.withRival(depsOf(this.#wiring()).publish(this.#state.known));
    // What else is left to do is told last, and armed for: the alarm may have been lost.
    const row = (await this.touch()) ?? this.#row();
    await this.#tell(row);
    return { identical, row };
  }

  /** Looks at the state, arms for it whatever an alarm may already be set to, and tells how the task stands. */
  async touch(): Promise<CatalogRow | null> {
    const task = this.#wakeUp();
    const wake = this.#wake();
    if (!this.#running && wake !== null) await this.#clock.set(wake);
    return task === null ? null : this.#row();
  }

  /** When the next step of a deletion is due, in epoch milliseconds; null where the task is not being deleted. */
  deletionWake(): number | null {
    return this.#state.tombstone && tombstoneWake(this.#state.tombstone, this.#config.timeScale);
  }

  /** The version alone, for who waits for a change; null for an unknown or deleted task. */
  versionOf(): number | null {
    return this.#wakeUp()?.version ?? null;
  }

  view(): TaskView | Deleted | null {
    const task = this.#wakeUp();
    return task === null ? this.#state.deleted : withAllowedLinks(viewOf(task), linkPolicy(this.#config, task));
  }

  keptFiles(): readonly KeptFile[] | Deleted | null {
    const task = this.#wakeUp();
    return task === null ? this.#state.deleted : keptFilesOf(task);
  }

  /** The timeline after an event number: at most `limit` events, and at most `maxChars` of bodies. */
  events(afterSeq: number, limit: number, maxChars: number): EventPage | Deleted | null {
    return this.#wakeUp() === null ? this.#state.deleted : this.#state.log.page(afterSeq, limit, maxChars);
  }

  override async alarm(): Promise<void> {
    if (this.#state.tombstone !== null) return this.#advanceDeletion();
    if (this.#state.task === null) return;
    const before = this.#row();
    this.#running = true;
    try {
      await runAlarm(depsOf(this.#wiring()));
    } finally {
      this.#running = false;
    }
    await this.#tellIfBehind(before);
  }

  /** What was seen is compared and the wish recorded without an await between. */
  async #recordWish(event: EventBody, seen?: number): Promise<WishAnswer> {
    const moved = this.#state.movedOn(seen);
    if (moved !== null) return moved;
    const before = this.#wakeUp();
    if (before !== null) {
      this.#state.record(event);
      await this.#armForWake();
      const outdated = this.#state.outdated(before);
      if (outdated !== null)
        await this.#state.withRival(sendToObject(this.env.STATE, outdated)).catch((error: unknown) => {
          logFault("KV did not answer", error);
        });
      if (this.#state.task !== null) this.ctx.waitUntil(this.#tell(this.#row()));
    }
    return this.view();
  }

  #wiring(): Parameters<typeof depsOf>[0] {
    return {
      env: this.env,
      assessor: this.ctx.exports.Assessor,
      config: this.#config,
      pace: this.#pace,
      state: this.#state,
      wakeSignal: this.#wakeSignal,
      lease: (ms) => this.#clock.set(this.#state.now() + ms),
      rearm: () => {
        this.#running = false;
        return this.#clock.set(this.#wake());
      },
    };
  }

  async #advanceDeletion(): Promise<void> {
    const { tombstone } = this.#state;
    if (tombstone === null) return;
    // A lease that was left behind comes early, and the platform repeats an alarm that failed at its end.
    if (tombstoneWake(tombstone, this.#config.timeScale) > Date.now()) return this.#clock.set(this.#wake());
    await this.#clock.set(Date.now() + LEASE_MS);
    this.#state.replaceTombstone(
      await advanceDeletion(this.ctx.storage, this.env, this.#state.taskId, tombstone, this.#config.timeScale),
    );
    if (this.#state.tombstone === null) this.#clock.forget();
    else await this.#clock.set(this.#wake());
  }

  /** The first call into a fresh instance (asked first: to read the task is to load it): a start without an outcome is a crash, and perhaps the alarm went with it. */
  #wakeUp(): Task | null {
    const { fresh, task } = this.#state;
    const crashed = fresh && task !== null && [...task.progress.values()].some(({ unanswered }) => unanswered > 0);
    if (crashed && !this.#running) this.ctx.waitUntil(this.#clock.set(this.#state.now()));
    return task;
  }

  /** A run that is going on looks again by itself, and its lease covers a crash. */
  async #armForWake(): Promise<void> {
    this.#wakeSignal.tell();
    if (!this.#running) await this.#clock.setBy(this.#wake());
  }

  #wake(): number | null {
    return this.deletionWake() ?? (this.#state.task && nextWake(this.#state.task, this.#pace));
  }

  #row(): CatalogRow {
    return catalogRowOf(this.#state.known, this.#state.now(), this.#wake());
  }

  /** Where lists would show less than a run came to, or the catalog look for work that is done, or not for what there is. */
  async #tellIfBehind(before: CatalogRow): Promise<void> {
    const { task, told } = this.#state;
    if (task === null) return;
    const row = this.#row();
    const shown = told !== null && told.version >= before.version ? told : before;
    const isIdle = row.problem === (told?.problem ?? null) && (!row.settled || row.wake === (told?.wake ?? null));
    if (isIdle && isShownBy(shown, row)) return;
    await this.#tell(row);
  }

  /** Only of what is durable: an instance that was superseded knows what never was. */
  async #tell(row: CatalogRow): Promise<void> {
    try {
      await this.ctx.storage.sync();
      this.#state.assertOwned();
      await catalogOf(this.env).tell([row]);
      this.#state.told = row;
    } catch (error) {
      logFault("the catalog was not told", error);
    }
  }
}
