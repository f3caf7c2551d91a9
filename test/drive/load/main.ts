/** `npm run load`: see `--help`. */
import { runCommand } from "../../rig/local/command.ts";
import { flags, loadOptions, USAGE } from "./options.ts";
import { run } from "./run.ts";

await runCommand({ usage: USAGE, options: loadOptions, flags, run });
