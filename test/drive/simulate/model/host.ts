/**
 * Where the task's object lives: its instances, calls to them, its alarm, and the ways in which they end.
 *
 * The platform as it is documented and was observed: one instance at a time, but a superseded one runs on with its
 * storage closed; answers leave only when what was written before is durable; alarms come late, twice, and again
 * after a failure (six times); one that was under way in a crash may name its time in the past for ever.
 */
import { ObjectStorage } from "./storage.ts";
import { Unreachable } from "./unreachable.ts";
import type { Owner, World } from "../world.ts";

/** What the object offers; the real class, made anew for each instance. */
export interface HostedObject {
  readonly alarm: () => Promise<void>;
}

interface Instance {
  readonly owner: Owner;
  readonly object: HostedObject;
  /** Who waits for an answer of it. */
  readonly calls: Set<(error: Error) => void>;
  superseded: boolean;
}

interface AlarmRun {
  readonly alarmWrites: number;
  readonly flushes: number;
  readonly retries: number;
  /** At least once means sometimes twice: the alarm that is set is not this one. */
  readonly repeated: boolean;
}

const MAX_RETRIES = 6;
const LONGEST_RUN_MS = 15 * 60_000;

export class Host {
  readonly storage: ObjectStorage;
  /** When alarms began to run, in epoch milliseconds. */
  readonly wakes: number[] = [];
  crashes = 0;
  lostAlarms = 0;
  readonly #world: World;
  readonly #make: (owner: Owner, storage: object) => HostedObject;
  readonly #onCrash: () => void;
  #instance: Instance | null = null;
  #instances = 0;
  #run: AlarmRun | null = null;
  /** The alarm that is waited for; a newer one makes it void. */
  #ticket = 0;
  #ticketWrites = -1;
  /** Of the alarm that came last. */
  #firedWrites = -1;
  /** The alarm will never come. */
  stuck = false;
  /** That is the platform's fault alone: nothing in the object could have secured it. */
  lost = false;

