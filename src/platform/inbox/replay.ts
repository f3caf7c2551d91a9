/**
 * The cron's part in the inbox: hands over what could not reach its object, and deletes what is older than 30 days.
 *
 * It reads what can be delivered, and of the rest no more than its oldest. One bad entry stops no other.
 */
import { isTaskId } from "../../core/ids.ts";
import { parseMessage } from "../../core/provider/message.ts";
import { readDelivery } from "../../core/provider/recovery.ts";
import { eachOf } from "../audio/slots.ts";
import { observe } from "../task/client.ts";
import type { Delivery } from "../task/messages.ts";
import { DUE, findFiled, KEPT, listFiled, type Filed } from "./inbox.ts";
import { logFault } from "../log-fault.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEPT_MS = 30 * DAY_MS;
const PAGE = 100;
const AT_ONCE = 6;
/** Shorter than the time between two rounds. */
const ROUND_MS = 240_000;

type Inbox = Pick<Env, "AUDIO" | "TASKS">;

/** `now` is epoch milliseconds. */
export async function emptyInbox(env: Inbox, now: number): Promise<void> {
  await Promise.all([deliverAll(env, now), deleteOld(env.AUDIO, now)]);
}

/** From a random place on and around: what is stuck for good keeps the same others waiting in no two rounds. */
async function deliverAll(env: Inbox, now: number): Promise<void> {
  const startedAt = Date.now();
  const from = DUE + Math.floor(Math.random() * 16).toString(16);
  for (const part of [from, null]) {
    for (let after: string | null = part; ;) {
      const { entries, unreadable, last } = await listFiled(env.AUDIO, DUE, after, PAGE);
      const old = unreadable.filter(({ uploaded }) => now - uploaded.getTime() > KEPT_MS).map(({ key }) => key);
      if (old.length > 0) await env.AUDIO.delete(old);
      const mine = entries.filter(({ key }) => part !== null || key <= from);
      await eachOf(mine, AT_ONCE, (entry) => handle(env, entry, now));
      if (last === null || (part === null && last > from) || Date.now() - startedAt > ROUND_MS) break;
      after = last;
    }
  }
}

async function handle(env: Inbox, entry: Filed, now: number): Promise<void> {
  try {
    const isOld = now - Date.parse(entry.receivedAt) > KEPT_MS;
    if (isOld || (await deliver(env, entry))) await env.AUDIO.delete(entry.key);
  } catch (error) {
    logFault("an entry of the inbox could not be delivered", error);
  }
}

/** What became of a delivery that somebody wants delivered again. */
export type Again =
  | { readonly type: "delivered"; readonly taskId: string }
  | { readonly type: "unknown" | "names_no_task" | "not_taken" };

/** Read again: a later release may find the task that an earlier one did not. */
export async function deliverAgain(env: Inbox, sha256: string, now: number): Promise<Again> {
  const found = await findFiled(env.AUDIO, sha256, now);
  if (found.length === 0) return { type: "unknown" };
  let result: Again = { type: "names_no_task" };
  for (const entry of found) {
    const taskId = entry.taskId ?? (await namedTask(env, entry));
    if (taskId === null) continue;
    if (await deliver(env, { ...entry, taskId }, true)) {
      await env.AUDIO.delete(entry.key);
      return { type: "delivered", taskId };
    }
    result = { type: "not_taken" };
  }
  return result;
}

async function namedTask(env: Inbox, { key }: Filed): Promise<string | null> {
  const text = (await (await env.AUDIO.get(key))?.text()) ?? "";
  try {
    return parseMessage(JSON.parse(text)).taskIds.find(isTaskId) ?? null;
  } catch {
    return null;
  }
}

async function deliver(
  env: Inbox,
  { key, sha256, taskId, verdict, host, ref }: Filed,
  vouched = false,
): Promise<boolean> {
  const object = taskId === null ? null : await env.AUDIO.get(key);
  if (taskId === null || object === null) return false;
  const body = await object.text();
  const json: unknown = JSON.parse(body);
  const said = readDelivery(json, parseMessage(json), taskId, ref);
  const delivery: Delivery = { sha256, via: "callback", verdict, ...said, body, host, ref, vouched };
  const receipt = await observe(env.TASKS, taskId, delivery);
  return receipt !== null && receipt.misdirection === null;
}

/** The keys begin with the day, so the oldest come first. */
async function deleteOld(bucket: R2Bucket, now: number): Promise<void> {
  const oldest = `${KEPT}${new Date(now - KEPT_MS).toISOString().slice(0, 10)}`;
  for (;;) {
    const { objects } = await bucket.list({ prefix: KEPT, limit: PAGE });
    const old = objects.filter(({ key }) => key < oldest).map(({ key }) => key);
    if (old.length > 0) await bucket.delete(old);
    if (old.length < PAGE) return;
  }
}
