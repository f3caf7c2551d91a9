/** `npm run chaos`: see `--help`. */
import { runCommand } from "../../rig/local/command.ts";
import { chaosOptions, flags, USAGE } from "./options.ts";
import { run } from "./run.ts";

await runCommand({
  usage: USAGE,
  options: chaosOptions,
  flags,
  run: async (options, signal) => (await run(options, signal)) === 0,
});
