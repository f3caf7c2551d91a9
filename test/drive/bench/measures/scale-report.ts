/** What `npm run bench -- scale` prints: a row for each number of tasks, and whether it stays flat. Pure. */
import { atMost, type Report } from "../figures.ts";

export const CONNECTIONS = 8;
export const PASSES = 5;
const FLAT = 1.3;

export interface Figure {
  readonly tasks: number;
  readonly ackMs: number;
  /** Of tasks whose object is in memory. */
  readonly statusMs: number;
  /** Of tasks that were not asked for lately. */
  readonly coldStatusMs: number;
  readonly firstPageMs: number;
  /** Pages anywhere in the list. */
  readonly listMs: number;
  /** Nothing is neglected. */
  readonly idlePassMs: number;
  /** As many are neglected as one pass visits, 200 at most. */
  readonly busyPassMs: number;
  readonly bytesPerTask: number;
  readonly rowsPerTask: number;
}

export function reportOf(figures: readonly Figure[], requests: number): Report {
  const [smallest] = figures;
  const largest = figures.at(-1);
  const times = (of: (figure: Figure) => number): number =>
    smallest === undefined || largest === undefined ? Number.NaN : of(largest) / of(smallest);
  return {
    title: `Open tasks present; p50 of ${requests} requests at ${CONNECTIONS} connections, median of ${PASSES} passes.`,
    tables: [{ heading: "ms, bytes and rows", rows: figures.map(rowOf) }],
    goals: [
      atMost(
        "ack p50, largest over smallest",
        times((figure) => figure.ackMs),
        FLAT,
      ),
      atMost(
        "status p50, object in memory",
        times((figure) => figure.statusMs),
        FLAT,
      ),
      atMost(
        "first page p50",
        times((figure) => figure.firstPageMs),
        FLAT,
      ),
      atMost(
        "page anywhere p50",
        times((figure) => figure.listMs),
        FLAT,
      ),
      atMost(
        "watchdog, nothing neglected",
        times((figure) => figure.idlePassMs),
        FLAT,
      ),
      atMost(
        "bytes per task",
        times((figure) => figure.bytesPerTask),
        FLAT,
      ),
      atMost(
        "rows per task",
        times((figure) => figure.rowsPerTask),
        FLAT,
      ),
    ],
    notes: [
      "A status of a task that was not asked for lately starts its object anew: that is the cold column, and where few tasks are present none is cold.",
      "A busy pass visits as many tasks as are neglected, up to 200, each with two calls; it reads all open rows, and so does an idle one: both grow with the open tasks, not with the settled ones.",
      "Bytes are those of the local disk, with what SQLite has not yet folded into its files.",
    ],
    figures: { requests, figures },
  };
}

function rowOf(figure: Figure): Record<string, string | number> {
  return {
    tasks: figure.tasks,
    ack: figure.ackMs.toFixed(2),
    status: figure.statusMs.toFixed(2),
    "status, cold": figure.coldStatusMs.toFixed(2),
    "first page": figure.firstPageMs.toFixed(2),
    "any page": figure.listMs.toFixed(2),
    "idle pass": figure.idlePassMs.toFixed(1),
    "busy pass": figure.busyPassMs.toFixed(1),
    "bytes/task": Math.round(figure.bytesPerTask),
    "rows/task": figure.rowsPerTask.toFixed(2),
  };
}
