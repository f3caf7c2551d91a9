/**
 * Counts what Cloudflare bills, on the bindings and on the storage of objects themselves.
 *
 * In place: whoever holds the binding or the storage goes through it. Nothing else about them changes. Objects are
 * counted where they are called (`tasks.observe`), their rows where they are written (`tasks.rowsWritten`).
 */
import type { Counts } from "../figures.ts";

/** An object's storage, as far as it is billed. */
export type Counted = Pick<DurableObjectStorage, "sql" | "setAlarm" | "deleteAlarm" | "kv">;

type Method = (...args: unknown[]) => unknown;

const R2 = ["put", "get", "head", "list", "delete", "createMultipartUpload"] as const;
const KV = ["put", "get", "list", "delete"] as const;

export class Tally {
  readonly #counts = new Map<string, number>();
  /** Their rows are known only when they have been read to their end. */
  #cursors: { readonly name: string; readonly cursor: Pick<SqlStorageCursor<never>, "rowsRead" | "rowsWritten"> }[] =
    [];
  readonly #watched = new WeakSet<object>();

  add(operation: string, times = 1): void {
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + times);
  }

  /** Counts the operations on the bindings of the Worker. */
  bindings({ AUDIO, STATE, TASKS, CATALOG }: Pick<Env, "AUDIO" | "STATE" | "TASKS" | "CATALOG">): void {
    if (!this.#isWatched(AUDIO)) this.#methods(AUDIO, R2, (method) => `r2.${method}`);
    if (!this.#isWatched(STATE)) this.#methods(STATE, KV, (method) => `kv.${method}`);
    this.#calls(TASKS, "tasks");
    this.#calls(CATALOG, "catalog");
  }

  /** Counts the rows and the alarms of one object; `name` is that of its class. */
  storage(storage: Counted, name: string): void {
    if (this.#isWatched(storage)) return;
    this.#methods(storage, ["setAlarm", "deleteAlarm"], () => `${name}.alarmWrites`);
    this.#methods(storage.kv, ["put", "delete"], () => `${name}.rowsWritten`);
    wrap(storage.sql, "exec", (exec) => (...args) => {
      const cursor = exec(...args);
      if (isCursor(cursor)) this.#cursors.push({ name, cursor });
      return cursor;
    });
  }

  /** What was counted since the start, or since `reset`, without what was never counted. */
  counts(): Counts {
    for (const { name, cursor } of this.#cursors) {
      this.add(`${name}.rowsRead`, cursor.rowsRead);
      this.add(`${name}.rowsWritten`, cursor.rowsWritten);
    }
    this.#cursors = [];
    return Object.fromEntries([...this.#counts].filter(([, times]) => times !== 0));
  }

  reset(): void {
    this.#cursors = [];
    this.#counts.clear();
  }

  #isWatched(subject: object): boolean {
    if (this.#watched.has(subject)) return true;
    this.#watched.add(subject);
    return false;
  }

  #methods(subject: object, methods: readonly string[], operation: (method: string) => string): void {
    for (const method of methods) {
      wrap(subject, method, (original) => (...args) => {
        this.add(operation(method));
        return original(...args);
      });
    }
  }

  /** Each call to an object is a request, and lasts until its answer is there. */
  #calls(namespace: object, name: string): void {
    if (this.#isWatched(namespace)) return;
    wrap(namespace, "getByName", (getByName) => (...args) => {
      const stub = getByName(...args);
      if (!isObject(stub)) throw new Error("getByName gave no stub");
      return new Proxy(stub, { get: (target, method) => this.#call(target, name, method) });
    });
  }

  #call(stub: object, name: string, method: string | symbol): unknown {
    const original: unknown = Reflect.get(stub, method, stub);
    if (!isMethod(original) || typeof method === "symbol") return original;
    return async (...args: unknown[]): Promise<unknown> => {
      this.add(`${name}.${method}`);
      const startedAt = Date.now();
      try {
        return await Reflect.apply(original, stub, args);
      } finally {
        this.add(`${name}.busyMs`, Date.now() - startedAt);
      }
    };
  }
}

/** Replaces a method of this one thing. */
function wrap(subject: object, name: string, around: (original: Method) => Method): void {
  const original: unknown = Reflect.get(subject, name);
  if (!isMethod(original)) throw new Error(`there is no method ${name} to count`);
  Reflect.set(
    subject,
    name,
    around((...args) => Reflect.apply(original, subject, args)),
  );
}

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isCursor(value: unknown): value is SqlStorageCursor<never> {
  return isObject(value) && "rowsWritten" in value;
}
