/**
 * The object's one alarm, and what this instance knows of it.
 *
 * `getAlarm()` is never asked: it can name a time in the past that will never fire. A write costs a row and time on
 * the way of an answer, so it is left out where the alarm is set early enough.
 */

/** An alarm in the past or at this instant may never fire (workerd#6866). */
const SOONEST_MS = 1_000;
const OVERDUE_MS = 60_000;

export class AlarmClock {
  readonly #storage: Pick<DurableObjectStorage, "setAlarm" | "deleteAlarm">;
  /** Null while this instance has not set one. */
  #armedAt: number | null = null;

  constructor(storage: Pick<DurableObjectStorage, "setAlarm" | "deleteAlarm">) {
    this.#storage = storage;
  }

  /** Sets the alarm, or clears it for null. */
  async set(wake: number | null): Promise<void> {
    this.#armedAt = wake === null ? null : Math.max(wake, Date.now() + SOONEST_MS);
    if (this.#armedAt === null) await this.#storage.deleteAlarm();
    else await this.#storage.setAlarm(this.#armedAt);
  }

  /** The storage was emptied, and the alarm with it. To clear it once more would leave something behind. */
  forget(): void {
    this.#armedAt = null;
  }

  /** Sets it only where it is not known to be set early enough. */
  async setBy(wake: number | null): Promise<void> {
    if (wake === null) return;
    const now = Date.now();
    // Against the time that would be set: one that is due would else be put off by each call that comes before it.
    const soonest = Math.max(wake, now + SOONEST_MS);
    const enough = this.#armedAt !== null && this.#armedAt <= soonest && this.#armedAt >= now - OVERDUE_MS;
    if (!enough) await this.set(wake);
  }
}
