/** The Worker as it is deployed: bundled by wrangler, with nothing uploaded. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** Another entry point than the Worker's own, from the root of the project. */
  readonly entry?: string;
  /** Where esbuild's account of the bundle goes. */
  readonly metafile?: string;
}

/** Builds into a fresh temporary folder; returns the path of the bundle. Rejects with what wrangler said. */
export async function buildWorker({ signal, entry, metafile }: BuildOptions = {}): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "backline-bundle-"));
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  const args = ["deploy", ...(entry === undefined ? [] : [entry]), "--dry-run", "--outdir", outDir];
  const child = spawn(
    process.execPath,
    [wrangler, ...args, ...(metafile === undefined ? [] : ["--metafile", metafile])],
    {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    },
  );
  try {
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    if (child.exitCode !== 0) throw new Error(`wrangler could not bundle the Worker:\n${output}${errors}`);
    return join(outDir, basename(entry ?? "index.ts").replace(/\.ts$/, ".js"));
  } catch (error) {
    await rm(outDir, { recursive: true, force: true });
    throw error;
  }
}
