/**
 * Links to files: signed, and good for a limited time.
 *
 * A file has one current link. It is handed out until it expires; the next one to ask gets a fresh one, as
 * somebody does who reads a task's record after two weeks.
 */
import { createHmac } from "node:crypto";

export type Links = {
  /** The file's link as of now. `path` starts with a slash. */
  current(path: string): string;
  /** Ends the life of this link; the file's next one is another. */
  expire(url: URL): void;
  /** Whether the provider still honours this link. */
  judge(url: URL): "good" | "expired" | "altered";
};

export function createLinks(origin: string, secret: string, lifeMs: number): Links {
  const expiries = new Map<string, number>();
  const ended = new Set<string>();
  const sign = (path: string, expires: string): string =>
    createHmac("sha256", secret).update(`${path} ${expires}`).digest("hex").slice(0, 32);

  return {
    current(path) {
      const now = Date.now();
      const known = expiries.get(path);
      const usable = known !== undefined && known > now && !ended.has(`${path} ${known}`);
      const expires = usable ? known : Math.max(Math.ceil(now + lifeMs), (known ?? 0) + 1);
      expiries.set(path, expires);
      return `${origin}${path}?expires=${expires}&sig=${sign(path, String(expires))}`;
    },
    expire({ pathname, searchParams }) {
      ended.add(`${pathname} ${searchParams.get("expires")}`);
    },
    judge({ pathname, searchParams }) {
      const expires = searchParams.get("expires") ?? "";
      if (searchParams.get("sig") !== sign(pathname, expires)) return "altered";
      return Number(expires) > Date.now() && !ended.has(`${pathname} ${expires}`) ? "good" : "expired";
    },
  };
}
