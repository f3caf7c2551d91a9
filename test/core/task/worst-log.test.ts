/** The longest admitted log costs no more than it must: tracks are selected once, not with every event. */
import { expect, test } from "vitest";
import { due } from "../../../src/core/next/agenda.ts";
import { fold } from "../../../src/core/task/reduce.ts";
import { selections } from "../../../src/core/task/tracks.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { DAY, T0, TASK_ID } from "../builders.ts";
import { askingPace } from "../history.ts";
import { worstLog } from "../worst-log.ts";

test("folding 200 messages and 4,800 copy events selects the tracks never, and reading the task selects them once", () => {
  const log = worstLog();
  expect(log).toHaveLength(200 + 4_800);
  const before = selections.count;
  const task = fold(TASK_ID, log);
  if (task === null) throw new Error("the log is empty");
  expect(selections.count - before).toBe(0);
  expect(viewOf(task).tracks).toHaveLength(16);
  expect(due(task, T0 + DAY, askingPace).length).toBeGreaterThan(0);
  expect(selections.count - before).toBe(1);
});
