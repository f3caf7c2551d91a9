/** One track, its links and what is known of its files: for the tests of which one is kept. */
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { nextStep } from "../../../src/core/next/copying.ts";
import { fileStatus } from "../../../src/core/task/copies.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { keptFilesOf } from "../../../src/core/view/kept-file.ts";
import { audioUrl, failed, listed, MINUTE, observation, observed, SECOND, started, T0, trackAt } from "../builders.ts";
import { pace } from "../history.ts";

export const PREVIEW = audioUrl("preview");
export const FINAL = audioUrl("final");
export const first = observed(observation("first", [listed({ audioLink: PREVIEW, durationSeconds: 30 })]), {
  at: T0 + 2 * MINUTE,
});
export const complete = observed(observation("complete", [listed({ audioLink: FINAL, durationSeconds: 180 })]), {
  at: T0 + MINUTE,
});

export const lasting = (seconds: number) => ({
  assess: "scan" as const,
  container: unheard({ format: "mp3", durationSeconds: seconds }),
});
export const stepOf = (task: Task, withPace = pace) => nextStep(task, trackAt(task, 0), "audio", withPace);
export const statusOf = (task: Task) => fileStatus(task, trackAt(task, 0), "audio");
export const keptKey = (task: Task) => keptFilesOf(task)[0]?.key;

/** Attempts in vain, a second apart. */
export function misses(count: number, from: number, url = FINAL, dead = false): readonly TaskEvent[] {
  return Array.from({ length: count }, (_, index) => [
    started(from + index * SECOND, url, { attempt: index + 1 }),
    failed(from + index * SECOND, url, dead, { attempt: index + 1 }),
  ]).flat();
}
