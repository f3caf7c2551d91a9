/** How large the bundle is that a deploy uploads, and what it may be. WASM is apart: it does not parse at startup. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

export const MOST_GZIP_BYTES = 168 * 1_024;

export interface BundleSize {
  readonly scriptBytes: number;
  readonly scriptGzipBytes: number;
  readonly wasmBytes: number;
  readonly wasmGzipBytes: number;
}

/** `bundle` is the path of the script; the WASM modules lie beside it. */
export async function bundleSize(bundle: string): Promise<BundleSize> {
  const script = await readFile(bundle);
  const names = (await readdir(dirname(bundle))).filter((name) => name.endsWith(".wasm"));
  const modules = await Promise.all(names.map((name) => readFile(join(dirname(bundle), name))));
  return {
    scriptBytes: script.length,
    scriptGzipBytes: gzipSync(script).length,
    wasmBytes: total(modules.map((bytes) => bytes.length)),
    wasmGzipBytes: total(modules.map((bytes) => gzipSync(bytes).length)),
  };
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
