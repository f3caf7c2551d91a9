/**
 * What became of a task: `GET /tasks/:id`, and how it came about: `GET /tasks/:id/events`.
 */
import { Hono, type Context } from "hono";
import { etag } from "hono/etag";
import * as z from "zod";
import { isTaskId } from "../core/ids.ts";
import { timelineEvent } from "../core/timeline.ts";
import { requireApiToken } from "./access.ts";
import type { AppEnv } from "./app-env.ts";
import { Problem } from "./problem.ts";
import { listQuery, parseQuery } from "./query.ts";

const MAX_PAGE_CHARS = 8 * 1_024 * 1_024;

export const tasks = new Hono<AppEnv>()
  .use("/tasks/*", requireApiToken)
  .get("/tasks/:id", etag(), async (c) => {
    const view = await c.env.TASKS.getByName(taskIdOf(c)).view();
    if (view === null) throw unknownTask();
    return c.json(view, 200, FRESH);
  })
  .get("/tasks/:id/events", async (c) => {
    const { limit, cursor } = parseQuery(eventsQuery, c);
    const page = await c.env.TASKS.getByName(taskIdOf(c)).events(cursor, limit, MAX_PAGE_CHARS);
    if (page === null) throw unknownTask();
    const items = page.events.map(({ event, body }) => timelineEvent(event, body));
    return c.json({ items, nextCursor: page.nextSeq === null ? null : String(page.nextSeq) }, 200, FRESH);
  });

const eventsQuery = listQuery.extend({ cursor: z.coerce.number().int().nonnegative().default(0) });

/** Private, and asked about anew each time; a cache on the way may keep it for its own 304. */
export const FRESH = { "cache-control": "private, no-cache", vary: "Accept, Authorization, Cookie" } as const;

/** The task id of the path. One that could name no task is an unknown one. */
export function taskIdOf(c: Context): string {
  const id = c.req.param("id") ?? "";
  if (!isTaskId(id)) throw unknownTask();
  return id;
}

export function unknownTask(): Problem {
  return new Problem(
    "task_not_found",
    "No callback has named this task yet. Check the id, and that its callBackUrl leads here.",
  );
}
