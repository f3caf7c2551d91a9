/** What the load run is asked to do. */
import { randomInt } from "node:crypto";
import * as z from "zod";
import { whole } from "../../rig/local/command.ts";

export const USAGE = `Usage: npm run load -- [options]

Calls back at a fixed rate about many tasks, three times each, some of it twice and out of order, while one request for
a file in ten goes wrong. Then looks at every task: none lost, none wrong, every file and every callback kept.

  --tasks N   how many tasks (default 10000)
  --rate N    callbacks a second (default 60)
  --seed N    repeat a run (default a random one, printed)
  --help      this`;

export const flags = {
  tasks: { type: "string" },
  rate: { type: "string" },
  seed: { type: "string" },
} as const;

export const loadOptions = z.object({
  tasks: whole.pipe(z.number().min(1, "must be at least 1").max(100_000, "must be at most 100000")).default(10_000),
  rate: whole.pipe(z.number().min(1, "must be at least 1").max(10_000, "must be at most 10000")).default(60),
  seed: whole.default(() => randomInt(1_000_000)),
});

export type LoadOptions = z.infer<typeof loadOptions>;
