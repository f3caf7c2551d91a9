/** Runs the classes of attack one after another and prints what came of them. */
import { addressAttacks } from "./addresses.ts";
import { contentAttacks } from "./contents.ts";
import { doorAttacks } from "./doors.ts";
import { forgeryAttacks } from "./forgeries.ts";
import { prepareGround, type Ground, type Verdict } from "./ground.ts";
import { loadAttacks } from "./loads.ts";
import type { AttackOptions } from "./options.ts";
import { visitorAttacks } from "./visitors.ts";

/** By the name of the class. */
export type Attacks = Readonly<Record<string, (ground: Ground) => Promise<readonly Verdict[]>>>;

const CLASSES: Attacks = {
  ...doorAttacks,
  ...forgeryAttacks,
  ...visitorAttacks,
  ...contentAttacks,
  ...addressAttacks,
  ...loadAttacks,
};
const FIRST = 5;

/** Whether nothing was let in and nothing did harm. */
export async function run({ only }: AttackOptions, signal: AbortSignal): Promise<boolean> {
  const ground = await prepareGround(signal);
  try {
    console.log(row("class", "tries", "let in", "harmed"));
    const all: Verdict[] = [];
    for (const [name, attack] of Object.entries(CLASSES).filter(([one]) => one.includes(only))) {
      signal.throwIfAborted();
      const verdicts = await attack(ground);
      all.push(...verdicts);
      console.log(rowOf(name, verdicts));
      for (const { what } of verdicts.filter(({ letIn, harmed }) => letIn || harmed).slice(0, FIRST))
        console.log(`  ${what}`);
    }
    console.log(rowOf("together", all));
    return all.every(({ letIn, harmed }) => !letIn && !harmed);
  } finally {
    await ground.stop();
  }
}

function rowOf(name: string, verdicts: readonly Verdict[]): string {
  const count = (of: "letIn" | "harmed"): string => String(verdicts.filter((verdict) => verdict[of]).length);
  return row(name, String(verdicts.length), count("letIn"), count("harmed"));
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(44), ...cells.map((cell) => cell.padStart(8))].join("");
}
