/** `GET /openapi.json`: the API's description, open to all. It is the same for as long as this code runs. */
import { Hono } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { isKnown, tagOf } from "../../request/entity-tag.ts";

let json: string | null = null;

export const openApi = new Hono<AppEnv>().get("/openapi.json", async (c) => {
  json ??= await described();
  const headers = { etag: tagOf(json), "cache-control": "public, max-age=300", "content-type": "application/json" };
  return isKnown(c, headers.etag) ? c.body(null, 304, headers) : c.body(json, 200, headers);
});

/** Loaded when it is first asked for, since every start of the Worker would pay for it. */
async function described(): Promise<string> {
  const { openApiDocument } = await import("../../../openapi/document.ts");
  return JSON.stringify(openApiDocument());
}
