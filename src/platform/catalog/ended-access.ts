/** Which sessions and shares were ended: asked of the catalog at most once a minute by each isolate. */
import type { Ended } from "./access-table.ts";
import { catalogOf } from "./catalog.ts";

const ASK_EVERY_MS = 60_000;

let known: Ended | null = null;
let askedAt = Number.NEGATIVE_INFINITY;

/** A catalog that is out of reach leaves what was known. Rejects where nothing is: what may have ended opens nothing. */
export async function endedAccess(env: Pick<Env, "CATALOG">, now: number): Promise<Ended> {
  if (known !== null && now - askedAt < ASK_EVERY_MS) return known;
  const before = askedAt;
  askedAt = now;
  try {
    known = await catalogOf(env).ended(now);
  } catch (error) {
    askedAt = before;
    if (known === null) throw error;
  }
  return known;
}

/** Something ended here just now: the next one asks. */
export function forgetEnded(): void {
  askedAt = Number.NEGATIVE_INFINITY;
}
