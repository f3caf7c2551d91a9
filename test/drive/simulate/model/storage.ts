/**
 * The storage of one object: real SQLite, a few values, one alarm.
 *
 * What is written without an `await` between becomes durable together, a while later (`flush`), or is lost together in
 * a crash. An instance that was superseded finds its handle closed.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import * as z from "zod";
import type { Owner, World } from "../world.ts";

interface Values {
  readonly kv: ReadonlyMap<string, unknown>;
  readonly alarm: number | null;
  /** The number of the alarm's last write; never given twice. */
  readonly alarmWrites: number;
}

/** Real SQLite. Its statements stay prepared from one life to the next. */
class Database {
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  /** Those that are made once and then stay. */
  #tables: readonly string[] | undefined;

  all(query: string, values: readonly SQLInputValue[] = []): readonly unknown[] {
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      statement = this.#db.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...values);
  }

  /** As new, but for empty tables, which whoever makes them finds made. */
  wipe(): void {
    this.all("DROP TABLE IF EXISTS log");
    this.#tables ??= tables
      .parse(this.all("SELECT name FROM sqlite_master WHERE type = 'table'"))
      .map(({ name }) => name);
    for (const name of this.#tables) this.all(`DELETE FROM ${name}`);
  }
}

const tables = z.array(z.object({ name: z.string() }));
/** Of lives that are over. */
const spare: Record<string, Database[]> = {};

const WRITES = /^\s*(?:INSERT|UPDATE|DELETE|CREATE|DROP)/i;
const NOTHING: Values = { kv: new Map(), alarm: null, alarmWrites: 0 };

export class ObjectStorage {
  readonly #world: World;
  readonly #db: Database;
  readonly #pool: Database[];
  readonly #onFlush: () => void;
  #current = NOTHING;
  #durable = NOTHING;
  /** Writes that are not durable yet; a flush is planned. */
  #dirty = false;
  #generation = 0;
  #waiting: (() => void)[] = [];
  flushes = 0;
  #alarmWrites = 0;

  constructor(world: World, onFlush: () => void, of = "task") {
    this.#pool = spare[of] ??= [];
    this.#db = this.#pool.pop() ?? new Database();
    this.#world = world;
    this.#onFlush = onFlush;
  }

  get durable(): Values {
    return this.#durable;
  }

  get current(): Values {
    return this.#current;
  }

  /** Whether nothing at all is stored. */
  get empty(): boolean {
    return this.#current.kv.size === 0 && this.rows("SELECT 1 FROM sqlite_master").length === 0;
  }

  whenDurable(work: () => void): void {
    if (this.#dirty) this.#waiting.push(work);
    else work();
  }

  /** Loses what is not durable. */
  crash(): void {
    if (this.#dirty) this.#db.all("ROLLBACK");
    this.#dirty = false;
    this.#current = this.#durable;
    this.#waiting = [];
    this.#generation += 1;
  }

  /** Makes everything durable at once. */
  flush(): void {
    if (!this.#dirty) return;
    this.#db.all("COMMIT");
    this.#dirty = false;
    this.#durable = this.#current;
    this.#generation += 1;
    this.flushes += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) work();
    this.#onFlush();
  }

  /** At the end of a life. */
  close(): void {
    this.crash();
    this.#db.wipe();
    this.#pool.push(this.#db);
  }

  setAlarm(alarm: number | null): void {
    this.#touch();
    this.#alarmWrites += 1;
    this.#current = { ...this.#current, alarm, alarmWrites: this.#alarmWrites };
  }

  rows(query: string, ...values: readonly SQLInputValue[]): readonly unknown[] {
    if (WRITES.test(query)) this.#touch();
    return this.#db.all(query, values);
  }

  /** As an instance sees it. `open` throws where the instance is not the object's any more. */
  handle(owner: Owner, open: () => void): object {
    const settled = (): Promise<void> =>
      new Promise((resolve) => void this.#world.after(this.#world.some(0, 5), owner, resolve));
    return {
      sql: {
        exec: (query: string, ...values: readonly SQLInputValue[]): object => {
          open();
          return cursorOf(this.rows(query, ...values));
        },
      },
      kv: {
        get: (key: string): unknown => {
          open();
          return this.#current.kv.get(key);
        },
        put: (key: string, value: unknown): void => {
          open();
          this.#touch();
          this.#current = { ...this.#current, kv: new Map(this.#current.kv).set(key, value) };
        },
      },
      sync: (): Promise<void> => new Promise((resolve) => this.whenDurable(resolve)),
      setAlarm: async (at: number): Promise<void> => {
        open();
        this.setAlarm(at);
        await settled();
      },
      deleteAlarm: async (): Promise<void> => {
        open();
        if (this.#current.alarm !== null) this.setAlarm(null);
        await settled();
      },
      deleteAll: async (): Promise<void> => {
        open();
        this.rows("DROP TABLE IF EXISTS log");
        this.setAlarm(null);
        this.#current = { ...this.#current, kv: new Map() };
        await settled();
      },
    };
  }

  #touch(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#db.all("BEGIN");
    this.#generation += 1;
    const generation = this.#generation;
    this.#world.after(this.#world.some(1, 60), this.#world.platform, () => {
      if (generation === this.#generation) this.flush();
    });
  }
}

function cursorOf(rows: readonly unknown[]): object {
  return {
    toArray: () => rows,
    one: () => rows[0],
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}
