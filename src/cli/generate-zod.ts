/**
 * Writes zod as the Worker bundles it, `build/zod`: without what makes JSON schemas, which only the build does, what
 * makes code of schemas, which no Worker may, what reads values that hold themselves, as no JSON does, the formats that
 * `z.string()` has as methods, which are schemas of their own by now (`z.url()`), and other methods that nothing calls.
 *
 * Each schema of zod names those functions as methods, so no bundler can leave them out. The files are the package's
 * own, but for four, which keep their exports and lose what these do, and the one with the methods. `wrangler.toml` puts
 * it in zod's place.
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const SOURCE = new URL(".", import.meta.resolve("zod/package.json"));
const TARGET = new URL("../../build/zod/", import.meta.url);
const exported = z.record(z.string(), z.unknown());
const EMPTIED = [
  "v4/core/to-json-schema.js",
  "v4/core/json-schema-processors.js",
  "v4/core/doc.js",
  "v4/core/memoizer.js",
];
const SCHEMAS = "v4/classic/schemas.js";
/** Each stands there once. */
const METHODS = [
  /(?<=_ZodString\.init\(inst, def\);\n\}), \{\n {4}email\([^]*?\n\}(?=\);)/g,
  ...[
    "superRefine",
    "exactOptional",
    "nonoptional",
    "prefault",
    "readonly",
    "exactPartial",
    "required",
    "lowercase",
    "uppercase",
    "normalize",
    "slugify",
    "finite",
    "step",
    "keyof",
    "passthrough",
    "safeExtend",
    "merge",
  ].map((name) => new RegExp(`(?<=\\n) {4}${name}\\([^]*?\\n {4}\\},?\\n`, "g")),
];

// Two commands that begin at once share the folder.
const made = `${await readFile(new URL("package.json", SOURCE), "utf8")}\nwithout ${EMPTIED.join(", ")}, ${METHODS.join(" ")}\n`;
const STAMP = new URL("made-from.txt", TARGET);
if ((await readFile(STAMP, "utf8").catch(() => "")) === made) process.exit();

await mkdir(TARGET, { recursive: true });
for (const part of ["package.json", "LICENSE", "index.js", "v4/core", "v4/classic", "v4/locales"])
  await cp(fileURLToPath(new URL(part, SOURCE)), fileURLToPath(new URL(part, TARGET)), {
    recursive: true,
    filter: (path) => !/\.(?:cjs|cts|ts)$/.test(path),
  });
for (const path of EMPTIED) {
  const names = Object.keys(exported.parse(await import(new URL(path, SOURCE).href)));
  await writeFile(
    new URL(path, TARGET),
    `function none() {}\nexport { ${names.map((name) => `none as ${name}`).join(", ")} };\n`,
  );
}
let schemas = await readFile(new URL(SCHEMAS, SOURCE), "utf8");
for (const method of METHODS) {
  if (schemas.match(method)?.length !== 1) throw new Error(`${SCHEMAS} of zod is another: ${String(method)}`);
  schemas = schemas.replace(method, "");
}
await writeFile(new URL(SCHEMAS, TARGET), schemas);
await writeFile(STAMP, made);
