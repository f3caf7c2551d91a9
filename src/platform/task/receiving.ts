/**
 * Takes a message of the provider into a task: whether it is about this task, and what is recorded of it.
 *
 * A reference is good for one task, and for none that came without it; that of a recovery for the task that it is of.
 */
import { isRecovering } from "../../core/next/agenda.ts";
import type { RecoveryNews } from "../../core/provider/recovery.ts";
import { admit, overflowed, received } from "../../core/task/admission.ts";
import { catalogOf } from "../catalog/catalog.ts";
import type { Delivery, Misdirection } from "./messages.ts";
import type { Task } from "../../core/task/task.ts";
import type { TaskState } from "./state.ts";

/**
 * Why a delivery is not about this task; null where it is. Before its reference is known to the task, the catalog is
 * asked. Rejects where that is out of reach.
 */
export async function misdirectionOf(
  env: Pick<Env, "CATALOG">,
  state: TaskState,
  delivery: Delivery,
): Promise<Misdirection | null> {
  const { ref, recovery } = delivery;
  const { task, tombstone, taskId } = state;
  if (ref === null || tombstone !== null || (task !== null && task.ref === ref)) return null;
  if (recovery !== undefined) return task === null ? "unknown_ref" : null;
  if (task !== null && task.ref !== null) return "other_ref";
  const isNew = task === null || !task.observations.some(({ via }) => via === "callback");
  const claim = await catalogOf(env).claimRef(ref, taskId, isNew, state.now());
  if (claim === "unknown") return isVouchedFor(state.task, delivery) ? null : "unknown_ref";
  return claim === "ours" ? null : "other_ref";
}

/** Where nobody knows its reference, a person can give a delivery to a task that was adopted and has none. */
function isVouchedFor(task: Task | null, { vouched = false }: Delivery): boolean {
  return vouched && task !== null && task.adopted !== null && task.ref === null;
}

/** Synchronous. Not null where the task has got another reference meanwhile: nothing is recorded then. */
export function recordDelivery(state: TaskState, delivery: Delivery): Misdirection | null {
  const { body, ref, vouched: _, recovery, ...message } = delivery;
  const { task } = state;
  // A name that perhaps nobody knows becomes no task's; where the catalog knows it, the task is handed its submission.
  const name = recovery !== undefined || isVouchedFor(task, delivery) ? null : ref;
  if (name !== null && task !== null && task.ref !== null && task.ref !== name) return "other_ref";
  const now = state.now();
  if (recovery === undefined || recovery.reason === null) {
    const event = received(task, message, name, now);
    if (admit(state.known, event) === "overflow") state.record(overflowed(state.known, now));
    else state.record(event, body);
  }
  if (recovery !== undefined) endRecovery(state, recovery);
  return null;
}

/** Links end it whatever was thought of it; without any, it ends while it is under way. */
function endRecovery(state: TaskState, { id, reason }: RecoveryNews): void {
  const { recovery } = state.known;
  if (reason === undefined || recovery === null) return;
  const isThis = id === null || recovery.recoveryId === null || recovery.recoveryId === id;
  if (isThis && (reason === null ? recovery.state !== "done" : isRecovering(state.known)))
    state.record({ type: "recovery_ended", reason });
}
