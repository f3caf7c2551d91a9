/** `GET /health`: is this Worker configured? Open, so it tells names and sentences, never values. */
import { Hono } from "hono";
import { missingSecrets } from "../core/config.ts";
import type { AppEnv } from "./app-env.ts";

export const health = new Hono<AppEnv>().get("/health", (c) => {
  const config = c.get("config");
  const missing = missingSecrets(config);
  return c.json({ status: missing.length === 0 ? "ok" : "unconfigured", missing, warnings: config.warnings }, 200, {
    "cache-control": "no-store",
  });
});
