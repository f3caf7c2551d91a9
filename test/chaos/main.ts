/** `npm run chaos`: see `--help`. */
import { endSignal, exitCodeOf } from "../demo/end.ts";
import { readOptions, USAGE } from "./options.ts";
import { run } from "./run.ts";

const read = readOptions(process.argv.slice(2));
if ("help" in read) console.log(USAGE);
else if ("wrong" in read) {
  console.error(`${read.wrong}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  const end = endSignal();
  try {
    process.exitCode = (await run(read.options, end)) === 0 ? 0 : 1;
  } catch (error) {
    const interrupted = exitCodeOf(end);
    if (interrupted === null) console.error(error);
    process.exitCode = interrupted ?? 1;
  }
}
