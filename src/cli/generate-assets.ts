/**
 * Writes what the pages load, `build/assets/assets/`: our script with the player in it, the stylesheet, the icon, and
 * the viewer of the API's description.
 *
 * Generated and never committed. The Worker serves the folder `build/assets` as it is, so nothing else may lie there.
 */
import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeDocsAssets } from "./docs-assets.ts";

const SOURCE = new URL("../browser/", import.meta.url);
const TARGET = new URL("../../build/assets/assets/", import.meta.url);

await mkdir(TARGET, { recursive: true });
await build({
  entryPoints: ["app.ts", "app.css"].map((name) => fileURLToPath(new URL(name, SOURCE))),
  outdir: fileURLToPath(TARGET),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome120", "firefox121", "safari17.2"],
  legalComments: "none",
  logLevel: "warning",
});
await copyFile(new URL("icon.svg", SOURCE), new URL("icon.svg", TARGET));
await writeDocsAssets(new URL("docs/", TARGET));
