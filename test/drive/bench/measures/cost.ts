/**
 * What a million tasks cost: a thousand of them driven through the Worker, every billed operation counted on the
 * bindings themselves, times the list price.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { fullPassMs } from "./assess.ts";
import { atMost, type Report, type Table } from "../figures.ts";
import { ASSUMED, costLines, PRICES_OF, storageLines, type CostLine } from "../prices.ts";
import { drive, type Driven } from "../tasks-drive.ts";

/** Dollars for a million tasks. */
const GOALS = { scan: 60, fullOnTop: 60 };

interface Case {
  readonly name: string;
  readonly polls: number;
  readonly assess: "scan" | "full";
}

const CASES: readonly Case[] = [
  { name: "scan, no poll", polls: 0, assess: "scan" },
  { name: "scan, 5 polls", polls: 5, assess: "scan" },
  { name: "full, no poll", polls: 0, assess: "full" },
];

interface Costed extends Case, Driven {
  readonly lines: readonly CostLine[];
  readonly dollarsPerMillion: number;
}

export async function benchCost(tasks: number): Promise<Report> {
  const bundle = await buildWorker({ entry: "test/drive/bench/workers/counted.ts" });
  const assessMs = (await fullPassMs()) * ASSUMED.minutes;
  const costed: Costed[] = [];
  for (const one of CASES) costed.push(await costOf(one, tasks, bundle, assessMs));
  const [scan, , full] = costed.map(({ dollarsPerMillion }) => dollarsPerMillion);
  const storage = storageLines(costed[0]?.objectBytes ?? Number.NaN);
  return {
    title: `Cost of a million tasks: ${tasks} driven through local workerd, list prices of ${PRICES_OF}, before what the plan includes.`,
    tables: [
      ...costed.map((one) => tableOf(one)),
      { heading: "storage, dollars a month for a million tasks kept", rows: storage.map((line) => rowOf(line)) },
    ],
    goals: [
      atMost("dollars per million tasks, scan", scan ?? Number.NaN, GOALS.scan),
      atMost("dollars per million tasks, full on top of scan", (full ?? 0) - (scan ?? 0), GOALS.fullOnTop),
    ],
    notes: [
      `Assumed: files take ${ASSUMED.copySeconds} s from the provider's network, two tracks have ${ASSUMED.minutes} minutes of music. Counted: everything else.`,
      "CPU is that of this machine, and times of calls are local. The catalog is told of several tasks in one call while many come at once.",
    ],
    figures: { tasks, pricesOf: PRICES_OF, assumed: ASSUMED, cases: costed, storage },
  };
}

async function costOf(one: Case, tasks: number, bundle: string, assessMs: number): Promise<Costed> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-cost-"));
  try {
    const driven = await drive({ ...one, tasks, bundle, dataDir });
    const assessCpuMs = one.assess === "full" ? assessMs : 0;
    const lines = costLines({ counts: driven.counts, workerCpuMs: driven.cpuMs ?? Number.NaN, assessCpuMs });
    const dollarsPerMillion = lines.reduce((sum, line) => sum + line.dollarsPerMillion, 0);
    return { ...one, ...driven, lines, dollarsPerMillion };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function tableOf({ name, polls, lines, dollarsPerMillion }: Costed): Table {
  const counted = lines.filter(({ perTask }) => perTask !== 0);
  const total = { what: "together", "per task": "", "$ per million": dollarsPerMillion.toFixed(2) };
  return { heading: `${name} (${polls.toFixed(2)} polls were made)`, rows: [...counted.map(rowOf), total] };
}

function rowOf({ what, perTask, dollarsPerMillion }: CostLine): Table["rows"][number] {
  return { what, "per task": perTask.toFixed(2), "$ per million": dollarsPerMillion.toFixed(2) };
}
