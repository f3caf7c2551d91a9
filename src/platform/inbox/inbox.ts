/**
 * Authenticated deliveries that belong to no task, or whose task could not be reached: kept in R2 under `inbox/`.
 *
 * What can be delivered later lies under a prefix of its own, so that it is found however much else there is; the rest
 * lies under the day of its receipt, so that the oldest comes first. **Keys and metadata are a persisted contract.**
 */
import * as z from "zod";
import { sha256Hex } from "../../core/ids.ts";
import { hasRoom, type InboxDoor } from "./limits.ts";

export const INBOX_REASONS = ["not_utf8", "not_json", "no_task_id", "unreachable", "other_ref", "unknown_ref"] as const;

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

/** An entry and where it lies. */
export interface Filed extends InboxEntry {
  readonly key: string;
  readonly size: number;
}

export interface InboxItem extends InboxEntry {
  /** Of the body as a whole. */
  readonly size: number;
  /** As far as they were asked for. */
  readonly bytes: Uint8Array;
}

export interface InboxPage {
  readonly items: readonly InboxItem[];
  readonly nextCursor: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Thirty, and the days at both ends. */
const KEPT_DAYS = 32;
const PREFIX = "inbox/";
export const DUE = `${PREFIX}due/`;
export const KEPT = `${PREFIX}kept/`;
/** What a cursor looks like: a key, without the prefix. */
export const INBOX_CURSOR = /^(?:due|kept\/\d{4}-\d\d-\d\d)\/[0-9a-f]{64}(?:-[0-9a-f]{16})?$/;

const metadata = z.object({
  reason: z.enum(INBOX_REASONS),
  verdict: z.string(),
  receivedAt: z.string(),
  taskId: z.string().optional(),
  host: z.string().default(""),
  ref: z.string().optional(),
});

/** Resolves once the body is durable; false where there is no room for it and nothing was stored. */
export async function fileInInbox(
  env: InboxDoor,
  entry: InboxEntry,
  body: string | Uint8Array,
  later: (work: Promise<unknown>) => void,
): Promise<boolean> {
  const { reason, verdict, receivedAt, host, taskId, ref } = entry;
  // A task that is out of reach for a while loses none of its deliveries for that.
  if (entry.reason !== "unreachable" && !(await hasRoom(env, entry, body.length, later))) return false;
  const known = { ...(taskId === null ? {} : { taskId }), ...(ref === null ? {} : { ref }) };
  // The first of the same stands, with the time of its receipt.
  const onlyIf = { etagDoesNotMatch: "*" };
  await env.AUDIO.put(keyOf(entry), body, { customMetadata: { reason, verdict, receivedAt, host, ...known }, onlyIf });
  return true;
}

/** The same bytes for another task, or under another proof, are another entry. */
function keyOf({ sha256, reason, verdict, taskId, ref, receivedAt }: InboxEntry): string {
  if (reason !== "unreachable") return `${KEPT}${receivedAt.slice(0, 10)}/${sha256}`;
  return `${DUE}${sha256}-${sha256Hex(JSON.stringify([taskId, verdict, ref])).slice(0, 16)}`;
}

/**
 * At most `limit` entries and `maxBytes` of bodies, but at least one; of each body its first `maxBody` bytes. What can be
 * delivered comes first, then the newest day. A bucket lists in the order of its keys, so a page is sorted by itself.
 */
export async function readInbox(
  bucket: R2Bucket,
  cursor: string | null,
  limit: number,
  { maxBytes, maxBody = maxBytes }: { readonly maxBytes: number; readonly maxBody?: number },
): Promise<InboxPage> {
  const { filed, isLast } = await listNewest(bucket, cursor === null ? null : PREFIX + cursor, limit);
  const items: InboxItem[] = [];
  let bytes = 0;
  let read: string | null = null;
  for (const { key, size, ...entry } of filed) {
    bytes += Math.min(size, maxBody);
    if (items.length > 0 && bytes > maxBytes) return { items: newestFirst(items), nextCursor: read };
    const object = await bucket.get(key, size > maxBody ? { range: { offset: 0, length: maxBody } } : {});
    read = key.slice(PREFIX.length);
    if (object !== null) items.push({ ...entry, size, bytes: new Uint8Array(await object.arrayBuffer()) });
  }
  return { items: newestFirst(items), nextCursor: isLast ? null : read };
}

/** From one place to the next: what can be delivered, then day by day backwards. */
async function listNewest(
  bucket: R2Bucket,
  after: string | null,
  limit: number,
): Promise<{ readonly filed: readonly Filed[]; readonly isLast: boolean }> {
  const { delimitedPrefixes } = await bucket.list({ prefix: KEPT, delimiter: "/" });
  const days = delimitedPrefixes.toSorted().toReversed();
  const isPastDue = after?.startsWith(KEPT) === true;
  const places = isPastDue ? days.filter((day) => day <= after) : [DUE, ...days];
  const filed: Filed[] = [];
  for (const place of places) {
    for (let from = after?.startsWith(place) === true ? after : null; ;) {
      const { entries, last } = await listFiled(bucket, place, from, limit - filed.length);
      filed.push(...entries);
      if (filed.length >= limit) return { filed, isLast: last === null && place === places.at(-1) };
      if (last === null) break;
      from = last;
    }
  }
  return { filed, isLast: true };
}

/** After what can be delivered. */
function newestFirst(items: readonly InboxItem[]): readonly InboxItem[] {
  const placeOf = ({ reason }: InboxItem): number => (reason === "unreachable" ? 0 : 1);
  return items.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.receivedAt < b.receivedAt ? 1 : -1));
}

