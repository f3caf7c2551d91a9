/**
 * The cron's round: alarms can be lost, the catalog can miss a call, an object can be out of reach for a while.
 *
 * Independent of the alarms that it watches over. Each visit is isolated: one bad task stops no other.
 */
import { parseConfig } from "../core/config.ts";
import { catalogOf } from "./catalog.ts";
import { emptyInbox } from "./inbox.ts";
import { slots } from "./slots.ts";

const NEGLECTED_MS = 10 * 60_000;
const TASKS_A_ROUND = 200;
const AT_ONCE = 6;

type Watched = Pick<Env, "TASKS" | "CATALOG" | "AUDIO">;

/** `scheduledAt` is epoch milliseconds. */
export async function watch(env: Env, scheduledAt: number): Promise<void> {
  const now = Math.max(scheduledAt, Date.now());
  await attempt("note the round", () => catalogOf(env).noteCron(now));
  await attempt("empty the inbox", () => emptyInbox(env, now));
  await attempt("look after tasks", () => lookAfterTasks(env, now, NEGLECTED_MS / parseConfig(env).timeScale));
}

async function lookAfterTasks(env: Watched, now: number, neglectedMs: number): Promise<void> {
  const neglected = await catalogOf(env).neglected(now - neglectedMs, TASKS_A_ROUND);
  const room = slots(AT_ONCE);
  await Promise.all(
    neglected.map(async ({ taskId }) => {
      const leave = await room.take();
      await attempt("visit a task", () => visit(env, taskId));
      leave();
    }),
  );
}

async function visit(env: Watched, taskId: string): Promise<void> {
  const row = await env.TASKS.getByName(taskId).touch();
  if (row !== null) await catalogOf(env).heal(row);
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(
      JSON.stringify({
        message: `the watchdog could not ${what}`,
        error: error instanceof Error ? error.name : "unknown",
      }),
    );
  }
}
