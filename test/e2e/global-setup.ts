/** Bundles the Worker once for all files of the project. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { TestProject } from "vitest/node";
import { buildWorker } from "../rig/local/bundle.ts";

declare module "vitest" {
  interface ProvidedContext {
    bundle: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bundle = await buildWorker();
  project.provide("bundle", bundle);
  return () => rm(dirname(bundle), { recursive: true, force: true });
}
