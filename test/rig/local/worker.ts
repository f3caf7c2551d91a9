/**
 * The built Worker on an embedded workerd, for the demo, the end-to-end tests and the benchmarks.
 *
 * Requests go to workerd's own socket, not through a dev proxy. Bindings come from `wrangler.toml`.
 */
import type { Miniflare } from "miniflare";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { ROOT } from "./bundle.ts";

export interface LocalWorkerOptions {
  /** Path of the bundle (`buildWorker`). */
  readonly bundle: string;
  /** Where R2, KV and Durable Objects are kept; null: gone with the process. */
  readonly dataDir: string | null;
  /** 0 for any free one. */
  readonly port: number;
  /** Secrets, and vars over those of `wrangler.toml`. */
  readonly vars: Readonly<Record<string, string>>;
  /** Of the inspector; 0 for any free one. None by default. */
  readonly inspectorPort?: number;
  /** False: without the router of static files, which Miniflare puts before the Worker as a Worker of its own. */
  readonly assets?: false;
  /** Takes the Worker's log lines. */
  readonly onLog?: (line: string) => void;
}

export interface LocalWorker {
  /** Without a trailing slash. */
  readonly origin: string;
  readonly miniflare: Miniflare;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const configured = z.object({ vars: z.record(z.string(), z.string()) });

export async function startWorker({
  bundle,
  dataDir,
  port,
  vars,
  inspectorPort,
  assets,
  onLog,
}: LocalWorkerOptions): Promise<LocalWorker> {
  // A second of CPU to load, which who has a wrong option or a port that is taken need not wait for.
  const [{ convertV4MiniflareOptions, LogLevel, Log, Miniflare }, wrangler] = await Promise.all([
    import("miniflare"),
    import("wrangler"),
  ]);
  const config = join(ROOT, "wrangler.toml");
  // Else wrangler says that it uses a .dev.vars that is not used.
  process.env["WRANGLER_LOG"] ??= "warn";
  // Without what a .dev.vars of the user holds: its keys are for the real provider.
  const { workerOptions } = wrangler.unstable_getMiniflareWorkerOptions(config);
  if (assets === false) delete workerOptions.assets;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      name: "backline",
      rootPath: dirname(bundle),
      modulesRoot: dirname(bundle),
      modules: [{ type: "ESModule", path: bundle }, ...(await wasmBeside(bundle))],
      bindings: { ...configured.parse(wrangler.unstable_readConfig({ config })).vars, ...vars },
      unsafeDirectSockets: [{ host: HOST, port }],
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      ...(dataDir === null ? {} : { resourcePersistencePath: dataDir }),
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => onLog?.(message),
    }),
  );
  await miniflare.ready;
  const url = await miniflare.unsafeGetDirectURL();
  return { origin: url.origin, miniflare, stop: () => miniflare.dispose() };
}

/** Wrangler puts modules that are no script beside the bundle. */
async function wasmBeside(bundle: string): Promise<readonly { type: "CompiledWasm"; path: string }[]> {
  const names = await readdir(dirname(bundle));
  return names
    .filter((name) => name.endsWith(".wasm"))
    .map((name) => ({ type: "CompiledWasm", path: join(dirname(bundle), name) }));
}
