/** `GET /health`: is this Worker configured, and does its cron run? Open, so it tells names and sentences, never values. */
import { Hono } from "hono";
import * as z from "zod";
import { missingSecrets, type Config } from "../../core/config.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";
import type { AppEnv } from "../app-env.ts";

/** A deploy with another configuration than `wrangler.toml` can lack one. */
const BINDINGS = ["TASKS", "CATALOG", "AUDIO", "STATE"] as const;
const CRON_SILENT_MS = 15 * 60_000;
const ASK_EVERY_MS = 30_000;

export const healthReport = z.object({
  status: z.enum(["ok", "unconfigured"]),
  missing: z.array(z.string()),
  warnings: z.array(z.string()),
});

export const health = new Hono<AppEnv>().get("/health", async (c) => {
  const config = c.get("config");
  const unbound: readonly string[] = BINDINGS.filter((name) => !(name in c.env));
  const missing = [...missingSecrets(config), ...unbound];
  const warnings = [...config.warnings, ...signatureWarnings(config), ...(await cronWarnings(c.env, Date.now()))];
  const report: z.infer<typeof healthReport> = {
    status: missing.length === 0 ? "ok" : "unconfigured",
    missing,
    warnings,
  };
  return c.json(report, 200, { "cache-control": "no-store" });
});

function signatureWarnings({ callbackToken, callbackHmacKey, providerApiKey }: Config): readonly string[] {
  if (callbackHmacKey.state !== "set" || callbackToken.state === "set" || providerApiKey !== null) return [];
  return [
    "Callbacks are known by their signature alone, which covers no body: whoever captures one can forge the results of that task. Set CALLBACK_TOKEN too and put it into the callBackUrl, or set PROVIDER_API_KEY to have results confirmed.",
  ];
}

/** A stranger may ask often: the catalog is asked at most twice a minute. */
let asked = { at: Number.NEGATIVE_INFINITY, cronSeenAt: null as number | null };

async function cronWarnings(env: Env, now: number): Promise<readonly string[]> {
  if (!("CATALOG" in env)) return [];
  if (now - asked.at > ASK_EVERY_MS) asked = { at: now, cronSeenAt: await catalogOf(env).cronSeenAt() };
  if (asked.cronSeenAt === null || now - asked.cronSeenAt < CRON_SILENT_MS) return [];
  return [
    "The cron has been silent for more than 15 minutes: nobody looks after tasks whose alarm was lost. Check the [triggers] of wrangler.toml and deploy again.",
  ];
}
