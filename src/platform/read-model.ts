/**
 * The published state of settled tasks in KV, `task:<id>`. Derived: the task's object is the truth.
 *
 * KV is eventually consistent: for a minute or so a far location may show an older entry.
 */
import * as z from "zod";
import type { Task } from "../core/task.ts";
import { taskView, viewOf } from "../core/view.ts";
import { keptFilesOf, keptFile } from "../core/kept-file.ts";

/** A persisted contract. */
const entry = z.object({ view: taskView, files: z.array(keptFile) });

export type PublishedTask = z.infer<typeof entry>;

export async function publishTask(kv: KVNamespace, task: Task): Promise<void> {
  const published: PublishedTask = { view: viewOf(task), files: [...keptFilesOf(task)] };
  await kv.put(keyOf(task.taskId), JSON.stringify(published));
}

function keyOf(taskId: string): string {
  return `task:${taskId}`;
}
