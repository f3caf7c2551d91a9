/** The order of test files: what mostly waits begins first, what computes fills the gaps; of each the longest first. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const PROJECTS = ["e2e", "worker", "core"];

export class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- not that of arrays
    const longestFirst = await super.sort(files);
    return longestFirst.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ project }: TestSpecification): number {
  return PROJECTS.indexOf(project.name);
}
