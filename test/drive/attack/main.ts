/** `npm run attack`: see `--help`. */
import { runCommand } from "../../rig/local/command.ts";
import { attackOptions, flags, USAGE } from "./options.ts";
import { run } from "./run.ts";

await runCommand({ usage: USAGE, options: attackOptions, flags, run });
