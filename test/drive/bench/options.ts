/** What `npm run bench` may be asked for. Anything else ends it with exit code 2 and a line that says why. */
import { parseArgs } from "node:util";

export const BENCHMARKS = ["ack", "archive", "scale", "read", "cost", "size", "assess", "fold"] as const;
export type Benchmark = (typeof BENCHMARKS)[number];

export interface Options {
  readonly benchmarks: readonly Benchmark[];
  /** All of them, each in a short form. */
  readonly short: boolean;
  readonly json: boolean;
  /** Null: the benchmark's own. */
  readonly rounds: number | null;
  readonly requests: number | null;
  readonly tasks: number | null;
  readonly connections: readonly number[] | null;
  /** Requests a second of the open loop. */
  readonly rates: readonly number[] | null;
  /** Of `size`: `npm test` is timed. */
  readonly npmTest: boolean;
}

const USAGE = `Usage: npm run bench -- [NAME] [options]

Measures Backline on this machine. Of times, quote the ratios within one run.

  NAME               ${BENCHMARKS.join(", ")}; none: all, in a short form
  --rounds N         how often everything is measured
  --requests N       in each round (ack, read, scale)
  --connections A,B  side by side (ack, read)
  --rates A,B        requests a second of the open loop (ack)
  --tasks N          how many are driven (cost), or at most present (scale: 100000 takes some 1.5 GB of disk)
  --npm-test         how long npm test takes (size)
  --json             print one JSON object as the last line
  --help             this`;

/** Null where help is asked for. Throws a sentence. */
export function readOptions(args: readonly string[]): Options | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      requests: { type: "string" },
      tasks: { type: "string" },
      connections: { type: "string" },
      rates: { type: "string" },
      "npm-test": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return null;
  if (positionals.length > 1) throw new Error(`Name one benchmark, or none for all: ${BENCHMARKS.join(", ")}.`);
  return {
    benchmarks: positionals[0] === undefined ? BENCHMARKS : [benchmarkOf(positionals[0])],
    short: positionals.length === 0,
    json: values.json,
    rounds: whole("rounds", values.rounds),
    requests: whole("requests", values.requests),
    tasks: whole("tasks", values.tasks),
    connections: list("connections", values.connections),
    rates: list("rates", values.rates),
    npmTest: values["npm-test"],
  };
}

/** Ends the process where help is asked for, and where something is wrong: says what, and how it is used. */
export function optionsOrExit(args: readonly string[]): Options {
  try {
    const options = readOptions(args);
    if (options !== null) return options;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function benchmarkOf(name: string): Benchmark {
  const found = BENCHMARKS.find((known) => known === name);
  if (found === undefined)
    throw new Error(`There is no benchmark called ${name}. There are: ${BENCHMARKS.join(", ")}.`);
  return found;
}

function whole(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new Error(`--${name} must be a whole number above 0.`);
  return Number(value);
}

function list(name: string, value: string | undefined): readonly number[] | null {
  return value === undefined ? null : value.split(",").map((part) => whole(name, part) ?? 0);
}