const COUNTED = 100;

/** "0" to "99", else "100 or more". */
export async function countInbox(bucket: R2Bucket): Promise<string> {
  const { objects } = await bucket.list({ prefix: PREFIX, limit: COUNTED });
  return objects.length < COUNTED ? String(objects.length) : `${COUNTED} or more`;
}

/** Where the entries of these bytes lie: among what can be delivered, or under one of the last days. */
export async function findFiled(bucket: R2Bucket, sha256: string, now: number): Promise<readonly Filed[]> {
  const days = Array.from({ length: KEPT_DAYS }, (_, back) => new Date(now - back * DAY_MS).toISOString().slice(0, 10));
  const places = [DUE, ...days.map((day) => `${KEPT}${day}/`)];
  const found = await Promise.all(places.map((place) => listFiled(bucket, place + sha256, null, COUNTED)));
  return found.flatMap(({ entries }) => entries);
}

interface Listing {
  readonly entries: readonly Filed[];
  /** Of which nobody knows what they are. */
  readonly unreadable: readonly { readonly key: string; readonly uploaded: Date }[];
  /** The last key that was looked at; null at the end. */
  readonly last: string | null;
}

/** In the order of the keys, after one of them. */
export async function listFiled(
  bucket: R2Bucket,
  prefix: string,
  after: string | null,
  limit: number,
): Promise<Listing> {
  const place = after === null ? {} : { startAfter: after };
  const page = await bucket.list({ prefix, limit, include: ["customMetadata"], ...place });
  const unreadable: Pick<R2Object, "key" | "uploaded">[] = [];
  const entries = page.objects.flatMap(({ key, size, customMetadata, uploaded }) => {
    const facts = metadata.safeParse(customMetadata);
    if (!facts.success) {
      unreadable.push({ key, uploaded });
      return [];
    }
    const sha256 = key.slice(key.lastIndexOf("/") + 1).split("-")[0] ?? "";
    const { taskId = null, ref = null } = facts.data;
    return [{ ...facts.data, taskId, ref, sha256, key, size }];
  });
  return { entries, unreadable, last: page.truncated ? (page.objects.at(-1)?.key ?? null) : null };
}
