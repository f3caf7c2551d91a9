/** Whether a delivery under the reference of a submission is about the task that it names. */
import { catalogOf } from "../catalog/catalog.ts";
import type { Misdirection } from "./messages.ts";
import type { TaskState } from "./state.ts";

/**
 * Null where it is. Before the reference is known to the task, the catalog is asked: a reference is good for one task,
 * and for none that came without it. Rejects where the catalog is out of reach.
 */
export async function misdirectionOf(
  env: Pick<Env, "CATALOG">,
  state: TaskState,
  ref: string,
): Promise<Misdirection | null> {
  const { task, tombstone, taskId } = state;
  if (tombstone !== null || (task !== null && task.ref === ref)) return null;
  if (task !== null && task.ref !== null) return "other_ref";
  const isNew = task === null || !task.observations.some(({ via }) => via === "callback");
  const claim = await catalogOf(env).claimRef(ref, taskId, isNew, state.now());
  if (claim === "ours") return null;
  return claim === "unknown" ? "unknown_ref" : "other_ref";
}
