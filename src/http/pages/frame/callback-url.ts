/** The callBackUrl that this Worker is to be given, for its owner to copy. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";

export interface CallBackUrl {
  /** Without the secret. */
  readonly masked: string;
  /** Whoever knows it can report results. */
  readonly whole: string;
}

export function callBackUrlOf(c: Context<AppEnv>): CallBackUrl {
  const { publicUrl, callbackToken } = c.get("config");
  const door = `${(publicUrl ?? new URL(c.req.url)).origin}/callback`;
  const token = callbackToken.state === "set" ? callbackToken.values[0] : undefined;
  if (token === undefined) return { masked: door, whole: door };
  const masked = `${door}/••••••••`;
  // Who only reads is not told how to report.
  return { masked, whole: c.get("mayAct") === true ? `${door}/${token}` : masked };
}
