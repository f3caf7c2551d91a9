/** What a task is called that was made of another one. */
import { readPublished } from "../../platform/read-model.ts";
import type { TaskView } from "../../core/view/view.ts";
import { madeName } from "../pages/task/made-name.ts";

/** By what is published of the task that it was made of: what that one is called is settled before anything is made of it. */
export async function readMadeName(env: Env, { product, parent }: Pick<TaskView, "product" | "parent">) {
  const published = parent === null ? null : await readPublished(env.STATE, parent.taskId);
  return madeName(product, parent, published?.view ?? null);
}
