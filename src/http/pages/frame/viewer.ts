/** Who looks at a page: what they may do, and how their links lead on. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { mayDownload, withShare } from "../../auth/share-link.ts";

export interface Viewer {
  /** Came by a share link: sees the tracks and nothing else. */
  readonly isGuest: boolean;
  /** False for guests, and for who came with READ_TOKEN. */
  readonly mayAct: boolean;
  readonly mayDownload: boolean;
  /** A path of ours as this viewer can open it. */
  readonly link: (path: string) => string;
}

/** Behind `requireApiToken`. */
export function viewerOf(c: Context<AppEnv>): Viewer {
  const isGuest = c.get("via") === "share";
  return { isGuest, mayAct: c.get("mayAct") === true, mayDownload: mayDownload(c), link: (path) => withShare(c, path) };
}
