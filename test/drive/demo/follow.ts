/** Watches tasks through the Worker's status endpoint until all are settled. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import { titleOf, type Made, type Task } from "../../rig/provider/ledger.ts";
import type { Followed } from "./progress.ts";

/** With `beforeRound` and `onRound` around each round. Resolves early, with what is known, when `deadlineMs` have passed. */
export async function follow(
  client: BacklineClient,
  submitted: readonly (Task | Made)[],
  {
    deadlineMs,
    signal,
    beforeRound,
    onRound,
  }: {
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
    readonly beforeRound: () => Promise<void>;
    readonly onRound: (tasks: readonly Followed[]) => void;
  },
): Promise<readonly Followed[]> {
  const endAt = Date.now() + deadlineMs;
  // Many tasks are asked about less often, so that asking does not slow down what is asked about.
  const pauseMs = Math.max(200, submitted.length * 20);
  let tasks: readonly Followed[] = submitted.map((task) => ({
    taskId: task.taskId,
    title: titleOf(task),
    view: null,
  }));
  for (;;) {
    await beforeRound();
    tasks = await Promise.all(tasks.map((task) => looked(client, task)));
    signal.throwIfAborted();
    onRound(tasks);
    if (tasks.every(({ view }) => view !== null && isDone(view)) || Date.now() >= endAt) return tasks;
    await sleep(pauseMs, undefined, { signal });
  }
}

async function looked(client: BacklineClient, task: Followed): Promise<Followed> {
  if (task.view !== null && isDone(task.view)) return task;
  return { ...task, view: await client.task(task.taskId) };
}

/** Covers and assessments never hold settlement, but they are part of what is shown and checked. */
function isDone({ settled, tracks }: NonNullable<Followed["view"]>): boolean {
  const covered = tracks.every(({ cover }) => cover.state === "stored" || cover.state === "lost");
  return settled && covered && tracks.every(({ assessment }) => assessment?.state !== "pending");
}
