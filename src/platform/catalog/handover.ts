/**
 * Hands a submission over to the object of its task. The catalog has it written down before, so what fails here is
 * done by the watchdog.
 */
import type { TaskView } from "../../core/view/view.ts";
import type { Deleted } from "../task/messages.ts";
import { catalogOf } from "./catalog.ts";
import type { Handover } from "./submission-table.ts";

/** Safe to repeat: the first submission of a task stands. Rejects where the object or the catalog is out of reach. */
export async function handOver(
  env: Pick<Env, "TASKS" | "CATALOG">,
  { taskId, ref, requestJson, host, source }: Handover,
): Promise<TaskView | Deleted | null> {
  const submitted = { ref, requestJson, host, ...(source === null ? {} : { source }) };
  const view = await env.TASKS.getByName(taskId).submitted(submitted);
  await catalogOf(env).handedOver(ref);
  return view;
}
