/** `npm run bench -- ack`: the measurements, as a table. Local workerd; quote ratios from one run. */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchAck } from "./ack.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "1000" },
    connections: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

if (positionals.length > 0 && positionals[0] !== "ack") {
  console.error(`There is no benchmark called ${positionals[0]}. There is: ack.`);
  process.exit(2);
}

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
