/**
 * Links to files: signed, and good for a limited time.
 *
 * A file has one current link. It is handed out until it expires; the next one to ask gets a fresh one, as
 * somebody does who reads a task's record after two weeks.
 */
import { createHmac } from "node:crypto";
import type { LinkFault } from "../hostile/faults.ts";

/** What links were seen to lead to when the CDN changed over night. Nothing lies there. */
export const FORBIDDEN_PATH = "/api/forbidden";

export type Links = {
  /** The file's link as of now. `path` starts with a slash. */
  current(path: string): string;
  /** A fresh link, though the current one may be good. */
  renew(path: string): string;
  /** This link answers so from now on; the file's next one is another. */
  turn(url: URL, into: LinkFault): void;
  /** What this link was turned into. */
  turnedInto(url: URL): LinkFault | null;
  /** Whether the provider still honours this link, were it not turned. */
  judge(url: URL): "good" | "expired" | "altered";
};

export function createLinks(origin: string, secret: string, lifeMs: number): Links {
  const expiries = new Map<string, number>();
  const turned = new Map<string, LinkFault>();
  const sign = (path: string, expires: string): string =>
    createHmac("sha256", secret).update(`${path} ${expires}`).digest("hex").slice(0, 32);

  function link(path: string, expires: number): string {
    expiries.set(path, expires);
    return `${origin}${path}?expires=${expires}&sig=${sign(path, String(expires))}`;
  }

  function renew(path: string): string {
    return link(path, Math.max(Math.ceil(Date.now() + lifeMs), (expiries.get(path) ?? 0) + 1));
  }

  return {
    current(path) {
      const known = expiries.get(path);
      const usable = known !== undefined && known > Date.now() && !turned.has(`${path} ${known}`);
      return usable ? link(path, known) : renew(path);
    },
    renew,
    turn(url, into) {
      if (!turned.has(nameOf(url))) turned.set(nameOf(url), into);
    },
    turnedInto: (url) => turned.get(nameOf(url)) ?? null,
    judge({ pathname, searchParams }) {
      const expires = searchParams.get("expires") ?? "";
      if (searchParams.get("sig") !== sign(pathname, expires)) return "altered";
      return Number(expires) > Date.now() ? "good" : "expired";
    },
  };
}

function nameOf({ pathname, searchParams }: URL): string {
  return `${pathname} ${searchParams.get("expires")}`;
}
