/**
 * Writes zod as the Worker bundles it, `build/zod`: without what makes JSON schemas, which only the build does, what
 * makes code of schemas, which no Worker may, what reads values that hold themselves, as no JSON does, and the formats
 * that `z.string()` has as methods, which are schemas of their own by now (`z.url()`).
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
const METHODS = {
  path: "v4/classic/schemas.js",
  of: /(_ZodString\.init\(inst, def\);\n\}), \{\n {4}email\([^]*?\n\}\);/g,
};

// Two commands that begin at once share the folder.
const made = `${await readFile(new URL("package.json", SOURCE), "utf8")}\nwithout ${EMPTIED.join(", ")}, ${METHODS.of}\n`;
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
const schemas = await readFile(new URL(METHODS.path, SOURCE), "utf8");
if (schemas.match(METHODS.of)?.length !== 1) throw new Error(`${METHODS.path} of zod is another: see METHODS`);
await writeFile(new URL(METHODS.path, TARGET), schemas.replace(METHODS.of, "$1);"));
await writeFile(STAMP, made);
