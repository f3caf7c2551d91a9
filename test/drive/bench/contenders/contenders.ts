/** Who takes callbacks in `npm run bench -- ack`: Backline, the least that a platform can do, and what many would write. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { startWorker } from "../../../rig/local/worker.ts";

export const BACKLINE = "Backline";
export const FLOOR = "bare Worker + object, row + alarm";

export interface Contender {
  readonly name: string;
  readonly origin: string;
  readonly pathOf: (taskId: string) => string;
  readonly stop: () => Promise<void>;
}

const TOKEN = "bench-callback-token-0123456789abcdef";
const VARS = { CALLBACK_TOKEN: TOKEN, API_TOKEN: "bench-api-token-0123456789abcdef01234" };

export function startContenders(): Promise<readonly Contender[]> {
  return Promise.all([
    backline(),
    floor(true),
    floor(false),
    express("Express + SQLite, synchronous=FULL", "express-sqlite.ts", "/callback"),
    express("Express, the page's sample: stores nothing", "express-sample.js", "/instrumental-callback"),
  ]);
}

async function backline(): Promise<Contender> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-bench-"));
  const bundle = await buildWorker();
  // The floor has no static files either.
  const worker = await startWorker({ bundle, dataDir, port: 0, vars: VARS, assets: false });
  return { name: BACKLINE, origin: worker.origin, pathOf: () => `/callback/${TOKEN}`, stop: () => worker.stop() };
}

async function floor(withAlarm: boolean): Promise<Contender> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-floor-"));
  const here = fileURLToPath(new URL(".", import.meta.url));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "floor",
      rootPath: here,
      modulesRoot: here,
      modules: [{ type: "ESModule", path: join(here, "floor.js") }],
      compatibilityDate: "2026-10-01",
      durableObjects: { FLOOR: { className: "Floor", useSQLite: true } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      resourcePersistencePath: dataDir,
      cf: false,
      telemetry: { enabled: false },
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL();
  const name = withAlarm ? FLOOR : "bare Worker + object, row only";
  return { name, origin, pathOf: (id) => `/?id=${id}${withAlarm ? "&alarm" : ""}`, stop: () => miniflare.dispose() };
}

/** A server in a process of its own, which tells where it listens. Its log goes nowhere. */
async function express(name: string, script: string, path: string): Promise<Contender> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const told = await Promise.race([once(child, "message"), ended]);
  const origin = z.url().parse(told[0]);
  return {
    name,
    origin,
    pathOf: () => path,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
