/** Links for who has no token, to one task or one of its tracks: made, listed and revoked. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import { isoTime } from "../../../core/view/view.ts";
import type { StoredShare } from "../../../platform/catalog/access-table.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { forgetEnded } from "../../../platform/catalog/ended-access.ts";
import type { AppEnv } from "../../app-env.ts";
import { readJson } from "../../request/json-body.ts";
import { takesNoQuery } from "../../request/query.ts";
import { Problem } from "../../problem.ts";
import { makeShareLink, MAX_SHARE_SECONDS } from "../../auth/share-link.ts";
import { movedOn, readTask, taskIdOf } from "../../reading/task-reader.ts";
import { FRESH, readingOf } from "./tasks.ts";

export const DEFAULT_SHARE_SECONDS = 3_600;

export const shareRequest = z.strictObject({
  expiresInSeconds: z.int().min(1).max(MAX_SHARE_SECONDS).optional(),
  trackId: z.string().optional(),
  download: z.boolean().optional(),
});

export const shareList = z.object({
  items: z.array(
    z.object({
      shareId: z.string(),
      trackId: z.string().nullable(),
      download: z.boolean(),
      createdAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
    }),
  ),
  nextCursor: z.null(),
});

export const shares = new Hono<AppEnv>()
  .post("/tasks/:id/share", takesNoQuery, async (c) => {
    const { taskId, tracks, version } = await readTask({ ...readingOf(c), current: true });
    if (version !== (c.get("seen") ?? version)) throw movedOn(version);
    const {
      expiresInSeconds = DEFAULT_SHARE_SECONDS,
      trackId = null,
      download = false,
    } = await readJson(c, shareRequest, {});
    if (trackId !== null && !tracks.some((track) => track.trackId === trackId))
      throw new Problem("invalid_request", "trackId: The task has no such track. GET /tasks/:id names them.");
    const link = await makeShareLink(c, { taskId, trackId, download }, expiresInSeconds, "file");
    return c.json(link, 200, { "cache-control": "no-store" });
  })
  .get("/tasks/:id/shares", takesNoQuery, async (c) => {
    const { taskId } = await readTask(readingOf(c));
    const found: readonly StoredShare[] = await catalogOf(c.env).shares(taskId, Date.now());
    const list: z.infer<typeof shareList> = { items: found.map(itemOf), nextCursor: null };
    return c.json(list, 200, FRESH);
  })
  .delete("/tasks/:id/shares/:shareId", takesNoQuery, async (c) => {
    await revoke(c, c.req.param("shareId"));
    return c.body(null, 204);
  });

/** It opens nothing any more: here at once, elsewhere within a minute. */
export async function revoke<P extends string>(c: Context<AppEnv, P>, shareId: string): Promise<void> {
  const revoked = await catalogOf(c.env).endShare(taskIdOf(c), shareId);
  if (!revoked) throw new Problem("not_found", "This task has no such share link, or it has expired.");
  forgetEnded();
}

function itemOf({ id, createdAt, expiresAt, ...share }: StoredShare): z.infer<typeof shareList>["items"][number] {
  const { trackId, download } = share;
  return { shareId: id, trackId, download, createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) };
}
