/**
 * What is left of a deleted task. **A persisted contract.**
 *
 * For 30 days it keeps late callbacks and late copies from bringing the task back; then nothing is left at all.
 */
import * as z from "zod";
import type { Task } from "../../core/task/task.ts";
import { catalogOf } from "../catalog/catalog.ts";
import { deleteFiles } from "../audio/store.ts";
import { dropSourceOf } from "../sources/source-store.ts";
import { publishDeletion } from "../read-model.ts";
import { LOG_TABLES } from "./event-log.ts";

const tombstone = z.object({
  taskId: z.string().optional(),
  deletedAt: z.int(),
  createdAt: z.int(),
  version: z.int(),
  /** The uploaded source that the task was submitted with, and under which reference. */
  source: z.object({ sourceId: z.string(), ref: z.string() }).optional(),
  /** Callbacks that came since. */
  hits: z.int(),
  /** How far the deletion has come: files and entries elsewhere, then the files once more. */
  step: z.enum(["files", "files_again", "rest"]),
});

export type Tombstone = z.infer<typeof tombstone>;

const KEY = "tombstone";
const AGAIN_MS = 10 * 60_000;
const REST_MS = 30 * 24 * 60 * 60_000;

export function readTombstone(kv: SyncKvStorage): Tombstone | null {
  const stored = kv.get(KEY);
  return stored === undefined ? null : tombstone.parse(stored);
}

/** Replaces log and bodies, at once. */
export function bury(storage: DurableObjectStorage, task: Task, now: number): Tombstone {
  const buried: Tombstone = {
    taskId: task.taskId,
    deletedAt: now,
    createdAt: task.createdAt,
    version: task.version + 1,
    ...sourceOf(task),
    hits: 0,
    step: "files",
  };
  for (const table of LOG_TABLES) storage.sql.exec(`DROP TABLE IF EXISTS ${table}`);
  storage.kv.put(KEY, buried);
  return buried;
}

function sourceOf({ request, ref }: Task): Pick<Tombstone, "source"> {
  const sourceId = request?.["sourceId"];
  return typeof sourceId === "string" && ref !== null ? { source: { sourceId, ref } } : {};
}

/** A callback came for the dead. */
export function countHit(kv: SyncKvStorage, buried: Tombstone): Tombstone {
  const counted = { ...buried, hits: buried.hits + 1 };
  kv.put(KEY, counted);
  return counted;
}

export function tombstoneWake({ deletedAt, step }: Tombstone, timeScale: number): number {
  switch (step) {
    case "files":
      return deletedAt;
    case "files_again":
      return deletedAt + AGAIN_MS / timeScale;
    case "rest":
      return deletedAt + REST_MS / timeScale;
  }
}

/** Tells the catalog, and by it the watchdog, of the step that is next and when it is due. */
export function announceDeletion(env: Env, taskId: string, buried: Tombstone, timeScale: number): Promise<void> {
  const place = { createdAt: buried.createdAt, taskId };
  return catalogOf(env).markDeleted(place, buried.version, tombstoneWake(buried, timeScale));
}

/** Does the next step. Null when nothing is left: the object forgets that it ever was. */
export async function advanceDeletion(
  storage: DurableObjectStorage,
  env: Env,
  taskId: string,
  buried: Tombstone,
  timeScale: number,
): Promise<Tombstone | null> {
  if (buried.step === "rest") {
    await catalogOf(env).drop({ createdAt: buried.createdAt, taskId });
    await storage.deleteAll();
    return null;
  }
  await deleteFiles(env.AUDIO, taskId);
  if (buried.source !== undefined)
    await dropSourceOf(env.AUDIO, buried.source.sourceId, buried.source.ref, buried.createdAt);
  await publishDeletion(env.STATE, taskId, buried.version);
  const step = buried.step === "files" ? "files_again" : "rest";
  // Both times: the catalog can be told of the task for the first time after the first.
  await announceDeletion(env, taskId, { ...buried, step }, timeScale);
  // With the callbacks that were counted meanwhile.
  const next = { ...(readTombstone(storage.kv) ?? buried), step } as const;
  storage.kv.put(KEY, next);
  return next;
}
