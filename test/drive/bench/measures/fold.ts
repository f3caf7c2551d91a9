/** What the longest admitted log costs to fold, and its task to plan and to show. In node, without I/O. */
import { due } from "../../../../src/core/next/agenda.ts";
import { fold } from "../../../../src/core/task/reduce.ts";
import { tracksOf } from "../../../../src/core/task/tracks.ts";
import { viewOf } from "../../../../src/core/view/view.ts";
import { DAY, T0, TASK_ID } from "../../../core/builders.ts";
import { askingPace } from "../../../core/history.ts";
import { worstLog } from "../../../core/worst-log.ts";
import { atMost, shown, spreadOf, type Report } from "../figures.ts";

const FOLD_MS = 60;
const READ_MS = 5;

export function benchFold(rounds: number): Report {
  const folds: number[] = [];
  const dues: number[] = [];
  const views: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // What is remembered of a log is remembered by its objects, so each round has its own.
    const log = worstLog();
    const [task, foldMs] = timed(() => {
      const folded = fold(TASK_ID, log);
      if (folded === null) throw new Error("the log is empty");
      tracksOf(folded);
      return folded;
    });
    folds.push(foldMs);
    dues.push(timed(() => due(task, T0 + DAY, askingPace))[1]);
    views.push(timed(() => viewOf({ ...task }))[1]);
  }
  const [folding, planning, showing] = [folds, dues, views].map(spreadOf);
  if (folding === undefined || planning === undefined || showing === undefined) throw new Error("nothing was measured");
  return {
    title: `200 messages of 16 tracks each, every link new, and 4,800 copy events, n = ${rounds}.`,
    tables: [
      {
        heading: "ms, median and range",
        rows: [
          { what: "fold, with the selection of tracks", ms: shown(folding) },
          { what: "due", ms: shown(planning) },
          { what: "viewOf", ms: shown(showing) },
        ],
      },
    ],
    notes: [],
    goals: [
      atMost("ms to fold", folding.median, FOLD_MS),
      atMost("ms for due", planning.median, READ_MS),
      atMost("ms for viewOf", showing.median, READ_MS),
    ],
    figures: { folding, planning, showing },
  };
}

function timed<T>(work: () => T): readonly [T, number] {
  const startedAt = performance.now();
  const done = work();
  return [done, performance.now() - startedAt];
}
