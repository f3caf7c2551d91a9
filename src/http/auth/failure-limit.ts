/**
 * Slows who fails again and again: ten refusals a minute for each address, counted by Cloudflare's rate limiter.
 *
 * Counted after the refusal, so what is right is never slowed, whatever else came from its address.
 */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";

/** Throws in place of the refusal that it counts, once there were too many. Without an address nobody is slowed. */
export async function countFailure<P extends string>(c: Context<AppEnv, P>, of: "callback" | "login"): Promise<void> {
  // On Cloudflare there always is one. `wrangler dev` has one person, who may well mistype.
  const address = c.req.header("cf-connecting-ip") ?? (of === "login" ? "local" : null);
  if (address === null || !("FAILURES" in c.env)) return;
  const { success } = await c.env.FAILURES.limit({ key: `${of} ${networkOf(address)}` });
  if (success) return;
  throw new Problem("too_many_failures", "Too many refused attempts came from this address. Try again in a minute.", {
    "retry-after": "60",
  });
}

/** Of IPv6 one person has a whole /64. */
function networkOf(address: string): string {
  const url = address.includes(":") ? URL.parse(`http://[${address}]`) : null;
  return url === null ? address : url.hostname.split(":").slice(0, 4).join(":");
}
