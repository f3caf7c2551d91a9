/** Each mutant and each planted bug changes a text that is there, once: else it would plant nothing. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MUTANTS } from "../drive/mutants/mutants.ts";
import { PLANTS } from "../drive/simulate/plants.ts";

const ROOT = new URL("../../", import.meta.url);
const changes = [...MUTANTS.map((mutant) => [mutant.name, mutant] as const), ...Object.entries(PLANTS)];

test.each(changes)("%s", async (_, { file, find }) => {
  const source = await readFile(fileURLToPath(new URL(file, ROOT)), "utf8");
  expect(source.split(find)).toHaveLength(2);
});
