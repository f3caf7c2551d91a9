/**
 * Tells the catalog what changed: what callbacks did, off the way of their answers and several at a time.
 *
 * Best effort: what is lost here is told again at the next stage, at settlement, or by the watchdog. Only rows are
 * shared between requests; the call is made by the request that came first.
 */
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { catalogOf } from "./catalog.ts";
import { handOver } from "./handover.ts";
import { logFault } from "../log-fault.ts";

/** Long enough that a burst is one call, short enough that a list is current at once. */
const GATHER_MS = 200;
/** A request that was to tell can be cut off: then the next one takes over. */
const OVERDUE_MS = 1_000;
let gathered: CatalogRow[] = [];
let gatheredSince = 0;

export function tellCatalog(
  env: Pick<Env, "CATALOG" | "TASKS">,
  ctx: Pick<ExecutionContext, "waitUntil">,
  row: CatalogRow,
): void {
  gathered.push(row);
  const now = Date.now();
  if (gathered.length > 1 && now - gatheredSince < OVERDUE_MS) return;
  gatheredSince = now;
  ctx.waitUntil(tellGathered(env));
}

async function tellGathered(env: Pick<Env, "CATALOG" | "TASKS">): Promise<void> {
  await scheduler.wait(GATHER_MS);
  const rows = gathered;
  gathered = [];
  await tellAtOnce(env, rows);
}

/** For who answers somebody that looks at the list next. Never rejects: the watchdog makes good what was not told. */
export async function tellAtOnce(env: Pick<Env, "CATALOG" | "TASKS">, rows: readonly CatalogRow[]): Promise<void> {
  try {
    const found = await catalogOf(env).tell(rows);
    await Promise.all(found.map((handover) => handOver(env, handover)));
  } catch (error) {
    logFault("the catalog was not told", error, { rows: rows.length });
  }
}
