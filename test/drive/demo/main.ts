/** `npm run demo`: see `--help`. */
import { causeOf } from "../../../src/cli/doctor-verdict.ts";
import { demo } from "./demo.ts";
import { endSignal, exitCodeOf } from "./end.ts";
import { readOptions, USAGE } from "./options.ts";

const read = readOptions(process.argv.slice(2));
if ("help" in read) console.log(USAGE);
else if ("wrong" in read) {
  console.error(`${read.wrong}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  const end = endSignal();
  try {
    process.exitCode = await demo(read.options, end);
  } catch (error) {
    const interrupted = exitCodeOf(end);
    console.error(interrupted === null ? wordsOf(error) : "Stopped before the end. What was kept stays on disk.");
    process.exitCode = interrupted ?? 1;
  }
}

/** Our own errors are sentences; of a call that failed, only the cause says why. */
function wordsOf(error: unknown): unknown {
  if (error instanceof TypeError) return causeOf(error);
  return error instanceof Error ? error.message : error;
}
