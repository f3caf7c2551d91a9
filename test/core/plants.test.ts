/** Each mutant and each planted bug changes a text that is there, once: else it would plant nothing. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MUTANTS } from "../drive/mutants/mutants.ts";
import { PLANTS } from "../drive/simulate/plants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url).href);
const changes = [...MUTANTS.map((mutant) => [mutant.name, mutant] as const), ...Object.entries(PLANTS)];

test.each(changes)("%s", async (_, { file, find }) => {
  const source = await readFile(join(ROOT, file), "utf8");
  expect(source.split(find)).toHaveLength(2);
});
