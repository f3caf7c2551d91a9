/**
 * Share links, as requests carry them: a signature in the query that opens one task, or one of its tracks, to reads.
 *
 * A task's opens `/tasks/:id`, its files and those of its tracks, a track's that track's files and, with `track` in the
 * query, `/tasks/:id` as far as it is about that track. The timeline, with what the provider sent, is not shared.
 */
import type { Context } from "hono";
import * as z from "zod";
import { allowsDownload, checkShare, makeShare, type Share, type Shared } from "../../core/access/session.ts";
import { isoTime } from "../../core/view/view.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";
import type { AppEnv } from "../app-env.ts";
import { randomId } from "../random-id.ts";

export const SHARE_PARAMETER = "share";
/** Names the track that a page is about, which a path of a task does not. It is signed with the rest. */
export const SHARED_TRACK_PARAMETER = "track";
export const MAX_SHARE_SECONDS = 7 * 24 * 3_600;

export const shareLink = z.object({ shareId: z.string(), url: z.url(), expiresAt: z.iso.datetime() });

/**
 * Made under the token that the request came with, so it dies with that token. Recorded, to be listed and revoked.
 * A track's leads to its audio, for programs, or to the page that plays it, for people.
 */
export async function makeShareLink(
  c: Context<AppEnv>,
  shared: Shared,
  seconds: number,
  leadsTo: "file" | "page",
): Promise<z.infer<typeof shareLink>> {
  // In whole seconds, as it is signed.
  const now = Date.now();
  const expiresAt = (Math.floor(now / 1_000) + seconds) * 1_000;
  const shareId = randomId();
  const { taskId, trackId, download = false } = shared;
  await catalogOf(c.env).addShare({ id: shareId, taskId, trackId, download, createdAt: now, expiresAt });
  return { shareId, url: shareUrl(c, shareId, shared, expiresAt, leadsTo), expiresAt: isoTime(expiresAt) };
}

/** Of a share that is recorded: whoever may make one may see it again. */
export function shareUrl(
  c: Context<AppEnv>,
  shareId: string,
  shared: Shared,
  expiresAt: number,
  leadsTo: "file" | "page",
): string {
  const token = c.get("vouchedBy");
  if (token === undefined) throw new Error("nobody vouches for this request");
  const { taskId, trackId } = shared;
  const isFile = trackId !== null && leadsTo === "file";
  const path = isFile ? `/tasks/${taskId}/tracks/${trackId}/audio` : `/tasks/${taskId}`;
  const url = new URL(path, (c.get("config").publicUrl ?? new URL(c.req.url)).origin);
  if (trackId !== null && !isFile) url.searchParams.set(SHARED_TRACK_PARAMETER, trackId);
  url.searchParams.set(SHARE_PARAMETER, makeShare(token, shareId, shared, expiresAt));
  return url.href;
}

/** Whether the request's share lets files be taken along; it has been checked. */
export function mayDownload(c: Context<AppEnv>): boolean {
  return c.get("via") !== "share" || allowsDownload(c.req.query(SHARE_PARAMETER) ?? "");
}

/** The share of a request, if it opens what is asked for. It may have been revoked. */
export function sharedBy(c: Context, tokens: readonly string[], now: number): Share | null {
  const value = c.req.query(SHARE_PARAMETER);
  const wanted = sharedOf(c);
  if (value === undefined || wanted === null || !isRead(c)) return null;
  return checkShare(tokens, value, wanted, now);
}

/** The one track that a guest's view of the task is about; null: all of them. */
export function sharedTrack(c: Context<AppEnv>): string | null {
  return (c.get("via") === "share" ? c.req.query(SHARED_TRACK_PARAMETER) : undefined) ?? null;
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

/**
 * What a request is about, where it can be shared. Ids that are signed need no decoding, so what is compared is the id.
 * Only the task's own path takes a track from the query: its files and their archive are shared with the task alone.
 */
function sharedOf(c: Context): Shared | null {
  const [, taskId, part, ofTrack] =
    /^\/tasks\/([^/]+)(\/tracks\/([^/]+)\/(?:audio|cover|waveform)|\/files\/[^/]+|\/files\.zip)?\/?$/.exec(
      c.req.path,
    ) ?? [];
  if (taskId === undefined) return null;
  const trackId = (part === undefined ? c.req.query(SHARED_TRACK_PARAMETER) : ofTrack) ?? null;
  return { taskId, trackId, download: c.req.query("download") !== undefined || part === "/files.zip" };
}
