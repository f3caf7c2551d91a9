/** What has to be true of each task after chaos, by the provider's ledger: the one witness that never died. */
import type { TaskView } from "../../../src/core/view/view.ts";
import { acknowledged, faultsOf, madeFaults, toldFileFaults } from "./files.ts";
import type { BacklineClient } from "../local/backline-client.ts";
import { titleOf, type Made, type Task } from "../provider/ledger.ts";

/** `beyond reach`: the callback that tells of the files was never acknowledged, and nobody could be asked. */
export type Verdict = "complete" | "failed as sent" | "beyond reach" | "lost";

export interface Judgement {
  readonly task: Task | Made;
  readonly verdict: Verdict;
  /** Sentences about a task that is lost. */
  readonly faults: readonly string[];
}

/** `canAsk`: whether the Worker has the provider's key. */
export async function judge(
  client: BacklineClient,
  task: Task | Made,
  view: TaskView | null,
  canAsk: boolean,
): Promise<Judgement> {
  if (task.progress === "failed") {
    if (view?.stage === "failed" && view.settled) {
      const faults = "tracks" in task ? await toldFileFaults(client, task, view) : [];
      return { task, verdict: faults.length === 0 ? "failed as sent" : "lost", faults };
    }
    if (!canAsk && !acknowledged(task)) return { task, verdict: "beyond reach", faults: [] };
    return {
      task,
      verdict: "lost",
      faults: [`${nameOf(task)} failed, and ended at stage ${view?.stage ?? "unknown"}.`],
    };
  }
  const followed = { taskId: task.taskId, title: titleOf(task), view };
  const faults =
    "tracks" in task
      ? await faultsOf(client, [followed], new Map([[task.taskId, task]]))
      : await madeFaults(client, task, view);
  if (faults.length === 0) return { task, verdict: "complete", faults };
  const told =
    "tracks" in task ? acknowledged(task, ...task.tracks.map(({ audio }) => audio.path)) : acknowledged(task);
  return canAsk || told ? { task, verdict: "lost", faults } : { task, verdict: "beyond reach", faults: [] };
}

function nameOf(task: Task | Made): string {
  return `${titleOf(task)} (${task.taskId})`;
}
