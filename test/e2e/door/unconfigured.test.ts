/** A Worker without secrets stays shut, and says what to do. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import * as z from "zod";
import { type LocalWorker, startWorker } from "../../rig/local/worker.ts";

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string().min(1),
});

let worker: LocalWorker;

beforeAll(async () => {
  worker = await startWorker({ bundle: inject("bundle"), dataDir: null, port: 0, vars: {} });
});
afterAll(() => worker.stop());

test("refuses callbacks with the variable and the command that sets it", async () => {
  const response = await fetch(`${worker.origin}/callback/some-token`, { method: "POST", body: "{}" });
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const { type, detail } = problem.parse(await response.json());
  expect(type).toBe("urn:backline:problem:not_configured");
  expect(detail).toContain("npx wrangler secret put CALLBACK_TOKEN");
  expect(detail).toContain("npm run setup");
});

test("refuses reads with the variable and the command that sets it", async () => {
  for (const path of ["/tasks", "/tasks/any", "/tasks/any/events", "/tasks/any/tracks/any/audio", "/inbox"]) {
    const response = await fetch(`${worker.origin}${path}`, { headers: { Authorization: "Bearer undefined" } });
    expect([path, response.status]).toEqual([path, 503]);
    expect(problem.parse(await response.json()).detail).toContain("npx wrangler secret put API_TOKEN");
  }
});

test("says in /health what is missing, by name", async () => {
  const response = await fetch(`${worker.origin}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: "unconfigured", missing: ["CALLBACK_TOKEN", "API_TOKEN"] });
});
