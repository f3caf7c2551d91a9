/**
 * What became of a task (`GET /tasks/:id`), how it came about (`/events`), and all of them (`GET /tasks`).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { timelineEvent } from "../../../core/view/timeline.ts";
import { guestViewOf, type GuestView } from "../../../core/view/guest.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import type { EventPage } from "../../../platform/task/event-log.ts";
import { requireApiToken } from "../../auth/access.ts";
import { sharedTrack } from "../../auth/share-link.ts";
import type { AppEnv } from "../../app-env.ts";
import { isKnown, tagOf } from "../../request/entity-tag.ts";
import { listPage, taskPage } from "../../pages/task/task-pages.tsx";
import { Problem } from "../../problem.ts";
import { eventsQuery, parseQuery, taskQuery, tasksQuery } from "../../request/query.ts";
import { pageOf } from "../../reading/task-list.ts";
import { conditionalWrites } from "../../request/precondition.ts";
import { withExpectedTimes } from "../../reading/expected-times.ts";
import { present, readTask, taskIdOf, waitForChange, type Reading } from "../../reading/task-reader.ts";

const MAX_PAGE_CHARS = 8 * 1_024 * 1_024;

export const tasks = new Hono<AppEnv>()
  .use("/tasks", requireApiToken)
  .use("/tasks/*", requireApiToken, conditionalWrites)
  .get("/tasks", listPage, async (c) => {
    const { status, ref, parent, q, cursor, limit } = parseQuery(tasksQuery, c);
    const query = { status: status ?? null, ref: ref ?? null, text: q ?? null };
    const place = { parent: parent ?? null, after: cursor ?? null };
    return c.json(pageOf(await catalogOf(c.env).list({ ...query, ...place, limit })), 200, FRESH);
  })
  .get("/tasks/:id", taskPage, async (c) => {
    const { wait, min_version: minVersion } = parseQuery(taskQuery, c);
    const noCache = /\bno-cache\b/i.test(c.req.header("cache-control") ?? "");
    const reading = { ...readingOf(c), minVersion, current: noCache || wait !== undefined };
    const view = wait === undefined ? await readTask(reading) : await waitedFor(c, reading, wait * 1_000);
    if (wait === undefined && view.version < minVersion) throw notReached(view.version, minVersion);
    const json = JSON.stringify(await shownTo(c, view));
    const headers = { ...FRESH, etag: tagOf(json), "content-type": "application/json" };
    return isKnown(c, headers.etag) ? c.body(null, 304, headers) : c.body(json, 200, headers);
  })
  .get("/tasks/:id/events", async (c) => {
    const { limit, cursor } = parseQuery(eventsQuery, c);
    const page = present<EventPage>(await c.env.TASKS.getByName(taskIdOf(c)).events(cursor, limit, MAX_PAGE_CHARS));
    const items = page.events.map(({ event, body }) => timelineEvent(event, body));
    return c.json({ items, nextCursor: page.nextSeq === null ? null : String(page.nextSeq) }, 200, FRESH);
  });

/** Private, and asked about each time; a cache on the way may keep it for its own 304. */
export const FRESH = { "cache-control": "private, no-cache", vary: "Accept, Authorization, Cookie" } as const;

/** What a plain read of the task in the path asks for. */
export function readingOf(c: Context<AppEnv>): Reading {
  return { env: c.env, config: c.get("config"), taskId: taskIdOf(c), minVersion: 0, current: false };
}

/**
 * Holds the reader until there is something new to it. One that names what it has (a tag, a version) and is behind
 * is answered at once, and so is an unknown task; a version that was not reached in time is no error.
 */
async function waitedFor(c: Context<AppEnv>, reading: Reading, waitMs: number): Promise<TaskView> {
  const before = await readTask(reading);
  // Nobody knows of anything that a settled task would still wait for, unless the reader does.
  const reached = before.version >= reading.minVersion && (reading.minVersion > 0 || before.settled);
  const behind =
    c.req.header("if-none-match") !== undefined && !isKnown(c, tagOf(JSON.stringify(await shownTo(c, before))));
  if (reached || behind) return before;
  await waitForChange(reading, before.version, waitMs, c.req.raw.signal);
  return readTask(reading);
}

/** The task as this reader may see it. */
async function shownTo(c: Context<AppEnv>, view: TaskView): Promise<TaskView | GuestView> {
  return c.get("via") === "share" ? guestViewOf(view, sharedTrack(c)) : withExpectedTimes(c.env, c.get("config"), view);
}

function notReached(version: number, minVersion: number): Problem {
  const detail = `The task is at version ${version}, not yet at ${minVersion}. Ask again, or add \`wait=25\`.`;
  return new Problem("version_not_reached", detail, {}, { version });
}
