/** All that the Worker stored, wherever: to see that something left nothing behind. */
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as z from "zod";
import { catalogOf } from "../../src/platform/catalog/catalog.ts";

const named = z.object({ name: z.string() });

/** Those of earlier files are deleted, and listed all the same. */
const earlier = new Set((await listDurableObjectIds(env.TASKS)).map(String));

export interface Stored {
  /** The ids of the tasks' objects. */
  readonly objects: readonly string[];
  /** Each file with the hash of its bytes. */
  readonly files: readonly (readonly [key: string, etag: string, metadata: unknown])[];
  readonly values: readonly (readonly [key: string, value: string | null])[];
  /** Each row of each table. */
  readonly catalog: readonly (readonly [table: string, row: unknown])[];
}

export async function everythingStored(): Promise<Stored> {
  const [objects, files, values, catalog] = await Promise.all([
    listDurableObjectIds(env.TASKS),
    filesStored(),
    valuesStored(),
    runInDurableObject(catalogOf(env), (_, { storage }) => rowsOf(storage.sql)),
  ]);
  return {
    objects: objects
      .map(String)
      .filter((id) => !earlier.has(id))
      .toSorted(),
    files,
    values,
    catalog,
  };
}

/** What is there of one task: its object, and whatever else names it. */
export async function storedOf(taskId: string): Promise<readonly unknown[]> {
  const { objects, files, values, catalog } = await everythingStored();
  const object = env.TASKS.idFromName(taskId).toString();
  const others = [...files, ...values, ...catalog].filter((entry) => JSON.stringify(entry).includes(taskId));
  return [...objects.filter((id) => id === object), ...others];
}

async function filesStored(): Promise<Stored["files"]> {
  const { objects, truncated } = await env.AUDIO.list({ include: ["customMetadata"] });
  if (truncated) throw new Error("there are more files than one page lists");
  return objects.map(({ key, etag, customMetadata }) => [key, etag, customMetadata] as const);
}

async function valuesStored(): Promise<Stored["values"]> {
  const { keys, list_complete } = await env.STATE.list();
  if (!list_complete) throw new Error("there are more values than one page lists");
  return Promise.all(keys.map(async ({ name }) => [name, await env.STATE.get(name)] as const));
}

function rowsOf(sql: SqlStorage): Stored["catalog"] {
  const tables = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'");
  return tables
    .toArray()
    .map((row) => named.parse(row).name)
    .flatMap((table) =>
      sql
        .exec(`SELECT * FROM "${table}" ORDER BY 1, 2`)
        .toArray()
        .map((row) => [table, row] as const),
    );
}
