/** A command of the package: its options read from the line, its end on a signal, its exit code. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import * as z from "zod";
import { endSignal, exitCodeOf } from "../../drive/demo/end.ts";

export interface Command<T> {
  readonly usage: string;
  /** Of the options, by name. One that is wrong is a sentence, never a guess. */
  readonly options: z.ZodType<T>;
  readonly flags: ParseArgsOptionsConfig;
  /** Resolves to whether all is well. */
  readonly run: (options: T, signal: AbortSignal) => Promise<boolean>;
}

/** What its user can mend: a sentence, and no stack. */
export class UserError extends Error {}

/** A whole number on the command line. */
export const whole = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);

/** Exit codes: 0 where all is well, 1 where not, 2 for wrong options, as a shell's for a signal. */
export async function runCommand<T>(command: Command<T>): Promise<void> {
  const read = readOptions(command, process.argv.slice(2));
  if ("help" in read) return console.log(command.usage);
  if ("wrong" in read) {
    console.error(`${read.wrong}\n\n${command.usage}`);
    process.exitCode = 2;
    return undefined;
  }
  const end = endSignal();
  try {
    process.exitCode = (await command.run(read.options, end)) ? 0 : 1;
  } catch (error) {
    const interrupted = exitCodeOf(end);
    const words = error instanceof UserError ? error.message : error;
    console.error(interrupted === null ? words : "Stopped before the end.");
    process.exitCode = interrupted ?? 1;
  }
}

/** `wrong` is a sentence about the first thing that is. */
type ReadOptions<T> = { readonly options: T } | { readonly help: true } | { readonly wrong: string };

function readOptions<T>({ options, flags }: Command<T>, args: readonly string[]): ReadOptions<T> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...flags, help: { type: "boolean", short: "h" } },
    });
    if (values["help"] === true) return { help: true };
    const parsed = options.safeParse(values);
    if (parsed.success) return { options: parsed.data };
    const [issue] = parsed.error.issues;
    return { wrong: `--${issue?.path.join(".")} ${issue?.message}.` };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
