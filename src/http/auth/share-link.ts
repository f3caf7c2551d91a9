/**
 * Share links, as requests carry them: a signature in the query that opens one task, or one of its tracks, to reads.
 *
 * A task's opens `/tasks/:id`, its files and those of its tracks, a track's that track's files. The timeline, with what the
 * provider sent, is not shared.
 */
import type { Context } from "hono";
import * as z from "zod";
import { allowsDownload, checkShare, makeShare, type Share, type Shared } from "../../core/access/session.ts";
import { isoTime } from "../../core/view/view.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";
import type { AppEnv } from "../app-env.ts";
import { randomId } from "../random-id.ts";

export const SHARE_PARAMETER = "share";
export const MAX_SHARE_SECONDS = 7 * 24 * 3_600;

export const shareLink = z.object({ shareId: z.string(), url: z.url(), expiresAt: z.iso.datetime() });

/** Made under the token that the request came with, so it dies with that token. Recorded, to be listed and revoked. */
export async function makeShareLink(
  c: Context<AppEnv>,
  shared: Shared,
  seconds: number,
): Promise<z.infer<typeof shareLink>> {
  const token = c.get("vouchedBy");
  if (token === undefined) throw new Error("nobody vouches for this request");
  // In whole seconds, as it is signed.
  const now = Date.now();
  const expiresAt = (Math.floor(now / 1_000) + seconds) * 1_000;
  const shareId = randomId();
  const { taskId, trackId } = shared;
  await catalogOf(c.env).addShare({ id: shareId, taskId, trackId, createdAt: now, expiresAt });
  const path = trackId === null ? `/tasks/${taskId}` : `/tasks/${taskId}/tracks/${trackId}/audio`;
  const url = new URL(path, (c.get("config").publicUrl ?? new URL(c.req.url)).origin);
  url.searchParams.set(SHARE_PARAMETER, makeShare(token, shareId, shared, expiresAt));
  return { shareId, url: url.href, expiresAt: isoTime(expiresAt) };
}

/** Whether the request's share lets files be taken along; it has been checked. */
export function mayDownload(c: Context<AppEnv>): boolean {
  return c.get("via") !== "share" || allowsDownload(c.req.query(SHARE_PARAMETER) ?? "");
}

/** The share of a request, if it opens what is asked for. It may have been revoked. */
export function sharedBy(c: Context, tokens: readonly string[], now: number): Share | null {
  const value = c.req.query(SHARE_PARAMETER);
  const wanted = sharedOf(c.req.path, c.req.query("download") !== undefined);
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
function sharedOf(path: string, download: boolean): Shared | null {
  const [, taskId, trackId = null] =
    /^\/tasks\/([^/]+)(?:\/tracks\/([^/]+)\/(?:audio|cover|waveform)|\/files\/[^/]+|\/files\.zip)?\/?$/.exec(path) ??
    [];
  return taskId === undefined ? null : { taskId, trackId, download: download || /\/files\.zip\/?$/.test(path) };
}
