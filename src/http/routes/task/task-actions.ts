/**
 * What a user can do about tasks beside the commands of one word: try many again (never at the cost of credits),
 * adopt one that was submitted elsewhere, fold its log again, or forget it.
 */
import { SET_PROVIDER_KEY } from "../../../core/secrets.ts";
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import type { TaskView } from "../../../core/view/view.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import {
  entryOf,
  isMusicProduct,
  isOpenTo,
  MUSIC_RECORD,
  type Product,
} from "../../../core/provider/products/products.ts";
import { askForRecord, providerAccess, type RecordAnswer } from "../../../platform/provider-client.ts";
import { observe } from "../../../platform/task/client.ts";
import { eachOf } from "../../../platform/audio/slots.ts";
import type { AppEnv } from "../../app-env.ts";
import { Problem } from "../../problem.ts";
import { adoptQuery, parseQuery, retryQuery, takesNoQuery } from "../../request/query.ts";
import { placeCursor } from "../../reading/task-list.ts";
import { present, taskIdOf } from "../../reading/task-reader.ts";
import { FRESH } from "./tasks.ts";

const AT_ONCE = 6;

/** The ids of the tasks that are tried again. */
export const retriedPage = z.object({ items: z.array(z.string()), nextCursor: z.string().nullable() });

export const rebuiltView = z.object({
  taskId: z.string(),
  /** Whether the log gave what was in memory. */
  identical: z.boolean(),
  version: z.int(),
  published: z.literal(true),
});

export const taskActions = new Hono<AppEnv>()
  .post("/tasks/retry", async (c) => {
    const { status, limit, cursor } = parseQuery(retryQuery, c);
    const query = { status, ref: null, parent: null, text: null, after: cursor ?? null, limit };
    const { items: chosen, next } = await catalogOf(c.env).list(query);
    const retried = await eachOf(chosen, AT_ONCE, async ({ taskId }) => {
      const answer = await c.env.TASKS.getByName(taskId)
        .retry()
        .catch(() => null);
      return answer === null || "deletedAt" in answer ? [] : [taskId];
    });
    const page: z.infer<typeof retriedPage> = {
      items: retried.flat(),
      nextCursor: next === null ? null : placeCursor(next),
    };
    return c.json(page, 202, FRESH);
  })
  .post("/tasks/:id/rebuild", takesNoQuery, async (c) => {
    const taskId = taskIdOf(c);
    const rebuilt = await c.env.TASKS.getByName(taskId).rebuild(c.get("seen"));
    if (rebuilt === null || !("identical" in rebuilt)) return c.json(present<TaskView>(rebuilt), 200, FRESH);
    const { identical, row } = rebuilt;
    const view: z.infer<typeof rebuiltView> = { taskId, identical, version: row.version, published: true };
    return c.json(view, 200, FRESH);
  })
  .put("/tasks/:id", async (c) => {
    const { view, isNew } = await adopt(c, parseQuery(adoptQuery, c).product);
    return isNew ? c.json(view, 201, { ...FRESH, location: `/tasks/${view.taskId}` }) : c.json(view, 200, FRESH);
  })
  .delete("/tasks/:id", takesNoQuery, async (c) => {
    await forget(c);
    return c.body(null, 204);
  });

/** Throws a problem where there is no such task, or it is not any more as it was seen. */
export async function forget<P extends string>(c: Context<AppEnv, P>): Promise<void> {
  const answer = await c.env.TASKS.getByName(taskIdOf(c)).forget(c.get("seen"));
  if (answer === null || !("deletedAt" in answer)) present(answer);
}

/** Asked about before anything is stored: an id that the provider does not know makes no task, and names no product. */
export async function adopt<P extends string>(
  c: Context<AppEnv, P>,
  named: Product | undefined,
): Promise<{ readonly view: TaskView; readonly isNew: boolean }> {
  const taskId = taskIdOf(c);
  const object = c.env.TASKS.getByName(taskId);
  const known = await object.view();
  const view = known === null ? null : present<TaskView>(known);
  if (view !== null && isAnswered(view.product, named)) return { view, isNew: false };
  const answer = await recordFor(c, taskId, named ?? "music");
  const { host } = new URL(c.req.url);
  await object.adopt(host, named ?? "music");
  if (view !== null) {
    const { sha256, observation, body } = answer;
    await observe(c.env.TASKS, taskId, { sha256, observation, body, via: "poll", verdict: "record", host, ref: null });
  }
  return { view: present<TaskView>(await object.view()), isNew: view === null };
}

/** Whether a known task needs no more than to be shown. Throws where it is of another product than it is named. */
function isAnswered(known: Product, named: Product | undefined): boolean {
  if (named === undefined || named === known || (named === "music" && isMusicProduct(known))) return true;
  if (isOpenTo(known, named)) return false;
  throw new Problem(
    "invalid_request",
    `product: this task is of ${known}, as it was submitted or as the provider said, and not of ${named}. Leave \`product\` out to have it as it is.`,
  );
}

async function recordFor<P extends string>(
  c: Context<AppEnv, P>,
  taskId: string,
  product: Product,
): Promise<Extract<RecordAnswer, { type: "record" }>> {
  const record = entryOf(product)?.record ?? MUSIC_RECORD;
  const provider = providerAccess(c.get("config"));
  if (provider === null) throw new Problem("not_configured", NO_KEY);
  const answer = await askForRecord(provider, { taskId, product, record }, c.req.raw.signal);
  if (answer.type === "unknown")
    throw new Problem(
      "task_not_found",
      `The provider has no record of this id for ${product}. Check the id, and PROVIDER_BASE_URL; of what is no music, name the product, as in ?product=wav.`,
      {},
      {},
      `The provider has no record of this id for ${product}. Check the id, what it makes, and PROVIDER_BASE_URL.`,
    );
  if (answer.type === "failed")
    throw new Problem("provider_failed", `The provider could not be asked (${answer.reason}). Try again later.`);
  return answer;
}

const NO_KEY = `PROVIDER_API_KEY is not set, so the provider cannot be asked about this task: ${SET_PROVIDER_KEY}.`;
