/** How large it is, and how long it takes to start: the bundle, each dependency's share, the install. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { buildWorker, ROOT } from "../../../rig/local/bundle.ts";
import { bundleSize, MOST_GZIP_BYTES, type BundleSize } from "../bundle-size.ts";
import { atMost, shown, spreadOf, type Report, type Spread } from "../figures.ts";
import { folderBytes } from "../machine.ts";

const KIB = 1_024;

interface Share {
  readonly from: string;
  readonly bytes: number;
}

/** `npm test` takes a while: only if asked for. */
export async function benchSize(runs: number, withTests: boolean): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "backline-size-"));
  try {
    const metafile = join(folder, "meta.json");
    const size = await bundleSize(await buildWorker({ metafile }));
    const shares = sharesOf(bundled.parse(JSON.parse(await readFile(metafile, "utf8"))));
    const startupMs = await startups(runs, folder);
    const installBytes = await folderBytes(join(ROOT, "node_modules"));
    const testSeconds = withTests ? await testTime() : null;
    return reportOf({ size, shares, startupMs, installBytes, testSeconds });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly size: BundleSize;
  readonly shares: readonly Share[];
  readonly startupMs: Spread;
  readonly installBytes: number;
  readonly testSeconds: number | null;
}

function reportOf(figures: Figures): Report {
  const { size, shares, startupMs, installBytes, testSeconds } = figures;
  const kib = (bytes: number): string => (bytes / KIB).toFixed(1);
  const whole = shares.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    title: "Size and startup: what `wrangler deploy --dry-run` builds, minified.",
    tables: [
      {
        heading: "bundle, KiB",
        rows: [
          { part: "script", plain: kib(size.scriptBytes), gzip: kib(size.scriptGzipBytes) },
          { part: "WASM", plain: kib(size.wasmBytes), gzip: kib(size.wasmGzipBytes) },
        ],
      },
      {
        heading: "where the script's bytes come from, KiB (plain, by esbuild's account)",
        rows: shares.map(({ from, bytes }) => ({
          from,
          KiB: kib(bytes),
          share: `${((100 * bytes) / whole).toFixed(1)} %`,
        })),
      },
      {
        heading: "around it",
        rows: [
          { what: "startup, active ms (`wrangler check startup`)", figure: shown(startupMs, 1) },
          { what: "node_modules, MB", figure: (installBytes / 1e6).toFixed(0) },
          ...(testSeconds === null ? [] : [{ what: "npm test, s", figure: testSeconds.toFixed(0) }]),
        ],
      },
    ],
    goals: [
      atMost("script, KiB gzip", size.scriptGzipBytes / KIB, MOST_GZIP_BYTES / KIB),
      atMost("startup, active ms", startupMs.median, 30),
      ...(testSeconds === null ? [] : [atMost("npm test, s", testSeconds, 60)]),
    ],
    notes: ["Startup is measured by a local profile: on Cloudflare it takes another time."],
    figures,
  };
}

const bundled = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});

/** The largest first. Every package counts by itself, and so does our own code. */
function sharesOf({ outputs }: z.infer<typeof bundled>): readonly Share[] {
  const shares = new Map<string, number>();
  for (const [path, { inputs }] of Object.entries(outputs)) {
    if (!path.endsWith(".js")) continue;
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const from = packageOf(input);
      shares.set(from, (shares.get(from) ?? 0) + bytesInOutput);
    }
  }
  return [...shares]
    .map(([from, bytes]) => ({ from, bytes }))
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes);
}

function packageOf(input: string): string {
  const [, found] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
  if (found !== undefined) return found;
  if (input.startsWith("build/zod/")) return "zod";
  return /^(?:src|build)\//.test(input) ? "our own code" : "the build's own";
}

/** What the profiler saw active until the first request could come. */
async function startups(runs: number, folder: string): Promise<Spread> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  const active: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const args = [wrangler, "check", "startup", "--outfile", join(folder, `${run}.cpuprofile`)];
    // A Worker that ran before in this process has asked for warnings alone.
    const env = { ...process.env, WRANGLER_LOG: "log", WRANGLER_SEND_METRICS: "false", CI: "true" };
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
    const [, ms] = /Active: ([\d.]+) ms/.exec(stdout) ?? [];
    if (ms === undefined) throw new Error(`wrangler says nothing of the startup:\n${stdout}`);
    active.push(Number(ms));
  }
  return spreadOf(active);
}

async function testTime(): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)("npm", ["test"], { cwd: ROOT, maxBuffer: 2 ** 28 });
  return (performance.now() - startedAt) / 1_000;
}
