/**
 * Names tasks to the Worker of which it cannot know: submitted elsewhere (or in an answer that was lost), and every
 * callback lost too. A user who misses a task does the same: `PUT /tasks/:id`.
 */
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import type { Task } from "../../rig/provider/ledger.ts";
import type { Provider } from "../../rig/provider/provider.ts";

export interface Adoption {
  /** The ids that were new to the Worker. */
  readonly taskIds: ReadonlySet<string>;
  /** Names what is missing now. Faults of the provider's record can delay that to a later round. */
  round(): Promise<void>;
}

export function adoption(client: BacklineClient, provider: Provider): Adoption {
  const taskIds = new Set<string>();
  return {
    taskIds,
    async round() {
      const unheard = [...provider.tasks.values()].filter(isUnheard);
      const known = new Set((await client.tasks()).map(({ taskId }) => taskId));
      for (const { taskId } of unheard.filter((task) => !known.has(task.taskId))) {
        const answer = await client.get(`/tasks/${taskId}`, { method: "PUT" });
        await answer.body?.cancel();
        if (answer.status === 201) taskIds.add(taskId);
      }
    },
  };
}

/** Every callback so far was given up, and no more will come. */
function isUnheard({ callbacks, silenced }: Task): boolean {
  return silenced && callbacks.every(({ outcome }) => outcome === "given_up" || outcome === "not_sent");
}
