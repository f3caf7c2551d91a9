/**
 * Conditions on what is written (RFC 9110 section 13.1): `If-Match` names the view that a client has seen, and nothing
 * is done to a task that moved on since. The tag leads to a version here; the task's object compares that in one step
 * with the act.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { isTaskId } from "../../core/ids.ts";
import type { TaskView } from "../../core/view/view.ts";
import type { Deleted } from "../../platform/task/messages.ts";
import type { AppEnv } from "../app-env.ts";
import { isMet, tagOf } from "./entity-tag.ts";
import { withExpectedTimes } from "../reading/expected-times.ts";
import { movedOn } from "../reading/task-reader.ts";
import { Problem } from "../problem.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** For `/tasks/:id` and what lies under it. */
export const conditionalWrites = createMiddleware<AppEnv>(async (c, next) => {
  if (!READS.has(c.req.method) && isConditional(c)) await checkTask(c, c.req.path.split("/")[2] ?? "");
  await next();
});

function isConditional(c: Context): boolean {
  return c.req.header("if-match") !== undefined || c.req.header("if-unmodified-since") !== undefined;
}

/** Throws a 412, or leaves in `seen` the version that the condition is about. Of an unknown task the route itself says so, but no condition makes a new one. */
async function checkTask(c: Context<AppEnv>, taskId: string): Promise<void> {
  const answer = isTaskId(taskId) ? await c.env.TASKS.getByName(taskId).view() : null;
  if (answer === null && c.req.method === "PUT")
    throw new Problem("precondition_failed", "There is no task that the condition could be about.");
  const view = standing(answer);
  if (view === null) return;
  const tag = tagOf(JSON.stringify(await withExpectedTimes(c.env, c.get("config"), view)));
  if (!isMet(c, tag, Date.parse(view.updatedAt))) throw movedOn(view.version);
  c.set("seen", view.version);
}

function standing(answer: TaskView | Deleted | null): TaskView | null {
  return answer === null || "deletedAt" in answer ? null : answer;
}
