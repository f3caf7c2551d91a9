/**
 * Three kinds of tests: `core` in node, in milliseconds; `worker` inside workerd with local R2, KV and Durable
 * Objects; `e2e` over HTTP against the built Worker and the simulated provider.
 */
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { SECRETS } from "./test/worker/secrets.ts";

export default defineConfig({
  test: {
    silent: "passed-only",
    // The tests of `e2e` mostly wait, so more files than cores run side by side.
    maxWorkers: 6,
    coverage: {
      provider: "istanbul",
      include: ["src/core/**"],
      thresholds: { branches: 95 },
    },
    projects: [
      {
        test: {
          name: "core",
          isolate: false,
          include: ["test/core/**/*.test.ts"],
          environment: "node",
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...SECRETS, ASSESS: "scan" } },
          }),
        ],
        test: { name: "worker", include: ["test/worker/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 30_000 },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          globalSetup: "test/e2e/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
