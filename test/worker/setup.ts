/**
 * Gives each file of tests what a workerd of its own would: the bindings as configured, fresh modules, empty stores.
 *
 * One workerd runs many files, as it costs two seconds of CPU to start one and load all modules into it.
 */
import { listDurableObjectIds, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

type Bound = { readonly value: unknown; readonly own: ReadonlySet<PropertyKey> };
interface Kept {
  /** The bindings as the first file found them, each with the properties that are its own. */
  readonly bound: ReadonlyMap<string, Bound>;
  /** The ids of tasks' objects of earlier files: a list names them for ever. */
  readonly emptied: Set<string>;
}
declare global {
  var kept: Kept | undefined;
}
/** The last answers of the file before have told the catalog by then. */
const TOLD_WITHIN_MS = 300;

vi.useRealTimers();
if (globalThis.kept === undefined) globalThis.kept = { bound: boundNow(), emptied: new Set() };
else {
  rebind(globalThis.kept.bound);
  await scheduler.wait(TOLD_WITHIN_MS);
  await empty(globalThis.kept.emptied);
  vi.resetModules();
}

function boundNow(): Kept["bound"] {
  return new Map(
    Object.entries(env).map(([name, value]: [string, unknown]) => [name, { value, own: new Set(keysOf(value)) }]),
  );
}

function rebind(bound: Kept["bound"]): void {
  for (const name of Object.keys(env)) if (!bound.has(name)) Reflect.deleteProperty(env, name);
  for (const [name, { value, own }] of bound) {
    Object.assign(env, { [name]: value });
    // A file may wrap their methods for good.
    if (isObject(value)) for (const key of keysOf(value)) if (!own.has(key)) Reflect.deleteProperty(value, key);
  }
}

/** Objects, with their alarms, and what lies in R2 and KV, which are made of objects here. */
async function empty(emptied: Set<string>): Promise<void> {
  const tasks = (await listDurableObjectIds(env.TASKS)).filter((id) => !emptied.has(id.toString()));
  // `reset` reaches what is loaded alone.
  await Promise.allSettled([
    ...tasks.map((id) => runInDurableObject(env.TASKS.get(id), () => undefined)),
    ...(await listDurableObjectIds(env.CATALOG)).map((id) => runInDurableObject(env.CATALOG.get(id), () => undefined)),
    env.STATE.list({ limit: 1 }),
    env.AUDIO.list({ limit: 1 }),
    env.FAILURES.limit({ key: "setup" }),
  ]);
  await reset();
  for (const id of tasks) emptied.add(id.toString());
}

function keysOf(value: unknown): readonly PropertyKey[] {
  return isObject(value) ? Reflect.ownKeys(value) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
