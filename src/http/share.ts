/**
 * Share links, as requests carry them: a signature in the query that opens one task, or one of its tracks, to reads.
 *
 * A task's opens `/tasks/:id` and the files of its tracks, a track's that track's files. The timeline, with what the
 * provider sent, is not shared.
 */
import type { Context } from "hono";
import { checkShare, type Shared } from "../core/session.ts";
import type { AppEnv } from "./app-env.ts";

export const SHARE_PARAMETER = "share";

/** The API token that signed the request's share, if it opens what is asked for. */
export function sharedBy(c: Context, tokens: readonly string[], now: number): string | null {
  const value = c.req.query(SHARE_PARAMETER);
  const wanted = sharedOf(c.req.path);
  if (value === undefined || wanted === null || !isRead(c)) return null;
  return checkShare(tokens, value, wanted, now);
}

/** Where the request came by a share, the path with it: for what a shared page links to and loads. */
export function withShare(c: Context<AppEnv>, path: string): string {
  const value = c.req.query(SHARE_PARAMETER);
  if (c.get("via") !== "share" || value === undefined) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${SHARE_PARAMETER}=${encodeURIComponent(value)}`;
}

/** Looking changes nothing, so it asks for less. */
export function isRead(c: Context): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

/** What a path is about, where it can be shared. Ids that are signed need no decoding, so what is compared is the id. */
function sharedOf(path: string): Shared | null {
  const [, taskId, trackId = null] =
    /^\/tasks\/([^/]+)(?:\/tracks\/([^/]+)\/(?:audio|cover|waveform))?\/?$/.exec(path) ?? [];
  return taskId === undefined ? null : { taskId, trackId };
}
