/** The API's description as the built Worker serves it, under a public linter's eyes. */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWorker } from "../rig/local/bundle.ts";
import { startWorker, type LocalWorker } from "../rig/local/worker.ts";

let worker: LocalWorker;

beforeAll(async () => {
  worker = await startWorker({ bundle: await buildWorker(), dataDir: null, port: 0, vars: {} });
});

afterAll(async () => {
  await worker.stop();
});

test("the linter finds nothing, and every example is one of its schema", async () => {
  const response = await fetch(`${worker.origin}/openapi.json`);
  const config = await createConfig({
    extends: ["recommended-strict"],
    rules: {
      // /health and the description itself refuse nobody.
      "operation-4xx-response": "off",
      // A login and a logout lead on, by a 303.
      "operation-2xx-response": "off",
      "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: false },
      "no-invalid-parameter-examples": { severity: "error", allowAdditionalProperties: false },
      "no-invalid-schema-examples": "error",
      "no-unused-components": "error",
      "operation-description": "error",
      "parameter-description": "error",
      "tag-description": "error",
    },
  });
  const problems = await lintFromString({ source: await response.text(), absoluteRef: "openapi.json", config });
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`)).toEqual(
    [],
  );
});
