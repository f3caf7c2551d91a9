/** The pages at the addresses of tasks, for clients that prefer HTML; the others go on to the JSON. */
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { countInbox } from "../../../platform/inbox/inbox.ts";
import { readPublished } from "../../../platform/read-model.ts";
import type { EventPage } from "../../../platform/task/event-log.ts";
import type { CatalogRow } from "../../../core/view/catalog-row.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { guestViewOf } from "../../../core/view/guest.ts";
import type { AppEnv } from "../../app-env.ts";
import { sharedTrack } from "../../auth/share-link.ts";
import { usualHere, withExpectedTimes } from "../../reading/expected-times.ts";
import { parseQuery, tasksQuery } from "../../request/query.ts";
import { readMadeName } from "../../reading/made-name.ts";
import { placeCursor } from "../../reading/task-list.ts";
import { present, readTask, taskIdOf } from "../../reading/task-reader.ts";
import { callBackUrlOf } from "../frame/callback-url.ts";
import { GuestPage } from "./guest-page.tsx";
import { ListPage } from "../list/list-page.tsx";
import { nonceOf, page, prefersHtml } from "../frame/page.ts";
import type { ListedTask } from "../list/listed-task.ts";
import { DONE_COMMANDS } from "./task-actions.tsx";
import { TaskPage } from "./task-page.tsx";
import { saidDeleted } from "../frame/said-deleted.ts";
import { viewerOf } from "../frame/viewer.ts";

const EVENTS = 100;
const MAX_EVENT_CHARS = 1_024 * 1_024;
const LIST_LENGTH = 25;
const PROBLEMS = 10;
const NO_TASKS = { items: [], next: null };
const PROBLEMS_FOR_MS = 7 * 24 * 3_600_000;

const taskPageQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .default("0"),
  did: z.enum(DONE_COMMANDS).optional(),
  everything: z.literal("yes").optional(),
});
const { status, q } = tasksQuery.shape;
const listQuery = tasksQuery.extend({ status: filled(status), q: filled(q) });

export const taskPage = createMiddleware<AppEnv>(async (c, next) => {
  if (!prefersHtml(c)) return next();
  const taskId = taskIdOf(c);
  const config = c.get("config");
  const viewer = viewerOf(c);
  if (viewer.isGuest) {
    const view = await readTask({ env: c.env, config, taskId, minVersion: 0, current: true });
    const trackId = sharedTrack(c);
    const alone = trackId === null ? null : view.tracks.findIndex((track) => track.trackId === trackId) + 1;
    const shown = { view: guestViewOf(view, trackId), alone, madeName: await readMadeName(c.env, view) };
    return page(c, <GuestPage {...shown} viewer={viewer} nonce={nonceOf(c)} />);
  }
  const query = parseQuery(taskPageQuery, c);
  const after = Number(query.after);
  const object = c.env.TASKS.getByName(taskId);
  const [view, log, usual, made] = await Promise.all([
    readTask({ env: c.env, config, taskId, minVersion: 0, current: true }),
    object.events(after, EVENTS, MAX_EVENT_CHARS),
    usualHere(c.env, Date.now()),
    madeOf(c.env, taskId),
  ]);
  const { events, nextSeq } = present<EventPage>(log);
  const trackIds = view.tracks.map(({ trackId }) => trackId);
  const everything = query.everything === "yes";
  const timeline = { taskId, createdAt: view.createdAt, trackIds, after, everything, events, next: nextSeq };
  return page(
    c,
    <TaskPage
      view={await withExpectedTimes(c.env, config, view)}
      usual={usual}
      made={made}
      madeName={await readMadeName(c.env, view)}
      timeline={timeline}
      viewer={viewer}
      canNotify={config.notify !== null}
      canRecover={config.providerApiKey !== null}
      did={query.did ?? null}
      now={Date.now()}
      nonce={nonceOf(c)}
    />,
  );
});

/** The form sends what is left empty too. */
function filled<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema).optional();
}

/** Nothing where the catalog is out of reach: the task is shown without it. */
async function madeOf(env: Env, taskId: string): Promise<readonly ListedTask[]> {
  const query = { status: null, ref: null, parent: taskId, text: null, after: null, limit: LIST_LENGTH };
  try {
    const { items } = await catalogOf(env).list(query);
    return await Promise.all(items.map(async (row) => ({ row, view: await viewOfRow(env, row), madeName: null })));
  } catch {
    return [];
  }
}

/** KV has the files, the covers and the verdicts of what is settled. */
function withViews(env: Env, rows: readonly CatalogRow[]): Promise<readonly ListedTask[]> {
  return Promise.all(
    rows.map(async (row): Promise<ListedTask> => {
      const name = row.title === null ? readMadeName(env, row) : null;
      return { row, view: await viewOfRow(env, row), madeName: await name };
    }),
  );
}

async function viewOfRow(env: Env, { settled, taskId }: CatalogRow): Promise<TaskView | null> {
  return settled ? ((await readPublished(env.STATE, taskId))?.view ?? null) : null;
}

export const listPage = createMiddleware<AppEnv>(async (c, next) => {
  if (!prefersHtml(c)) return next();
  const { status = null, q = null, ref = null, parent = null, cursor = null } = parseQuery(listQuery, c);
  const now = Date.now();
  const catalog = catalogOf(c.env);
  const query = { status, ref, parent, text: q, after: cursor, limit: LIST_LENGTH };
  const isFront = status === null && q === null && ref === null && parent === null && cursor === null;
  const [listed, troubled, inInbox, awaited] = await Promise.all([
    catalog.list(query),
    isFront ? catalog.list({ ...query, status: "problems", limit: PROBLEMS }) : NO_TASKS,
    countInbox(c.env.AUDIO),
    ref === null ? null : catalog.awaited(ref, now),
  ]);
  const recent = troubled.items.filter(({ createdAt }) => now - createdAt < PROBLEMS_FOR_MS);
  const shown = new Map([...recent, ...listed.items].map((row) => [row.taskId, row]));
  const tasks = await withViews(c.env, [...shown.values()]);
  const isProblem = ({ row }: ListedTask): boolean => isFront && row.problem !== null;
  return page(
    c,
    <ListPage
      problems={tasks.filter(isProblem)}
      tasks={tasks.filter((task) => !isProblem(task))}
      filter={{ status, q, ref, parent }}
      awaited={awaited}
      nextCursor={listed.next === null ? null : placeCursor(listed.next)}
      callBackUrl={callBackUrlOf(c)}
      inInbox={inInbox}
      done={saidDeleted(c)}
      now={now}
      nonce={nonceOf(c)}
    />,
  );
});
