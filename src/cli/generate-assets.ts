/**
 * Writes what the pages load, `build/assets/assets/`: our script with the player in it, the stylesheet, the icon, the
 * API's description and its pages.
 *
 * Generated and never committed. The Worker serves the folder `build/assets` as it is, so nothing else may lie there.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeOpenApi } from "./openapi-asset.ts";

const SOURCE = new URL("../browser/", import.meta.url);
/** The dot on the icon of a page that is about one task. */
const STANDINGS = { good: "#17a34a", warn: "#d97706", bad: "#dc2626", busy: "#2563eb" };
const HEADERS = `/*
  X-Content-Type-Options: nosniff
  Strict-Transport-Security: max-age=31536000
  Cross-Origin-Resource-Policy: same-origin
`;
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
const icon = await readFile(new URL("icon.svg", SOURCE), "utf8");
await writeFile(new URL("icon.svg", TARGET), icon);
for (const [standing, colour] of Object.entries(STANDINGS)) {
  const dot = `<circle cx="24" cy="24" r="8" fill="${colour}" stroke="#fff" stroke-width="2"/></svg>`;
  await writeFile(new URL(`icon-${standing}.svg`, TARGET), icon.replace("</svg>", dot));
}
// Static files pass by the Worker, and so by the headers that it gives to everything else.
await writeFile(new URL("../_headers", TARGET), HEADERS);
await writeOpenApi(TARGET);
