/**
 * That a task was deleted, said by the list, once. In a cookie: the list is followed, kept and shared by its address,
 * which names no task that it would still be true of. The other commands lead back to their task, whose address says it.
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/** No secret is in it. */
const NAME = "backline-did";
const OPTIONS = { httpOnly: true, sameSite: "Lax", path: "/tasks" } as const;
const SECONDS = 60;

export function sayDeleted(c: Context): void {
  setCookie(c, NAME, "delete", { ...OPTIONS, maxAge: SECONDS });
}

/** A sentence, or null; the next page does not say it again. */
export function saidDeleted(c: Context): string | null {
  if (getCookie(c, NAME) === undefined) return null;
  deleteCookie(c, NAME, OPTIONS);
  return "The task was deleted.";
}
