/** What every answer says to browsers, whatever else it is. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./app-env.ts";

export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  c.header("x-content-type-options", "nosniff");
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  // A browser takes it from https alone, and ignores it where there is no certificate that it trusts.
  if (c.req.url.startsWith("https:")) c.header("strict-transport-security", "max-age=31536000");
  await next();
});
