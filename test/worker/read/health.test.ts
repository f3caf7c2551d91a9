/** `GET /health` of a Worker that was deployed without its stores. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { app } from "../../../src/app.ts";
import { healthReport } from "../../../src/http/routes/site/health.ts";
import { request } from "../worker.ts";

test("health names each binding that is missing, also the one that it asks itself", async () => {
  const { AUDIO, CATALOG, ...rest } = env;
  expect([AUDIO, CATALOG]).not.toContain(undefined);
  const response = await app.fetch(request("/health"), rest, createExecutionContext());
  expect(response.status).toBe(200);
  const { status, missing } = healthReport.parse(await response.json());
  expect([status, missing]).toEqual(["unconfigured", ["CATALOG", "AUDIO"]]);
});
