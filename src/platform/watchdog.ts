/**
 * The cron's round: alarms can be lost, the catalog can miss a call, an object can be out of reach for a while.
 *
 * Independent of the alarms that it watches over. Each part and each visit is isolated: a full inbox or a bad
 * task stops no other.
 */
import type { CatalogRow } from "../core/view/catalog-row.ts";
import { parseConfig } from "../core/config.ts";
import { catalogOf } from "./catalog/catalog.ts";
import { handOver } from "./catalog/handover.ts";
import { emptyInbox } from "./inbox/replay.ts";
import { dropUnusedSources } from "./sources/source-store.ts";
import { eachOf } from "./audio/slots.ts";
import { logFault } from "./log-fault.ts";

const NEGLECTED_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const TASKS_A_ROUND = 200;
const AT_ONCE = 6;

type Watched = Pick<Env, "TASKS" | "CATALOG" | "AUDIO">;

/** `scheduledAt` is epoch milliseconds. */
export async function watch(env: Env, scheduledAt: number): Promise<void> {
  const now = Math.max(scheduledAt, Date.now());
  await Promise.all([
    attempt("note the round", () => catalogOf(env).noteCron(now)),
    attempt("empty the inbox", () => emptyInbox(env, now)),
    attempt("drop unused sources", () => dropUnusedSources(env.AUDIO, now)),
    attempt("hand over submissions", () => handOverSubmissions(env, now)),
    attempt("start retention", () => startRetention(env, now)),
    attempt("look after tasks", () => lookAfterTasks(env, now, NEGLECTED_MS / parseConfig(env).timeScale)),
  ]);
}

/** What the provider took, and its task's object was out of reach for. */
async function handOverSubmissions(env: Env, now: number): Promise<void> {
  for (const handover of await catalogOf(env).handovers(now, TASKS_A_ROUND)) {
    await attempt("hand over a submission", async () => {
      await handOver(env, handover);
      const row = await env.TASKS.getByName(handover.taskId).touch();
      if (row !== null) await catalogOf(env).heal(row);
    });
  }
}

async function lookAfterTasks(env: Watched, now: number, neglectedMs: number): Promise<void> {
  const neglected = await catalogOf(env).neglected(now - neglectedMs, TASKS_A_ROUND);
  await visitAll(env, neglected, now);
}

/** A settled task has no alarm, so one that settled before `RETENTION_DAYS` was set is told of it here. */
async function startRetention(env: Env, now: number): Promise<void> {
  const { retentionDays, timeScale } = parseConfig(env);
  if (retentionDays === null) return;
  const expired = await catalogOf(env).expired(now - (retentionDays * DAY_MS) / timeScale, now, TASKS_A_ROUND);
  await visitAll(env, expired, now);
}

/** One that cannot be visited goes to the end of the queue. */
async function visitAll(env: Watched, tasks: readonly CatalogRow[], now: number): Promise<void> {
  await eachOf(tasks, AT_ONCE, async (row) => {
    const visited = await attempt("visit a task", () => visit(env, row));
    if (!visited) await attempt("put a task off", () => catalogOf(env).missed(row, now));
  });
}

/** A row of the catalog whose object knows no task (any more) is a leftover. */
async function visit(env: Watched, place: CatalogRow): Promise<void> {
  const object = env.TASKS.getByName(place.taskId);
  const row = await object.touch();
  if (row !== null) return catalogOf(env).heal(row);
  const wake = await object.deletionWake();
  if (wake === null) return catalogOf(env).drop(place);
  return catalogOf(env).markDeleted(place, place.version, Math.max(wake, Date.now()));
}

/** Whether it worked; never rejects. */
async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    logFault(`the watchdog could not ${what}`, error);
    return false;
  }
}
