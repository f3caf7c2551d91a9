/**
 * Who may come in: secrets are compared in constant time, whatever was sent, and every value of a rotating secret.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { Secret } from "../core/config.ts";
import type { AppEnv } from "./app-env.ts";
import { Problem } from "./problem.ts";

/** The values of a secret that is set, or a 503 that names the variable and the cure. */
export function secretValues(secret: Secret): readonly string[] {
  if (secret.state !== "set") throw new Problem("not_configured", secret.cure);
  return secret.values;
}

/** Hashes make both sides equally long, so neither the length nor a right prefix shows in the time. */
export function isOneOf(candidate: string, values: readonly string[]): boolean {
  const digest = sha256(candidate);
  let found = false;
  for (const value of values) if (timingSafeEqual(sha256(value), digest)) found = true;
  return found;
}

/** Readers send the API token as a bearer, and only there: URLs end up in logs and histories. */
export const requireApiToken = createMiddleware<AppEnv>(async (c, next) => {
  const values = secretValues(c.get("config").apiToken);
  const [, token] = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (token === undefined || !isOneOf(token, values)) {
    throw new Problem("unauthorized", "Send the API token: `Authorization: Bearer <API_TOKEN>`.", {
      "www-authenticate": 'Bearer realm="backline"',
    });
  }
  await next();
});

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
