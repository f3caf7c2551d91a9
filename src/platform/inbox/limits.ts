/**
 * How much of what belongs to no task is kept: by the minute in this isolate, by the day and in all in the catalog.
 *
 * Who has the capability of one submission cannot fill the inbox for the rest. What is refused is answered 503, and
 * counted for `/health`.
 */
import { catalogOf } from "../catalog/catalog.ts";
import type { InboxEntry } from "./inbox.ts";

export type InboxDoor = Pick<Env, "AUDIO" | "CATALOG">;

interface Amount {
  readonly entries: number;
  readonly bytes: number;
}

const MIB = 1_024 * 1_024;
/** In a minute, of one isolate. A submission has three callbacks, and all of them name their task. */
const MINUTE: Readonly<Record<"open" | "capability" | "all", Amount>> = {
  open: { entries: 600, bytes: 64 * MIB },
  capability: { entries: 60, bytes: 4 * MIB },
  all: { entries: 1_200, bytes: 128 * MIB },
};
const MINUTE_MS = 60_000;
const TELL_EVERY_MS = 5_000;

let minute = 0;
let used = new Map<string, Amount>();
let dropped = 0;
let toldAt = 0;

/** Counts it in where there is room. `later` takes work off the way of the answer. */
export async function hasRoom(
  env: InboxDoor,
  entry: Pick<InboxEntry, "ref" | "verdict">,
  bytes: number,
  later: (work: Promise<unknown>) => void,
): Promise<boolean> {
  const now = Date.now();
  const door = doorOf(entry);
  const admitted = isUnderMinute(door, entry.ref === null ? MINUTE.open : MINUTE.capability, bytes, now);
  // A catalog that is out of reach keeps nothing out.
  if (admitted)
    return catalogOf(env)
      .admitToInbox(door, entry.ref !== null, bytes, now)
      .catch(() => true);
  dropped += 1;
  if (now - toldAt >= TELL_EVERY_MS) {
    toldAt = now;
    later(tellDropped(env, now));
  }
  return false;
}

async function tellDropped(env: InboxDoor, now: number): Promise<void> {
  const count = dropped;
  dropped = 0;
  try {
    await catalogOf(env).noteDropped(count, now);
  } catch {
    dropped += count;
  }
}

/** Those with the same proof of being the provider's. */
function doorOf({ ref, verdict }: Pick<InboxEntry, "ref" | "verdict">): string {
  return ref === null ? (verdict.startsWith("hmac") ? "signature" : "token") : `capability ${ref}`;
}

function isUnderMinute(door: string, limit: Amount, bytes: number, now: number): boolean {
  const current = Math.floor(now / MINUTE_MS);
  if (current !== minute) used = new Map();
  minute = current;
  const after = [
    [door, limit],
    ["all", MINUTE.all],
  ] as const;
  const counts = after.map(([name, most]) => {
    const before = used.get(name) ?? { entries: 0, bytes: 0 };
    return { name, most, count: { entries: before.entries + 1, bytes: before.bytes + bytes } };
  });
  if (counts.some(({ most, count }) => count.entries > most.entries || count.bytes > most.bytes)) return false;
  for (const { name, count } of counts) used.set(name, count);
  return true;
}
