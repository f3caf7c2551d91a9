/**
 * Gives each file of tests what a workerd of its own would: the bindings as configured, fresh modules, empty stores.
 *
 * One workerd runs many files, as it costs two seconds of CPU to start one and load all modules into it.
 */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

const TOLD_WITHIN_MS = 300;

declare global {
  // As the first file found the bindings, each with the properties that are its own.
  var asBound: ReadonlyMap<string, Bound> | undefined;
}
type Bound = { readonly value: unknown; readonly own: ReadonlySet<PropertyKey> };

globalThis.asBound ??= new Map(
  Object.entries(env).map(([name, value]: [string, unknown]) => [name, { value, own: new Set(keysOf(value)) }]),
);
for (const name of Object.keys(env)) if (!globalThis.asBound.has(name)) Reflect.deleteProperty(env, name);
for (const [name, { value, own }] of globalThis.asBound) {
  Object.assign(env, { [name]: value });
  if (typeof value !== "object" || value === null) continue;
  // A file may wrap their methods for good.
  for (const key of keysOf(value)) if (!own.has(key)) Reflect.deleteProperty(value, key);
}
vi.useRealTimers();
vi.resetModules();
// The last answers of the file before have told the catalog by then.
await scheduler.wait(TOLD_WITHIN_MS);
await reset();

function keysOf(value: unknown): readonly PropertyKey[] {
  return typeof value === "object" && value !== null ? Reflect.ownKeys(value) : [];
}
