/**
 * Time, chance and order of one simulated life: a clock that jumps, a queue of what happens next, and a random source.
 *
 * Everything that takes time is an event of the queue and belongs to an owner; a dead owner's events never happen.
 * After each event all promises are run dry, so an event ends where all code that it woke waits for another one: a
 * crash between two events is a crash at an `await`. Times are epoch milliseconds, durations milliseconds.
 */
import { randomFrom, type Random } from "../../rig/provider/hostile/random.ts";
import { Agenda } from "./laws/agenda.ts";

/** Who an event belongs to: an instance of the object, or somebody outside. */
export interface Owner {
  readonly name: string;
  alive: boolean;
  /** Runs the work once all that the owner wrote is durable; never where that was lost. */
  readonly whenDurable: (work: () => void) => void;
}

/** What becomes of a call to another service. `error` null: it answers. */
export interface CallPlan {
  readonly landsAfterMs: number;
  readonly answersAfterMs: number;
  /** Whether it takes effect. */
  readonly lands: boolean;
  readonly error: Error | null;
}

export interface Timer {
  cancelled: boolean;
}

const nextTurn = setImmediate;
const EPOCH = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

export function outsider(name: string): Owner {
  return { name, alive: true, whenDurable: (work) => work() };
}

export class World {
  readonly seed: number;
  readonly random: Random;
  readonly platform = outsider("platform");
  /** The trace, where one is wanted. */
  readonly lines: string[] | null;
  now: number;
  owner: Owner = this.platform;
  /** Alarms get lost in this life; what the watchdog goes by does not. */
  losesAlarms = false;
  /** While it lasts, things go wrong. */
  storm = true;
  /** How many events have happened. */
  steps = 0;
  readonly violations: string[] = [];
  readonly #agenda = new Agenda();
  readonly #startedAt: number;

  constructor(seed: number, traced: boolean) {
    this.seed = seed;
    this.random = randomFrom("life", seed);
    // Each life has its own time, as state of a module may outlive it.
    this.now = EPOCH + (seed % 1_000_000) * MINUTE_MS;
    this.#startedAt = this.now;
    this.lines = traced ? [] : null;
  }

  after(ms: number, owner: Owner, run: () => void): Timer {
    return this.#agenda.add(Math.ceil(this.now + Math.max(0, ms)), owner, run);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** From `low` to below `high`; short ones are likelier. */
  some(low: number, high: number): number {
    return low + (high - low) * this.random() ** 3;
  }

  trace(line: string): void {
    this.lines?.push(`${((this.now - this.#startedAt) / 1_000).toFixed(3).padStart(12)} s  ${line}`);
  }

  violate(law: string): void {
    this.trace(`VIOLATION ${law}`);
    if (!this.violations.includes(law)) this.violations.push(law);
  }

  /** Runs until nothing is left, this time has come, or `stop` says so after an event. */
  async run(until: number, stop: () => boolean): Promise<void> {
    for (let next = this.#agenda.next(until); next !== null; next = this.#agenda.next(until)) {
      if (next.cancelled || !next.owner.alive) continue;
      this.now = Math.max(this.now, next.at);
      this.owner = next.owner;
      this.steps += 1;
      next.run();
      await new Promise<void>((resolve) => nextTurn(() => resolve()));
      this.owner = this.platform;
      if (stop()) return;
    }
    if (until !== Infinity) this.now = Math.max(this.now, until);
  }

  /** A call out of whoever is running: it leaves once his writes are durable, and may land though he dies meanwhile. */
  call<T>(what: string, plan: CallPlan, effect: () => T): Promise<T> {
    const { owner } = this;
    return new Promise((resolve, reject) => {
      const land = (): void => {
        const landed = plan.lands && (owner.alive || this.chance(0.5)) ? { value: effect() } : null;
        this.trace(`${owner.name}: ${what}${landed === null ? " does not land" : ""}`);
        this.after(plan.answersAfterMs, owner, () => {
          if (plan.error !== null) reject(plan.error);
          else if (landed !== null) resolve(landed.value);
        });
      };
      owner.whenDurable(() => this.after(plan.landsAfterMs, this.platform, land));
    });
  }

  /** How a call to a service of the platform goes: in the storm it may be slow, fail, or fail though it lands. */
  servicePlan(faultRate: number): CallPlan {
    const plan = { landsAfterMs: this.some(1, 40), answersAfterMs: this.some(1, 40), lands: true, error: null };
    if (!this.storm || !this.chance(faultRate)) return plan;
    const kind = this.random();
    if (kind < 0.4) return { ...plan, lands: false, error: new Error("the service failed") };
    if (kind < 0.6) return { ...plan, error: new Error("the service failed after it had done it") };
    const slow = this.some(500, 60_000);
    return kind < 0.8 ? { ...plan, landsAfterMs: slow } : { ...plan, answersAfterMs: slow };
  }
}
