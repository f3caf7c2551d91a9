/** Leads from an answer to the API's page and its description. Source: RFC 8631. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./app-env.ts";

const LINKS = '</docs>; rel="service-doc", </openapi.json>; rel="service-desc"';

export const linkDocs = createMiddleware<AppEnv>(async (c, next) => {
  c.header("link", LINKS);
  await next();
});
