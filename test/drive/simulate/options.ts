/** What the simulation is asked to do. An option that is wrong is a sentence, never a guess. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import * as z from "zod";
import { PLANTS } from "./plants.ts";

export const USAGE = `Usage: npm run simulate -- [options]

Runs a task's whole life in memory, thousands of times, each with faults of its own, and checks the laws after each.

  --lives N     how many lives (default 5000)
  --seed S      of the first life; the next ones count up from it (default a random one, printed)
  --trace       print what happens
  --plant NAME  with a bug that is planted: ${Object.keys(PLANTS).join(", ")}
  --plants      with each of these bugs in turn; fails where one is not found
  --help        this`;

const whole = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);
const options = z.object({
  lives: whole.pipe(z.number().min(1, "must be at least 1").max(10_000_000, "must be at most 10000000")).default(5_000),
  seed: whole.default(() => randomInt(1_000_000)),
  trace: z.boolean().default(false),
  plant: z
    .string()
    .refine((name) => name in PLANTS, `must be one of ${Object.keys(PLANTS).join(", ")}`)
    .nullable()
    .default(null),
  plants: z.boolean().default(false),
});

export type SimulateOptions = z.infer<typeof options>;

/** `wrong` is a sentence about the first thing that is. */
export type ReadOptions = { readonly options: SimulateOptions } | { readonly help: true } | { readonly wrong: string };

export function readOptions(args: readonly string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        lives: { type: "string" },
        seed: { type: "string" },
        trace: { type: "boolean" },
        plant: { type: "string" },
        plants: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return { help: true };
    const parsed = options.safeParse(values);
    if (parsed.success) return { options: parsed.data };
    const [issue] = parsed.error.issues;
    return { wrong: `--${issue?.path.join(".")} ${issue?.message}.` };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
