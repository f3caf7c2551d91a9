/**
 * Three kinds of tests: `core` in node, in milliseconds; `worker` inside workerd with local R2, KV and Durable
 * Objects; `e2e` over HTTP against the built Worker and the simulated provider.
 */
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { WaitingFirst } from "./test/rig/order.ts";
import { SECRETS } from "./test/worker/secrets.ts";

// For every process that a test starts: half of the CPU of a short one goes into compiling its modules.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

/** Of a test that computes or starts processes, on a slow machine too. What is waited for has bounds of its own. */
const HANGS_MS = 180_000;

/** Modules as Node imports them. Through Vite each use of an imported name is a call, which doubles the time of sums. */
const IN_NODE: NonNullable<TestProjectInlineConfiguration["test"]> = {
  environment: "node",
  isolate: false,
  // Only Vite can count what is covered.
  experimental: { viteModuleRunner: process.argv.includes("--coverage") },
  execArgv: ["--import", new URL("test/rig/jsx.ts", import.meta.url).href],
};

export default defineConfig({
  test: {
    silent: "passed-only",
    // Most tests wait more than they compute, so more files than cores run side by side.
    maxWorkers: 8,
    sequence: { sequencer: WaitingFirst },
    coverage: {
      provider: "istanbul",
      include: ["src/core/**"],
      thresholds: { branches: 95 },
    },
    projects: [
      { test: { ...IN_NODE, name: "core", include: ["test/core/**/*.test.ts"], testTimeout: HANGS_MS } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...SECRETS, ASSESS: "scan" } },
          }),
        ],
        test: {
          name: "worker",
          isolate: false,
          setupFiles: "test/worker/setup.ts",
          include: ["test/worker/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...IN_NODE,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/e2e/global-setup.ts",
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
        },
      },
    ],
  },
});
