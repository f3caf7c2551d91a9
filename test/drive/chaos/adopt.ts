/**
 * What only a user can do. Names tasks to the Worker of which it cannot know: submitted elsewhere (or in an answer that
 * was lost), and every callback lost too (`PUT /tasks/:id`). And has the provider make new links where no message has
 * a good one (`POST /tasks/:id/recover`): that may cost credits.
 */
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import type { Made, Task } from "../../rig/provider/ledger.ts";
import type { Provider } from "../../rig/provider/provider.ts";

export interface Adoption {
  /** The ids that were new to the Worker. */
  readonly taskIds: ReadonlySet<string>;
  /** Those whose links were made again. */
  readonly recovered: ReadonlySet<string>;
  /** Names what is missing now. Faults of the provider's record can delay that to a later round. */
  round(): Promise<void>;
}

export function adoption(client: BacklineClient, provider: Provider): Adoption {
  const taskIds = new Set<string>();
  const wishes = new Map<string, number>();
  const recovered = new Set<string>();

  async function recover(taskId: string): Promise<void> {
    if (Date.now() - (wishes.get(taskId) ?? 0) < WISH_AGAIN_MS) return;
    wishes.set(taskId, Date.now());
    const answer = await client.get(`/tasks/${taskId}/recover`, { method: "POST" });
    await answer.body?.cancel();
    if (answer.status === 202) recovered.add(taskId);
  }

  return {
    taskIds,
    recovered,
    async round() {
      const unheard = provider.all().filter(isUnheard);
      const listed = await client.tasks();
      const known = new Set(listed.map(({ taskId }) => taskId));
      for (const { taskId, settled, stage } of listed)
        if (stage === "complete" && !settled && provider.tasks.get(taskId)?.quirk === "gone") await recover(taskId);
      for (const { taskId, product } of unheard.filter((task) => !known.has(task.taskId))) {
        const answer = await client.get(`/tasks/${taskId}?product=${product}`, { method: "PUT" });
        await answer.body?.cancel();
        if (answer.status === 201) taskIds.add(taskId);
      }
    },
  };
}

/** One that a crash broke off is not repeated by the Worker, which cannot know what it cost. */
const WISH_AGAIN_MS = 20_000;

/** Every callback so far was given up, and no more will come; or none was ever sent. */
function isUnheard({ callbacks, silenced, progress }: Task | Made): boolean {
  const isOver = silenced || (callbacks.length === 0 && (progress === "complete" || progress === "failed"));
  return isOver && callbacks.every(({ outcome }) => outcome === "given_up" || outcome === "not_sent");
}
