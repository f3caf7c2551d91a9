/**
 * `POST /tasks/:id/<command>`: what one word asks of a task, from one table. A client gets the task as JSON, a form
 * of the pages the way back to its page, which says what was done.
 */
import { SET_PROVIDER_KEY } from "../../../core/secrets.ts";
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { TaskView } from "../../../core/view/view.ts";
import type { TaskObject } from "../../../platform/task/task-object.ts";
import type { AppEnv } from "../../app-env.ts";
import { Problem } from "../../problem.ts";
import { prefersHtml } from "../../pages/frame/page.ts";
import { takesNoQuery } from "../../request/query.ts";
import { present, taskIdOf } from "../../reading/task-reader.ts";
import { FRESH } from "./tasks.ts";

type Stub = DurableObjectStub<TaskObject>;

/** Only `recover` may spend credits. */
const COMMANDS = {
  retry: async (task: Stub, c: Context<AppEnv>) => task.retry(c.get("seen")),
  assess: async (task: Stub, c: Context<AppEnv>) => task.assess(c.get("seen")),
  notify: async (task: Stub, c: Context<AppEnv>) => {
    const { notify, warnings } = c.get("config");
    if (notify === null)
      throw new Problem("not_configured", warnings.find((warning) => warning.includes("NOTIFY_URL")) ?? NOBODY);
    return task.notify(c.get("seen"));
  },
  recover: async (task: Stub, c: Context<AppEnv>) => {
    const { providerApiKey, publicUrl } = c.get("config");
    if (providerApiKey === null) throw new Problem("not_configured", NO_KEY);
    const answer = await task.recover(publicUrl?.origin ?? new URL(c.req.url).origin, c.get("seen"));
    if (answer !== null && "noRecovery" in answer) throw new Problem(answer.noRecovery, NO_RECOVERY[answer.noRecovery]);
    return answer;
  },
} as const;

const NO_RECOVERY = {
  nothing_missing: "Every track of this task is kept whole, so new links would be for nothing.",
  not_recoverable:
    "The provider makes new links for music alone, and this task is of another product: nothing was asked. POST /tasks/:id/retry asks its record for fresh links, at no cost; what is gone there as well is made again by POST /tasks.",
} as const;
const NOBODY =
  "NOTIFY_URL is not set, so there is nobody to tell: set it in wrangler.toml and NOTIFY_SECRET by `npx wrangler secret put NOTIFY_SECRET`, then deploy.";
const NO_KEY = `PROVIDER_API_KEY is not set, so the provider cannot be asked for new links: ${SET_PROVIDER_KEY}.`;

/** Behind `requireApiToken`. */
export const taskCommands = new Hono<AppEnv>();
for (const [name, run] of Object.entries(COMMANDS)) {
  taskCommands.post(`/tasks/:id/${name}`, takesNoQuery, async (c) => {
    const taskId = taskIdOf(c);
    const view = present<TaskView>(await run(c.env.TASKS.getByName(taskId), c));
    return prefersHtml(c) ? c.redirect(`/tasks/${taskId}?did=${name}`, 303) : c.json(view, 202, FRESH);
  });
}
