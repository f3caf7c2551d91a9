/**
 * `npm run mutants`: breaks the receiver in one place at a time, in a copy, and sees that a test notices.
 *
 * Exits with 1 where a mutant survives, or is caught by another test than the one that is named.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { MUTANTS, type Mutant } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "backline-mutants-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));

const report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), title: z.string() })), message: z.string() }),
  ),
});

copyTree();
const wanted = process.argv[2];
const chosen = MUTANTS.filter(({ name }) => wanted === undefined || name.includes(wanted));
for (const tests of new Set(chosen.map((mutant) => mutant.tests))) {
  if (failuresOf(tests).length > 0) throw new Error(`${tests} fails without any mutant.`);
}
const results = chosen.map(resultOf);
console.table(results);
const survivors = results.filter(({ caught }) => !caught).length;
console.log(`${results.length - survivors} of ${results.length} caught.`);
process.exitCode = survivors === 0 ? 0 : 1;

function resultOf(mutant: Mutant): { readonly mutant: string; readonly caught: boolean; readonly by: string } {
  const { name } = mutant;
  const path = join(copy, mutant.file);
  const text = readFileSync(path, "utf8");
  if (text.split(mutant.find).length !== 2)
    return { mutant: name, caught: false, by: `${mutant.file} has changed: what is to be broken stands there no more` };
  writeFileSync(
    path,
    text.replace(mutant.find, () => mutant.replace),
  );
  const failures = failuresOf(mutant.tests);
  writeFileSync(path, text);
  const caught = failures.includes(mutant.caughtBy);
  return { mutant: name, caught, by: caught ? mutant.caughtBy : (failures[0] ?? "nobody") };
}

/** The titles of the tests that fail. */
function failuresOf(tests: string): readonly string[] {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const output = join(copy, "mutant-report.json");
  rmSync(output, { force: true });
  const args = [vitest, "run", tests, "--reporter", "json", "--outputFile", output];
  spawnSync(process.execPath, args, { cwd: copy, stdio: "ignore", timeout: 180_000 });
  const { testResults } = report.parse(JSON.parse(readFileSync(output, "utf8")));
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, title }) => (status === "failed" ? [title] : [])),
  );
}

/** What git knows of, and what is built. */
function copyTree(): void {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
  for (const file of [...listed.split("\n").filter((name) => name !== ""), "src/platform/audio/mpg123.wasm"])
    cpSync(join(ROOT, file), join(copy, file), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");
}
