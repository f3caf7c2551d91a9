/**
 * Takes a message of the provider into a task: whether it is about this task, and what is recorded of it.
 *
 * A reference is good for one task, and for none that came without it; that of a recovery for the task that it is of.
 */
import { isRecovering } from "../../core/next/agenda.ts";
import { recoveryRef, type RecoveryNews } from "../../core/provider/recovery.ts";
import { admit, overflowed, received } from "../../core/task/admission.ts";
import { catalogOf } from "../catalog/catalog.ts";
import type { Delivery, Misdirection } from "./messages.ts";
import type { TaskState } from "./state.ts";

/**
 * Why a delivery is not about this task; null where it is. Before its reference is known to the task, the catalog is
 * asked. Rejects where that is out of reach.
 */
export async function misdirectionOf(
  env: Pick<Env, "CATALOG">,
  state: TaskState,
  { ref, vouched = false }: Delivery,
): Promise<Misdirection | null> {
  const { task, tombstone, taskId } = state;
  if (ref === null || tombstone !== null || (task !== null && task.ref === ref)) return null;
  if (ref === recoveryRef(taskId)) return task === null ? "unknown_ref" : null;
  if (task !== null && task.ref !== null) return "other_ref";
  const isNew = task === null || !task.observations.some(({ via }) => via === "callback");
  const claim = await catalogOf(env).claimRef(ref, taskId, isNew, state.now());
  if (claim === "unknown") return vouched && (state.task?.adopted ?? null) !== null ? null : "unknown_ref";
  return claim === "ours" ? null : "other_ref";
}

/** Synchronous. False where the task has got another reference meanwhile: nothing is recorded then. */
export function recordDelivery(state: TaskState, delivery: Delivery): boolean {
  const { body, ref, vouched = false, recovery, ...message } = delivery;
  const { task } = state;
  // A name that perhaps nobody knows becomes no task's; where the catalog knows it, the task is handed its submission.
  const isUnnamed = vouched && (task?.adopted ?? null) !== null && task?.ref === null;
  const name = isUnnamed || recovery !== undefined ? null : ref;
  if (name !== null && task !== null && task.ref !== null && task.ref !== name) return false;
  const now = state.now();
  if (recovery === undefined || recovery.reason === null) {
    const event = received(task, message, name, now);
    if (admit(state.known, event) === "overflow") state.record(overflowed(state.known, now));
    else state.record(event, body);
  }
  if (recovery !== undefined) endRecovery(state, recovery);
  return true;
}

/** Links end it whatever was thought of it; without any, it ends while it is under way. */
function endRecovery(state: TaskState, { id, reason }: RecoveryNews): void {
  const { recovery } = state.known;
  if (reason === undefined || recovery === null) return;
  const isThis = id === null || recovery.recoveryId === null || recovery.recoveryId === id;
  if (isThis && (reason === null ? recovery.state !== "done" : isRecovering(state.known)))
    state.record({ type: "recovery_ended", reason });
}
