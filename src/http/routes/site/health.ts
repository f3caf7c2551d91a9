/**
 * `GET /health`: is this Worker configured, and does its cron run? A stranger is told what is missing, by name; what is
 * to be looked after is told to who has a token. Never values.
 */
import { Hono } from "hono/tiny";
import * as z from "zod";
import { missingSecrets, type Config } from "../../../core/config.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { bearerOf, sessionOf } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";

/** A deploy with another configuration than `wrangler.toml` can lack one. */
const BINDINGS = ["TASKS", "CATALOG", "AUDIO", "STATE"] as const;
const CRON_SILENT_MS = 15 * 60_000;
const ASK_EVERY_MS = 30_000;

export const healthReport = z.object({
  status: z.enum(["ok", "unconfigured"]),
  missing: z.array(z.string()),
  /** With a token alone. */
  warnings: z.array(z.string()).optional(),
});

/** A monitor may add to the query what keeps caches away. */
export const health = new Hono<AppEnv>().get("/health", async (c) => {
  const config = c.get("config");
  const unbound: readonly string[] = BINDINGS.filter((name) => !(name in c.env));
  const missing = [...missingSecrets(config), ...unbound];
  const isKnown = bearerOf(c) !== null || ("CATALOG" in c.env && (await sessionOf(c)) !== null);
  const report: z.infer<typeof healthReport> = {
    status: missing.length === 0 ? "ok" : "unconfigured",
    missing,
    ...(isKnown ? { warnings: await warningsOf(c.env, config) } : {}),
  };
  return c.json(report, 200, { "cache-control": "no-store" });
});

async function warningsOf(env: Env, config: Config): Promise<string[]> {
  return [...config.warnings, ...signatureWarnings(config), ...(await catalogWarnings(env, Date.now()))];
}

function signatureWarnings({ callbackToken, callbackHmacKey, providerApiKey }: Config): readonly string[] {
  if (callbackHmacKey.state !== "set" || callbackToken.state === "set" || providerApiKey !== null) return [];
  return [
    "Callbacks are known by their signature alone, which covers no body: whoever captures one can forge the results of that task. Set CALLBACK_TOKEN too and put it into the callBackUrl, or set PROVIDER_API_KEY to have results confirmed.",
  ];
}

/** A monitor may ask often: the catalog is asked at most twice a minute. */
let asked = { at: Number.NEGATIVE_INFINITY, cronSeenAt: null as number | null, dropped: 0 };

async function catalogWarnings(env: Env, now: number): Promise<readonly string[]> {
  if (!("CATALOG" in env)) return [];
  if (now - asked.at > ASK_EVERY_MS) {
    const catalog = catalogOf(env);
    const [cronSeenAt, dropped] = await Promise.all([catalog.cronSeenAt(), catalog.droppedFromInbox(now)]);
    asked = { at: now, cronSeenAt, dropped };
  }
  const { cronSeenAt, dropped } = asked;
  const isSilent = cronSeenAt !== null && now - cronSeenAt >= CRON_SILENT_MS;
  return [...(isSilent ? [CRON_SILENT] : []), ...(dropped === 0 ? [] : [droppedWarning(dropped)])];
}

const CRON_SILENT =
  "The cron has been silent for more than 15 minutes: nobody looks after tasks whose alarm was lost. Check the [triggers] of wrangler.toml and deploy again.";

function droppedWarning(count: number): string {
  return `${count} deliveries that belong to no task were refused with 503 in the last 30 days, as the inbox had no room. GET /inbox shows what came: if it is not the provider's, change CALLBACK_TOKEN.`;
}
