/**
 * The published state of settled tasks in KV, `task:<id>`. Derived: the task's object is the truth.
 *
 * KV is eventually consistent: for a minute or so a far location may show an older entry. So it answers alone only
 * for tasks that settled long ago; one that opened again is published as such, which sends readers to the object.
 */
import * as z from "zod";
import { keptFile, keptFilesOf } from "../core/view/kept-file.ts";
import type { Task } from "../core/task/task.ts";
import { taskView, viewOf, type TaskView } from "../core/view/view.ts";
import { logFault } from "./log-fault.ts";

/** A persisted contract. */
const settledEntry = z.object({ view: taskView, files: z.array(keptFile) });

export type PublishedTask = z.infer<typeof settledEntry>;

/** `shown`: the view as others may see it. */
export async function publishTask(kv: KVNamespace, task: Task, shown: (view: TaskView) => TaskView): Promise<void> {
  const view = task.settledAt === null ? null : { view: shown(viewOf(task)), files: keptFilesOf(task) };
  await kv.put(keyOf(task.taskId), JSON.stringify(view ?? askTheObject(task)));
}

/** What is published is no longer how the task stands: until it is published anew, readers are sent to its object. */
export async function sendToObject(kv: KVNamespace, task: Task): Promise<void> {
  await kv.put(keyOf(task.taskId), JSON.stringify(askTheObject(task)));
}

function askTheObject({ version }: Task): object {
  return { reopened: true, version };
}

/** How long KV says that a task is gone; the object says so for as long. */
const DELETED_FOR_SECONDS = 30 * 24 * 60 * 60;

/** Never a `delete`: a far location could go on showing what it has. */
export async function publishDeletion(kv: KVNamespace, taskId: string, version: number): Promise<void> {
  await kv.put(keyOf(taskId), JSON.stringify({ deleted: true, version }), { expirationTtl: DELETED_FOR_SECONDS });
}

/**
 * Null where the object must answer: nothing is published, it is open again, a release wrote it that we cannot read,
 * or KV does not answer.
 */
export async function readPublished(kv: KVNamespace, taskId: string): Promise<PublishedTask | null> {
  const entry = settledEntry.safeParse(await read(kv, keyOf(taskId)));
  return entry.success ? entry.data : null;
}

async function read(kv: KVNamespace, key: string): Promise<unknown> {
  try {
    return await kv.get(key, "json");
  } catch (error) {
    logFault("KV did not answer", error);
    return null;
  }
}

function keyOf(taskId: string): string {
  return `task:${taskId}`;
}
