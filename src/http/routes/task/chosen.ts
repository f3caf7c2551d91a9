/** `PUT /tasks/:id/chosen`: which of its tracks somebody chose. A form of the pages posts the same. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import type { TaskView } from "../../../core/view/view.ts";
import type { AppEnv } from "../../app-env.ts";
import { readForm } from "../../request/body.ts";
import { readJson } from "../../request/json-body.ts";
import { Problem } from "../../problem.ts";
import { takesNoQuery } from "../../request/query.ts";
import { present, taskIdOf } from "../../reading/task-reader.ts";
import { FRESH } from "./tasks.ts";

export const choice = z.strictObject({
  trackId: z.string().nullable(),
});

/** Behind `requireApiToken`. */
export const chosen = new Hono<AppEnv>()
  .put("/tasks/:id/chosen", takesNoQuery, async (c) => {
    const { trackId } = await readJson(c, choice);
    return c.json(await choose(c, trackId), 200, FRESH);
  })
  .post("/tasks/:id/chosen", async (c) => {
    const { trackId = "" } = await readForm(c);
    await choose(c, trackId === "" ? null : trackId);
    return c.redirect(`/tasks/${taskIdOf(c)}?did=choose`, 303);
  });

async function choose<P extends string>(c: Context<AppEnv, P>, trackId: string | null): Promise<TaskView> {
  const task = c.env.TASKS.getByName(taskIdOf(c));
  const { tracks } = present<TaskView>(await task.view());
  const ids = tracks.map((track) => track.trackId);
  if (trackId !== null && !ids.includes(trackId))
    throw new Problem(
      "invalid_request",
      `trackId: The task has no such track. It has ${ids.join(", ") || "none yet"}.`,
    );
  return present<TaskView>(await task.choose(trackId, c.get("seen")));
}
