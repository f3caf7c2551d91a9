/**
 * Who answers a read of a task, and when: KV alone for what settled long ago, else the task's object.
 *
 * A waiting reader is held here, by the Worker: an object that holds a request bills its wall time.
 */
import type { Config } from "../core/config.ts";
import type { KeptFile } from "../core/kept-file.ts";
import type { TaskView } from "../core/view.ts";
import type { TaskObject } from "../platform/task-object.ts";
import { readPublished, type PublishedTask } from "../platform/read-model.ts";

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

/** Null for an unknown task. */
export async function readTask(reading: Reading): Promise<TaskView | null> {
  return (await settledLongAgo(reading))?.view ?? (await objectOf(reading).view());
}

/** Null for an unknown task. */
export async function readKeptFiles(reading: Reading): Promise<readonly KeptFile[] | null> {
  return (await settledLongAgo(reading))?.files ?? (await objectOf(reading).keptFiles());
}

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
