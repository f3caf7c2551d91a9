/** What the chaos run is asked to do. */
import { randomInt } from "node:crypto";
import * as z from "zod";
import { whole } from "../../rig/local/command.ts";

export const USAGE = `Usage: npm run chaos -- [options]

Kills the Worker at random moments beside a hostile provider and a receiver of notifications that fails now and then,
then checks that nothing was lost.

  --seed N    repeat a run (default a random one, printed)
  --kills N   how often the Worker dies (default 10; 30 and more for the long form, some 5 s each)
  --tasks N   how many tasks (default 40)
  --no-key    without PROVIDER_API_KEY: only that goes wrong which heals by trying again
  --help      this`;

export const flags = {
  seed: { type: "string" },
  kills: { type: "string" },
  tasks: { type: "string" },
  "no-key": { type: "boolean" },
} as const;

export const chaosOptions = z.object({
  seed: whole.default(() => randomInt(1_000_000)),
  kills: whole.pipe(z.number().max(1_000, "must be at most 1000")).default(10),
  tasks: whole.pipe(z.number().min(1, "must be at least 1").max(500, "must be at most 500")).default(40),
  "no-key": z.boolean().default(false),
});

export type ChaosRunOptions = z.infer<typeof chaosOptions>;
