/** How many rows each query of the catalog reads, with few tasks and with many: what Cloudflare bills, and what tells a scan. */
import * as z from "zod";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { startWorker } from "../../../rig/local/worker.ts";
import { atMost, type Report } from "../figures.ts";

const FEW = 1_000;
const MANY = 100_000;
const FLAT = 1.3;
/** A full page of a filter that one task in two hundred meets, or a round of the watchdog. */
const PAGE = 500;
/** What one answer of the catalog may look at, however many tasks there are. */
const BOUND = 20_000;

const GROWS = "up to its bound";

const counts = z.record(z.string(), z.int());

/** Tables and goals for the report of `scale`. */
export async function rowsRead(): Promise<Pick<Report, "tables" | "goals" | "figures">> {
  const bundle = await buildWorker({ entry: "test/drive/bench/workers/catalog-rows.ts" });
  const worker = await startWorker({ bundle, dataDir: null, port: 0, vars: {} });
  try {
    const [few, many] = [await ask(worker.origin, FEW), await ask(worker.origin, MANY)];
    const rows = Object.entries(many).map(([query, most]) => {
      const least = few[query] ?? Number.NaN;
      const growth = most > Math.max(FLAT * least, PAGE) ? GROWS : "flat";
      return { query, [`of ${FEW}`]: least, [`of ${MANY}`]: most, growth };
    });
    const grow = rows.filter(({ growth }) => growth === GROWS);
    return {
      tables: [{ heading: `rows read per query, of ${FEW} and of ${MANY} tasks`, rows }],
      goals: [
        atMost("rows read by the dearest query", Math.max(...Object.values(many)), BOUND),
        atMost("queries that grow up to their bound", grow.length, BOUNDED),
      ],
      figures: { few, many },
    };
  } finally {
    await worker.stop();
  }
}

/** A text search, the task that has a track, the scoreboard and a round of retention look at a bounded number of rows. */
const BOUNDED = 4;

async function ask(origin: string, tasks: number): Promise<Readonly<Record<string, number>>> {
  return counts.parse(await (await fetch(`${origin}/?tasks=${tasks}`)).json());
}
