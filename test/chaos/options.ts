/** What the chaos run is asked to do. An option that is wrong is a sentence, never a guess. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import * as z from "zod";

export const USAGE = `Usage: npm run chaos -- [options]

Kills the Worker at random moments beside a hostile provider, then checks that nothing was lost.

  --seed N    repeat a run (default a random one, printed)
  --kills N   how often the Worker dies (default 10)
  --tasks N   how many tasks (default 40)
  --no-key    without PROVIDER_API_KEY: only that goes wrong which heals by trying again
  --help      this`;

const whole = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);
const options = z.object({
  seed: whole.default(() => randomInt(1_000_000)),
  kills: whole.pipe(z.number().max(1_000, "must be at most 1000")).default(10),
  tasks: whole.pipe(z.number().min(1, "must be at least 1").max(500, "must be at most 500")).default(40),
  "no-key": z.boolean().default(false),
});

export type ChaosRunOptions = z.infer<typeof options>;

/** `wrong` is a sentence about the first thing that is. */
export type ReadOptions = { readonly options: ChaosRunOptions } | { readonly help: true } | { readonly wrong: string };

export function readOptions(args: readonly string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        kills: { type: "string" },
        tasks: { type: "string" },
        "no-key": { type: "boolean" },
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
