/** Who looks at a page: what they may do, and how their links lead on. */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { mayDownload, withShare } from "../share-link.ts";

export interface Viewer {
  /** False for who came by a share link: they see the task and its files, and nothing else. */
  readonly mayAct: boolean;
  readonly mayDownload: boolean;
  /** A path of ours as this viewer can open it. */
  readonly link: (path: string) => string;
}

/** Behind `requireApiToken`. */
export function viewerOf(c: Context<AppEnv>): Viewer {
  return { mayAct: c.get("via") !== "share", mayDownload: mayDownload(c), link: (path) => withShare(c, path) };
}
