/**
 * Authenticated deliveries that belong to no task, or whose task could not be reached: kept in R2 under `inbox/`.
 *
 * Named by the hash of the raw bytes, so that a redelivery is the same entry. Metadata is a persisted contract.
 */
import * as z from "zod";
import { parseMessage } from "../core/provider/message.ts";
import { observe } from "./task/client.ts";
import type { Delivery } from "./task/messages.ts";

export const INBOX_REASONS = ["not_utf8", "not_json", "no_task_id", "unreachable", "other_ref"] as const;

export interface InboxEntry {
  readonly sha256: string;
  readonly reason: (typeof INBOX_REASONS)[number];
  readonly verdict: string;
  readonly receivedAt: string;
  /** The task that it names, and the host that received it, where it may be delivered later. */
  readonly taskId: string | null;
  readonly host: string;
  /** The submission that its capability is for. */
  readonly ref: string | null;
}

export interface InboxItem extends InboxEntry {
  readonly bytes: Uint8Array;
}

export interface InboxPage {
  readonly items: readonly InboxItem[];
  readonly nextCursor: string | null;
}

const PREFIX = "inbox/";
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
const MAX_A_MINUTE = 600;

const metadata = z.object({
  reason: z.enum(INBOX_REASONS),
  verdict: z.string(),
  receivedAt: z.string(),
  taskId: z.string().optional(),
  host: z.string().default(""),
  ref: z.string().optional(),
});

let minute = 0;
let filedInMinute = 0;

/** Resolves once the body is durable; false where too many came in this minute and nothing was stored. */
export async function fileInInbox(
  bucket: R2Bucket,
  { sha256, taskId, ref, ...facts }: InboxEntry,
  body: string | Uint8Array,
): Promise<boolean> {
  const now = Math.floor(Date.now() / 60_000);
  if (now !== minute) filedInMinute = 0;
  minute = now;
  if (filedInMinute >= MAX_A_MINUTE) return false;
  filedInMinute += 1;
  const known = { ...(taskId === null ? {} : { taskId }), ...(ref === null ? {} : { ref }) };
  await bucket.put(PREFIX + sha256, body, { customMetadata: { ...facts, ...known } });
  return true;
}

/** At most `limit` entries and `maxBytes` of bodies, but at least one. */
export async function readInbox(
  bucket: R2Bucket,
  cursor: string | null,
  limit: number,
  maxBytes: number,
): Promise<InboxPage> {
  const { entries, nextCursor } = await list(bucket, cursor, limit);
  const items: InboxItem[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += entry.size;
    if (items.length > 0 && bytes > maxBytes) return { items, nextCursor: items.at(-1)?.sha256 ?? null };
    const object = await bucket.get(PREFIX + entry.sha256);
    if (object !== null) items.push({ ...entry, bytes: new Uint8Array(await object.arrayBuffer()) });
  }
  return { items, nextCursor };
}

/** Hands over what could not reach its object, and deletes what is older than 30 days. One bad entry stops no other. */
export async function emptyInbox(env: Pick<Env, "AUDIO" | "TASKS">, now: number): Promise<void> {
  let cursor: string | null = null;
  do {
    const page: Listing = await list(env.AUDIO, cursor, 100);
    for (const entry of page.entries) {
      const expired = now - Date.parse(entry.receivedAt) > KEPT_MS;
      if (expired || (await deliver(env, entry))) await env.AUDIO.delete(PREFIX + entry.sha256);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function deliver(
  env: Pick<Env, "AUDIO" | "TASKS">,
  { sha256, taskId, verdict, host, ref, reason }: InboxEntry,
): Promise<boolean> {
  if (taskId === null || reason !== "unreachable") return false;
  const object = await env.AUDIO.get(PREFIX + sha256);
  if (object === null) return false;
  const body = await object.text();
  const { observation } = parseMessage(JSON.parse(body));
  const delivery: Delivery = { sha256, via: "callback", verdict, observation, body, host, ref };
  const receipt = await observe(env.TASKS, taskId, delivery);
  return receipt !== null && !receipt.misdirected;
}

interface Listing {
  readonly entries: readonly (InboxEntry & { readonly size: number })[];
  readonly nextCursor: string | null;
}

/** In the order of the hashes. The cursor is the last hash of the page before. */
async function list(bucket: R2Bucket, cursor: string | null, limit: number): Promise<Listing> {
  const after = cursor === null ? {} : { startAfter: PREFIX + cursor };
  const page = await bucket.list({ prefix: PREFIX, limit, include: ["customMetadata"], ...after });
  const entries = page.objects.flatMap(({ key, size, customMetadata }) => {
    const facts = metadata.safeParse(customMetadata);
    if (!facts.success) return [];
    return [
      {
        ...facts.data,
        taskId: facts.data.taskId ?? null,
        ref: facts.data.ref ?? null,
        sha256: key.slice(PREFIX.length),
        size,
      },
    ];
  });
  const last = page.objects.at(-1)?.key.slice(PREFIX.length) ?? null;
  return { entries, nextCursor: page.truncated ? last : null };
}
