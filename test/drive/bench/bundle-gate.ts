/** `npm run size`, after `npm run build`: fails where the script in `dist` is larger than it may be. */
import { join } from "node:path";
import { ROOT } from "../../rig/local/bundle.ts";
import { bundleSize, MOST_GZIP_BYTES } from "./bundle-size.ts";

const { scriptGzipBytes, wasmGzipBytes } = await bundleSize(join(ROOT, "dist/index.js"));
const kib = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KiB`;
console.log(
  `The script is ${kib(scriptGzipBytes)} gzip (at most ${kib(MOST_GZIP_BYTES)}), its WASM ${kib(wasmGzipBytes)} more.`,
);
if (scriptGzipBytes > MOST_GZIP_BYTES) process.exitCode = 1;
