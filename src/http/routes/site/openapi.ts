/**
 * `GET /openapi.json`: the API's description, open to all. It is a file that the build makes (`src/cli/openapi-asset.ts`),
 * so neither its text nor what it is made with is part of the Worker.
 */
import { Hono } from "hono/tiny";
import type { AppEnv } from "../../app-env.ts";
import { isKnown } from "../../request/entity-tag.ts";

const FILE = "/assets/openapi.json";

export const openApi = new Hono<AppEnv>().get("/openapi.json", async (c) => {
  const file = await c.env.ASSETS.fetch(new URL(FILE, c.req.url));
  const etag = file.headers.get("etag");
  if (file.body === null || etag === null) throw new Error("the build has left out the description");
  const headers = { etag, "cache-control": "public, max-age=300", "content-type": "application/json" };
  return isKnown(c, etag) ? c.body(null, 304, headers) : c.body(file.body, 200, headers);
});
