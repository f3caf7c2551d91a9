/**
 * `npm run bench`: every measurement in a short form; `-- NAME` for one of them in full. What is printed was measured
 * in this run, on this machine: of times, quote the ratios within one run.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { benchAck } from "./measures/ack.ts";
import { benchArchive } from "./measures/archive.ts";
import { benchAssess } from "./measures/assess.ts";
import { benchCost } from "./measures/cost.ts";
import { benchFold } from "./measures/fold.ts";
import type { Goal, Report } from "./figures.ts";
import { optionsOrExit, type Benchmark, type Options } from "./options.ts";
import { benchRead } from "./measures/read.ts";
import { benchScale } from "./measures/scale.ts";
import { benchSize } from "./measures/size.ts";

const options = optionsOrExit(process.argv.slice(2));

// Whatever the parts write on disk goes with the process.
const scratch = mkdtempSync(join(tmpdir(), "backline-bench-"));
process.env["TMPDIR"] = scratch;
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

const found: Partial<Record<Benchmark, object>> = {};
for (const name of options.benchmarks) {
  const { title, tables, goals, notes, figures } = await run(name, options);
  console.log(`\n${name}: ${title} Local, ${cpus().length} cores.`);
  for (const { heading, rows } of tables) {
    console.log(`\n${heading}`);
    console.table(rows);
  }
  for (const line of [...notes, ...goals.map(lineOf)]) console.log(line);
  found[name] = { ...figures, goals };
}
if (options.json) console.log(JSON.stringify({ at: new Date().toISOString(), cores: cpus().length, ...found }));

function run(name: Benchmark, asked: Options): Promise<Report> {
  const { short } = asked;
  const rounds = asked.rounds ?? (short ? 3 : 5);
  switch (name) {
    case "ack":
      return benchAck({
        rounds,
        requests: asked.requests ?? (short ? 200 : 1_000),
        connections: asked.connections ?? (short ? [8] : [1, 8, 32]),
        rates: asked.rates ?? (short ? [100] : [50, 100, 200]),
        openSeconds: short ? 1 : 2,
      });
    case "archive":
      return benchArchive(rounds);
    case "scale":
      return benchScale(asked.tasks ?? (short ? 1_000 : 10_000), asked.requests ?? (short ? 200 : 500));
    case "read":
      return benchRead({
        rounds,
        requests: asked.requests ?? (short ? 500 : 2_000),
        connections: asked.connections ?? [32],
      });
    case "cost":
      return benchCost(asked.tasks ?? (short ? 50 : 1_000));
    case "size":
      return benchSize(rounds, asked.npmTest);
    case "fold":
      return Promise.resolve(benchFold(asked.rounds ?? (short ? 7 : 25)));
    case "assess":
      return benchAssess(short ? 2 : rounds);
  }
}

function lineOf({ what, figure, bound, reached }: Goal): string {
  return `${reached ? "reached" : "missed "}  ${what}: ${figure.toFixed(2)} (goal ${bound})`;
}
