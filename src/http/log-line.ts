/**
 * Our own log lines, one JSON object each. Never a URL, token or body: the route's pattern stands for the path.
 *
 * A flood of the same refusal is one line in ten seconds, with the count of what it stands for.
 */
import type { Context } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "./app-env.ts";

const EVERY_MS = 10_000;
const MAX_KINDS = 100;
const counted = new Map<string, { lastAt: number; held: number }>();

/** Logs an answer that was a refusal or a fault. `verdict` is the cause. */
export function logRefusal(c: Context<AppEnv>, status: number, verdict: string): void {
  const { method } = c.req;
  const route = routePath(c, -1);
  const held = heldBack(`${route} ${status} ${verdict}`, Date.now());
  if (held === null) return;
  const line = {
    method,
    route,
    status,
    verdict,
    requestId: c.get("requestId"),
    ...(held === 0 ? {} : { alsoSince: held }),
  };
  if (status >= 500) console.error(JSON.stringify(line));
  else console.log(JSON.stringify(line));
}

/** How many like it were held back since the last line, or null where this one is held back too. */
function heldBack(kind: string, now: number): number | null {
  const known = counted.get(kind);
  if (known !== undefined && now - known.lastAt < EVERY_MS) {
    known.held += 1;
    return null;
  }
  if (known === undefined && counted.size >= MAX_KINDS) counted.clear();
  counted.set(kind, { lastAt: now, held: 0 });
  return known?.held ?? 0;
}
