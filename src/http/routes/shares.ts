/** `POST /tasks/:id/share`: a link for who has no token, to one task or one of its tracks. Nothing is stored. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../app-env.ts";
import { readJson } from "../json-body.ts";
import { Problem } from "../problem.ts";
import { makeShareLink, MAX_SHARE_SECONDS } from "../share-link.ts";
import { readTask } from "../task-reader.ts";
import { readingOf } from "./tasks.ts";

const DEFAULT_SECONDS = 3_600;

export const shareRequest = z.strictObject({
  expiresInSeconds: z.int().min(1).max(MAX_SHARE_SECONDS).optional().meta({ default: DEFAULT_SECONDS }),
  trackId: z.string().optional().meta({ description: "Opens the files of this track alone." }),
  download: z
    .boolean()
    .optional()
    .meta({ default: false, description: "Whether files may be taken along, beside being listened to." }),
});

export const shares = new Hono<AppEnv>().post("/tasks/:id/share", async (c) => {
  const { taskId, tracks } = await readTask({ ...readingOf(c), current: true });
  const { expiresInSeconds = DEFAULT_SECONDS, trackId = null, download = false } = await readJson(c, shareRequest, {});
  if (trackId !== null && !tracks.some((track) => track.trackId === trackId))
    throw new Problem("invalid_request", "trackId: The task has no such track. GET /tasks/:id names them.");
  const link = makeShareLink(c, { taskId, trackId, download }, expiresInSeconds);
  return c.json(link, 200, { "cache-control": "no-store" });
});
