/** What the demo is asked to do. An option that is wrong is a sentence, never a guess. */
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";

export const USAGE = `Usage: npm run demo -- [options]

Runs Backline on this machine against a simulated provider, and keeps a song. Needs no account.

  --once          stop after it, with each task as one line of JSON; exit code 0 only if every file was kept right
  --tasks N       how many tasks, in parallel (default 1, at most 500)
  --port N        where the Worker listens (default 8787; 0 takes a free one)
  --data DIR      where files and tasks are kept between runs (default .backline/demo)
  --time-scale X  how much faster than a real provider (default 10, with --chaos 100, with --problems 3000)
  --problems      beside it a failed, a partial, a lost and a doubtful task, to look at; takes a minute
  --chaos         with a hostile provider; ends with what was lost on the way, exit code 0 only if no task was
                  (data: .backline/chaos by default, emptied first)
  --seed N        repeat a run of --chaos (default a random one, printed)
  --help          this`;

const whole = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);
const options = z.object({
  once: z.boolean().default(false),
  tasks: whole
    .pipe(z.number("must be a number").min(1, "must be at least 1").max(500, "must be at most 500"))
    .default(1),
  "time-scale": whole.pipe(z.number().min(1, "must be at least 1")).optional(),
  port: whole.pipe(z.number().max(65_535, "must be at most 65535")).default(8787),
  data: z.string().min(1, "must name a folder").optional(),
  chaos: z.boolean().default(false),
  problems: z.boolean().default(false),
  seed: whole.pipe(z.number().max(2 ** 31, "must be at most 2147483648")).default(() => randomInt(1_000_000)),
});

/** A file is given up after a day: half a minute. */
const PROBLEMS_SCALE = 3_000;

export type DemoOptions = ReturnType<typeof completed>;

/** Fills in what depends on other options. `data` is absolute; `fresh` tells to empty it first. */
function completed({ chaos, seed, ...given }: z.infer<typeof options>) {
  return {
    ...given,
    chaosSeed: chaos ? seed : null,
    "time-scale": given["time-scale"] ?? (given.problems ? PROBLEMS_SCALE : chaos ? 100 : 10),
    data: resolve(given.data ?? (chaos ? ".backline/chaos" : ".backline/demo")),
    fresh: chaos && given.data === undefined,
  };
}

/** `wrong` is a sentence about the first thing that is. */
export type ReadOptions = { readonly options: DemoOptions } | { readonly help: true } | { readonly wrong: string };

export function readOptions(args: readonly string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: "boolean" },
        tasks: { type: "string" },
        port: { type: "string" },
        "time-scale": { type: "string" },
        data: { type: "string" },
        chaos: { type: "boolean" },
        problems: { type: "boolean" },
        seed: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return { help: true };
    if (values.chaos === true && values.problems === true)
      return { wrong: "--problems has a provider of its own: leave out --chaos." };
    const parsed = options.safeParse(values);
    if (parsed.success) return { options: completed(parsed.data) };
    const [issue] = parsed.error.issues;
    return { wrong: `--${issue?.path.join(".")} ${issue?.message}.` };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
