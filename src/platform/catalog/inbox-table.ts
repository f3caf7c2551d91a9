/**
 * How much the inbox took, by the day and by who let it in. **A persisted contract.**
 *
 * It is counted when it is let in, and forgotten with the 30 days that the inbox keeps it for.
 */
import * as z from "zod";

const MIB = 1_024 * 1_024;
/** In a day, under the capability of one submission. */
const CAPABILITY_DAY = { entries: 200, bytes: 16 * MIB } as const;
/** In all. */
const TOTAL = { entries: 200_000, bytes: 10_240 * MIB } as const;
const DAY_MS = 24 * 60 * 60_000;
const KEPT_DAYS = 31;

const amount = z.object({ entries: z.int(), bytes: z.int() });

export function createInboxUse(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS inbox_use (
    day INTEGER NOT NULL, door TEXT NOT NULL, entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (day, door)) WITHOUT ROWID`);
}

/** Counts it in where there is room, else as dropped. `ALL` has the sums of each day. */
export function admitToInbox(
  sql: SqlStorage,
  door: string,
  isCapability: boolean,
  bytes: number,
  now: number,
): boolean {
  const day = dayOf(now);
  const mine = amountOf(sql, "day = ? AND door = ?", day, door);
  const all = amountOf(sql, "day > ? AND door = ?", day - KEPT_DAYS, ALL);
  const isFull =
    (isCapability && (mine.entries >= CAPABILITY_DAY.entries || mine.bytes + bytes > CAPABILITY_DAY.bytes)) ||
    all.entries >= TOTAL.entries ||
    all.bytes + bytes > TOTAL.bytes;
  if (isFull) noteDropped(sql, 1, now);
  else for (const name of [door, ALL]) count(sql, day, name, 1, bytes, 0);
  return !isFull;
}

export function noteDropped(sql: SqlStorage, dropped: number, now: number): void {
  count(sql, dayOf(now), ALL, 0, 0, dropped);
}

/** Of the days that the inbox keeps. */
export function droppedFromInbox(sql: SqlStorage, now: number): number {
  const query = "SELECT coalesce(sum(dropped), 0) AS dropped FROM inbox_use WHERE day > ? AND door = ?";
  return z.object({ dropped: z.int() }).parse(sql.exec(query, dayOf(now) - KEPT_DAYS, ALL).one()).dropped;
}

export function forgetInboxUse(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM inbox_use WHERE day <= ?", dayOf(now) - KEPT_DAYS);
}

/** No door has this name. */
const ALL = "";

function amountOf(sql: SqlStorage, where: string, ...values: readonly SqlStorageValue[]): z.infer<typeof amount> {
  const sums = "coalesce(sum(entries), 0) AS entries, coalesce(sum(bytes), 0) AS bytes";
  return amount.parse(sql.exec(`SELECT ${sums} FROM inbox_use WHERE ${where}`, ...values).one());
}

function count(sql: SqlStorage, day: number, door: string, entries: number, bytes: number, dropped: number): void {
  sql.exec(
    `INSERT INTO inbox_use (day, door, entries, bytes, dropped) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (day, door)
     DO UPDATE SET entries = entries + ?3, bytes = bytes + ?4, dropped = dropped + ?5`,
    day,
    door,
    entries,
    bytes,
    dropped,
  );
}

function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}