  constructor(world: World, make: (owner: Owner, storage: object) => HostedObject, onCrash: () => void) {
    this.#world = world;
    this.#make = make;
    this.#onCrash = onCrash;
    this.storage = new ObjectStorage(world, () => this.#expectAlarm());
  }

  /** Whether it would be noticed if nobody called any more. */
  get awaitsAlarm(): boolean {
    return this.storage.durable.alarm !== null && !this.stuck;
  }

  get idle(): boolean {
    return this.#run === null && (this.#instance?.calls.size ?? 0) === 0;
  }

  /** A call of one of its methods, by whoever is running. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const world = this.#world;
    const caller = world.owner;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => void world.after(world.some(1, 10), caller, () => reject(error));
      world.after(world.some(1, 20), world.platform, () => {
        if (world.storm && world.chance(0.02)) return fail(new Unreachable("out of reach"));
        const instance = this.#awake();
        instance.calls.add(fail);
        world.after(0, instance.owner, () => {
          world.trace(`${instance.owner.name}: ${method}()`);
          const answer = (done: () => void): void =>
            instance.owner.whenDurable(() => {
              if (instance.calls.delete(fail)) world.after(world.some(1, 20), caller, done);
            });
          invoke(instance.object, method, args).then(
            (value) => answer(() => resolve(value)),
            (error: unknown) => answer(() => reject(error instanceof Error ? error : new Error("thrown"))),
          );
        });
      });
    });
  }

  /** The instance is gone in the middle of what it does, or goes on without being the object's any more. */
  crash(kind: "killed" | "superseded"): void {
    const instance = this.#instance;
    if (instance === null) return;
    this.#world.trace(`${instance.owner.name} is ${kind}`);
    this.crashes += 1;
    this.storage.crash();
    if (kind === "killed") instance.owner.alive = false;
    instance.superseded = true;
    this.#instance = null;
    for (const fail of instance.calls) fail(new Unreachable("the instance is gone"));
    instance.calls.clear();
    const run = this.#run;
    this.#run = null;
    if (run !== null) this.#afterCrashedRun(run);
    // The end of its run was lost with the rest.
    else if (this.#firedWrites === this.storage.durable.alarmWrites && this.awaitsAlarm) this.#planAlarm(1_000, 0);
    this.#onCrash();
  }

  /** The platform loses the alarm that is set; only the next write of it sets another. */
  loseAlarm(): void {
    if (this.#run !== null || this.storage.durable.alarm === null || this.stuck) return;
    this.#world.trace("the alarm is lost");
    this.#ticket += 1;
    this.stuck = true;
    this.lost = true;
    this.lostAlarms += 1;
  }

  /** Nothing is under way: the instance leaves the memory. */
  evict(): void {
    if (this.#instance === null || !this.idle) return;
    this.#world.trace(`${this.#instance.owner.name} is evicted`);
    this.storage.flush();
    this.#instance.owner.alive = false;
    this.#instance = null;
  }

  #awake(): Instance {
    if (this.#instance !== null) return this.#instance;
    this.#instances += 1;
    const owner: Owner = {
      name: `object ${this.#instances}`,
      alive: true,
      // What a superseded instance wrote last is lost, but it may still call others.
      whenDurable: (work) => (instance.superseded ? work() : this.storage.whenDurable(work)),
    };
    const open = (): void => {
      if (instance.superseded) throw new Error("this instance was superseded: its storage is closed");
    };
    const object = this.#make(owner, this.storage.handle(owner, open));
    const instance: Instance = { owner, object, calls: new Set(), superseded: false };
    this.#instance = instance;
    return instance;
  }

  /** Plans the alarm that is durably set, unless it is planned already. */
  #expectAlarm(): void {
    const { alarm, alarmWrites } = this.storage.durable;
    if (this.#ticketWrites === alarmWrites) return;
    this.#ticketWrites = alarmWrites;
    this.#ticket += 1;
    this.stuck = false;
    this.lost = false;
    if (alarm === null) return;
    const late = this.#world.storm && this.#world.chance(0.1) ? this.#world.some(0, 60_000) : this.#world.some(0, 50);
    this.#planAlarm(Math.max(alarm - this.#world.now, 0) + late, 0);
  }

  #planAlarm(ms: number, retries: number): void {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.#world.after(ms, this.#world.platform, () => {
      // What was written a moment ago may have set another one.
      if (ticket === this.#ticket) this.storage.flush();
      if (ticket !== this.#ticket) return;
      // One run at a time: this one waits for the end of the other.
      if (this.#run !== null) return this.#planAlarm(100, retries);
      this.#runAlarm(retries);
    });
  }

  #runAlarm(retries: number, repeated = false): void {
    const world = this.#world;
    const instance = this.#awake();
    const { alarmWrites } = this.storage.current;
    const run: AlarmRun = { alarmWrites, flushes: this.storage.flushes, retries, repeated };
    this.#run = run;
    if (!repeated) this.#firedWrites = alarmWrites;
    this.wakes.push(world.now);
    world.after(LONGEST_RUN_MS, world.platform, () => {
      if (this.#run === run) this.crash("killed");
    });
    world.after(0, instance.owner, () => {
      if (instance.superseded) return;
      world.trace(`${instance.owner.name}: alarm()`);
      instance.object.alarm().then(
        () => this.#endRun(run, true),
        () => this.#endRun(run, false),
      );
    });
  }

  #endRun(run: AlarmRun, ok: boolean): void {
    if (this.#run !== run) return;
    this.#run = null;
    this.#world.trace(`the alarm's run ${ok ? "ends" : "fails"}`);
    const overridden = run.repeated || this.storage.current.alarmWrites !== run.alarmWrites;
    if (!overridden && !ok && run.retries < MAX_RETRIES)
      return this.#planAlarm(2_000 * 2 ** run.retries, run.retries + 1);
    if (!overridden) this.storage.setAlarm(null);
    else if (this.#world.storm && this.#world.chance(0.03)) this.#repeatRun();
  }

  #repeatRun(): void {
    this.#world.after(this.#world.some(1, 2_000), this.#world.platform, () => {
      if (this.#run === null) this.#runAlarm(0, true);
    });
  }

  /** Of a run that had begun to write, the platform may believe that it came to its end. */
  #afterCrashedRun(run: AlarmRun): void {
    const overridden = run.repeated || this.storage.durable.alarmWrites !== run.alarmWrites;
    if (overridden) return this.#expectAlarm();
    if (this.storage.flushes > run.flushes && this.#world.chance(0.5)) this.stuck = true;
    else this.#planAlarm(this.#world.some(0, 2_000), run.retries);
  }
}

async function invoke(object: object, method: string, args: readonly unknown[]): Promise<unknown> {
  const found: unknown = Reflect.get(object, method);
  if (typeof found !== "function") throw new TypeError(`the object has no ${method}`);
  return Reflect.apply(found, object, args);
}
