/**
 * Who answers a read of a task, and when: KV alone for what settled long ago, else the task's object.
 *
 * A waiting reader is held here, by the Worker: an object that holds a request bills its wall time.
 */
import type { Context } from "hono";
import type { Config } from "../../core/config.ts";
import { isTaskId } from "../../core/ids.ts";
import type { KeptFile } from "../../core/view/kept-file.ts";
import type { TaskView } from "../../core/view/view.ts";
import type { Deleted, MovedOn } from "../../platform/task/messages.ts";
import type { TaskObject } from "../../platform/task/task-object.ts";
import { Problem } from "../problem.ts";
import { readPublished, type PublishedTask } from "../../platform/read-model.ts";

/** After this, the provider's retries are over and KV has reached every location. */
const SETTLED_FOR_MS = 15 * 60_000;
const OFTEN_MS = 1_000;
const OFTEN_FOR_MS = 10_000;
const SELDOM_MS = 2_000;

export interface Reading {
  readonly env: Env;
  readonly config: Config;
  readonly taskId: string;
  readonly minVersion: number;
  /** `Cache-Control: no-cache` was sent, or the reader waits: nothing older than now will do. */
  readonly current: boolean;
}

/** Throws a problem for an unknown or a deleted task. */
export async function readTask(reading: Reading): Promise<TaskView> {
  return (await settledLongAgo(reading))?.view ?? present<TaskView>(await objectOf(reading).view());
}

/** Throws a problem for an unknown or a deleted task. */
export async function readKeptFiles(reading: Reading): Promise<readonly KeptFile[]> {
  return (await settledLongAgo(reading))?.files ?? present<readonly KeptFile[]>(await objectOf(reading).keptFiles());
}

/** What an object answered of its task, or the problem that there is none. */
export function present<T extends object>(answer: T | Deleted | MovedOn | null): T {
  if (answer === null) throw new Problem("task_not_found", UNKNOWN, {}, {}, UNKNOWN_TO_PEOPLE);
  if ("movedTo" in answer) throw movedOn(answer.movedTo);
  if ("deletedAt" in answer)
    throw new Problem("task_deleted", `The task was deleted at ${answer.deletedAt}. Its files are gone.`);
  return answer;
}

/** The refusal of a write whose condition does not hold. */
export function movedOn(version: number): Problem {
  const detail = `The task has moved on to version ${version}, and nothing was done. Read it, then decide again.`;
  return new Problem("precondition_failed", detail);
}

/** The task id of the path. One that could name no task is an unknown one. */
export function taskIdOf(c: Context): string {
  const id = c.req.param("id") ?? "";
  if (!isTaskId(id))
    throw new Problem("task_not_found", "This cannot be a task id: it has 1 to 128 of A-Z a-z 0-9 * . _ ~ -.");
  return id;
}

const NOT_YET = "No callback has named this task yet. Check the id, and that its callBackUrl leads here";
const UNKNOWN = `${NOT_YET}; PUT /tasks/:id adopts a task that was submitted elsewhere.`;
const UNKNOWN_TO_PEOPLE = `${NOT_YET}. With its first callback it appears by itself: open this page again then. If its callBackUrl leads elsewhere, or its callbacks were lost, the provider can be asked for it where PROVIDER_API_KEY is set.`;

/** Resolves when the version is no longer `seen` and at least `minVersion`, when the time is up, or when the reader went away. */
export async function waitForChange(
  reading: Reading,
  seen: number | null,
  waitMs: number,
  gone: AbortSignal,
): Promise<void> {
  const start = Date.now();
  for (;;) {
    const version = await objectOf(reading).versionOf();
    if (version === null || (version !== seen && version >= reading.minVersion)) return;
    const waited = Date.now() - start;
    const pause = Math.min(waited < OFTEN_FOR_MS ? OFTEN_MS : SELDOM_MS, waitMs - waited);
    if (pause <= 0 || gone.aborted) return;
    await scheduler.wait(pause, { signal: gone }).catch(() => undefined);
  }
}

async function settledLongAgo({ env, config, taskId, minVersion, current }: Reading): Promise<PublishedTask | null> {
  if (current) return null;
  const published = await readPublished(env.STATE, taskId);
  const settledAt = published?.view.settledAt ?? null;
  if (published === null || settledAt === null || published.view.version < minVersion) return null;
  return Date.now() - Date.parse(settledAt) >= SETTLED_FOR_MS / config.timeScale ? published : null;
}

function objectOf({ env, taskId }: Reading): DurableObjectStub<TaskObject> {
  return env.TASKS.getByName(taskId);
}
