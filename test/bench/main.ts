/** `npm run bench -- ack` or `assess`: the measurements, as tables. All local; of `ack`, quote ratios from one run. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchAck } from "./ack.ts";
import { benchAssess } from "./assess.ts";

// Whatever the parts write on disk goes with the process.
const scratch = mkdtempSync(join(tmpdir(), "backline-bench-"));
process.env["TMPDIR"] = scratch;
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "1000" },
    connections: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

const benchmark = positionals[0] ?? "ack";
if (benchmark === "ack") await ack();
else if (benchmark === "assess") await assess();
else {
  console.error(`There is no benchmark called ${benchmark}. There are: ack, assess.`);
  process.exitCode = 2;
}

async function ack(): Promise<void> {
  const options = {
    rounds: Number(values.rounds),
    requests: Number(values.requests),
    connections: Number(values.connections),
  };
  const figures = await benchAck(options);
  console.log(
    `Time to the 200 of a callback, local workerd, ${cpus().length} cores, ${options.connections} connections,`,
  );
  console.log(`${options.rounds} rounds of ${options.requests} requests each, in turn; medians over the rounds.\n`);
  console.table(
    figures.map(({ tasks, contender, ...figure }) => ({
      tasks,
      contender,
      "req/s": Math.round(figure.requestsPerSecond),
      "p50 ms": figure.p50Ms.toFixed(2),
      "p95 ms": figure.p95Ms.toFixed(2),
      "p99 ms": figure.p99Ms.toFixed(2),
      "p50 / floor": figure.timesFloor.toFixed(2),
    })),
  );
  if (values.json) console.log(JSON.stringify({ ...options, figures }));
}

async function assess(): Promise<void> {
  const rounds = Number(values.rounds);
  const figures = await benchAssess(rounds);
  console.log(`Assessment of a stereo MP3 (192 kbit/s, 44.1 kHz): node, local, ${cpus().length} cores.\n`);
  console.log(`CPU-ms per minute of audio, all threads; median, least and most of ${rounds} runs in one process.`);
  console.table(
    figures.cpu.map(({ what, minutes, median, least, most }) => ({
      pass: what,
      minutes,
      median: median.toFixed(1),
      least: least.toFixed(1),
      most: most.toFixed(1),
    })),
  );
  console.log("Memory over idle in MB: the most in use after a collection, and the resident set at the end.");
  console.table(
    figures.memory.map(({ minutes, scanMegabytes, fullMegabytes, residentMegabytes }) => ({
      minutes,
      scan: scanMegabytes.toFixed(1),
      full: fullMegabytes.toFixed(1),
      resident: residentMegabytes.toFixed(1),
    })),
  );
  console.log(figures.goals.join("\n"));
  if (values.json) console.log(JSON.stringify({ rounds, ...figures }));
}
