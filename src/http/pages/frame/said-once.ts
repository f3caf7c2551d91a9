/** What was done, said on the page that a form leads to, once. In a cookie, so that no address keeps it. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/** No secret is in it. */
const NAME = "backline-did";
const OPTIONS = { httpOnly: true, sameSite: "Lax", path: "/tasks" } as const;
const SECONDS = 60;

const WORDS = { delete: "The task was deleted." } as const;

export function sayOnce(c: Context, did: keyof typeof WORDS): void {
  setCookie(c, NAME, did, { ...OPTIONS, maxAge: SECONDS });
}

/** A sentence, or null; the next page does not say it again. */
export function saidOnce(c: Context): string | null {
  if (getCookie(c, NAME) !== "delete") return null;
  deleteCookie(c, NAME, OPTIONS);
  return WORDS.delete;
}
