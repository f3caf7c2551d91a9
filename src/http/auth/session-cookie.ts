/**
 * The cookie of a session. `__Host-` keeps it to this host and to https; over loopback http, where no browser would
 * take that, it has another name and no Secure.
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { randomId } from "../random-id.ts";
import { makeSession, SESSION_SECONDS, type Started } from "../../core/access/session.ts";

const NAME = "backline";
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

export function readSession(c: Context): string | undefined {
  return isLoopback(c) ? getCookie(c, NAME) : getCookie(c, NAME, "host");
}

/** Starts a session for who knows the token. */
export function startSession(c: Context, token: string): void {
  writeSession(c, token, { id: randomId(), startedAt: Date.now() });
}

/** Of a session that goes on. */
export function writeSession(c: Context, token: string, { id, startedAt }: Started): void {
  const value = makeSession(token, { id, startedAt }, Date.now());
  setCookie(c, NAME, value, { ...optionsOf(c), maxAge: SESSION_SECONDS });
}

export function dropSession(c: Context): void {
  deleteCookie(c, NAME, optionsOf(c));
}

/** Whether a browser takes the cookie at this address. */
export function keepsSession(c: Context): boolean {
  return isLoopback(c) || new URL(c.req.url).protocol === "https:";
}

function optionsOf(c: Context) {
  const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
  return isLoopback(c) ? options : ({ ...options, prefix: "host", secure: true } as const);
}

function isLoopback(c: Context): boolean {
  return LOOPBACK.test(new URL(c.req.url).origin);
}
