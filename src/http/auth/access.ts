/**
 * Who may come in: the API token as a bearer, the session that it opened, or, to read what is shared, a signed link.
 *
 * Secrets are compared in constant time, whatever was sent, and every value of a rotating secret.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Secret } from "../../core/secrets.ts";
import { isSameSecret } from "../../core/access/same-secret.ts";
import { checkSession, type Session } from "../../core/access/session.ts";
import type { AppEnv, Via } from "../app-env.ts";
import { endedAccess } from "../../platform/catalog/ended-access.ts";
import { logRefusal } from "../log-line.ts";
import { requireOwnPage } from "./own-page.ts";
import { prefersHtml } from "../pages/frame/page.ts";
import { Problem } from "../problem.ts";
import { readSession, writeSession } from "./session-cookie.ts";
import { isRead, SHARE_PARAMETER, sharedBy } from "./share-link.ts";
import { whyUnauthorized } from "./unauthorized.ts";

export const CHALLENGE = { "www-authenticate": 'Bearer realm="backline"' } as const;

/** The values of a secret that is set, or a 503 that names the variable and the cure. */
export function secretValues(secret: Secret): readonly string[] {
  if (secret.state !== "set") throw new Problem("not_configured", secret.cure);
  return secret.values;
}

export function isOneOf(candidate: string, values: readonly string[]): boolean {
  return matchOf(candidate, values) !== null;
}

/** The value that is the candidate. Every value is compared. */
export function matchOf(candidate: string, values: readonly string[]): string | null {
  let match: string | null = null;
  for (const value of values) if (isSameSecret(candidate, value)) match = value;
  return match;
}

/**
 * The tokens are taken as a bearer, and never from a URL: those end up in logs and histories. A browser without access
 * is sent to the login, where it prefers a page. Whoever came with READ_TOKEN changes nothing.
 */
export const requireApiToken = createMiddleware<AppEnv>(async (c, next): Promise<Response | undefined> => {
  // Patterns of routes overlap, and once is enough.
  if (c.get("via") !== undefined) {
    await next();
    return undefined;
  }
  const { apiToken, callbackToken, callbackHmacKey } = c.get("config");
  if (apiToken.state !== "set" && callbackToken.state !== "set" && callbackHmacKey.state !== "set")
    throw new Problem("not_configured", `${apiToken.cure} ${callbackToken.cure}`);
  secretValues(apiToken);
  const access = await accessOf(c);
  if (access === null) return refuse(c);
  if (!isRead(c)) {
    if (access.via === "session") requireOwnPage(c);
    if (!access.mayAct)
      throw new Problem("read_only", "This token reads and nothing else. Send the API token, or log in with it.");
  }
  c.set("via", access.via);
  c.set("mayAct", access.mayAct);
  c.set("vouchedBy", access.token);
  await next();
  if (access.session?.isDue === true) writeSession(c, access.token, access.session);
  return undefined;
});

/** The session of a request, also where none is needed. Null while API_TOKEN is not set. */
export async function sessionOf(c: Context<AppEnv>): Promise<Session | null> {
  const value = readSession(c);
  const now = Date.now();
  const session = value === undefined ? null : checkSession(tokensOf(c), value, now);
  if (session === null) return null;
  const { ids, sessionsUntil } = await endedAccess(c.env, now);
  return session.startedAt <= sessionsUntil || ids.includes(session.id) ? null : session;
}

/** Whether a token is one that may change things. */
export function mayActWith(c: Context<AppEnv>, token: string): boolean {
  const { apiToken } = c.get("config");
  return apiToken.state === "set" && apiToken.values.includes(token);
}

/** All that can log in: none while API_TOKEN is not set. */
export function tokensOf(c: Context<AppEnv>): readonly string[] {
  const { apiToken, readToken } = c.get("config");
  if (apiToken.state !== "set") return [];
  return readToken.state === "set" ? [...apiToken.values, ...readToken.values] : apiToken.values;
}

/** The token that a request carries as a bearer, if it is one of ours. */
export function bearerOf(c: Context<AppEnv>): string | null {
  const [, sent] = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return sent === undefined ? null : matchOf(sent, tokensOf(c));
}

/** `token` vouches. */
interface Access {
  readonly via: Via;
  readonly token: string;
  readonly mayAct: boolean;
  readonly session?: Session;
}

async function accessOf(c: Context<AppEnv>): Promise<Access | null> {
  const bearer = bearerOf(c);
  if (bearer !== null) return { via: "bearer", token: bearer, mayAct: mayActWith(c, bearer) };
  const session = await sessionOf(c);
  if (session !== null) return { via: "session", token: session.token, mayAct: mayActWith(c, session.token), session };
  const now = Date.now();
  const share = sharedBy(c, secretValues(c.get("config").apiToken), now);
  if (share === null || (await endedAccess(c.env, now)).ids.includes(share.id)) return null;
  return { via: "share", token: share.token, mayAct: false };
}

function refuse(c: Context<AppEnv>): Response {
  // Who was sent a link has no token: a login would ask them for what they cannot have.
  if (c.req.query(SHARE_PARAMETER) !== undefined)
    throw new Problem("unauthorized", "This link has expired, was revoked, or does not open this. Ask for a new one.", {
      ...CHALLENGE,
      vary: "Accept, Authorization, Cookie",
    });
  if (prefersHtml(c)) {
    logRefusal(c, 303, "unauthorized");
    c.header("cache-control", "no-store");
    c.header("vary", "Accept, Authorization, Cookie");
    return c.redirect(loginPath(c), 303);
  }
  throw new Problem("unauthorized", whyUnauthorized(c), CHALLENGE);
}

/** Back to what was to be read; what was to be done is not done by a redirect, but a form of its own address is shown. */
function loginPath(c: Context<AppEnv>): string {
  const { pathname, searchParams } = new URL(c.req.url);
  if (!isRead(c)) return pathname === "/new" ? "/login?next=%2Fnew" : "/login";
  // Whoever mistook a query for the place of the token need not find it in the history twice.
  const tokens = tokensOf(c);
  const kept = Array.from(searchParams).filter(([, value]) => !isOneOf(value, tokens));
  const search = new URLSearchParams(kept);
  const next = search.size === 0 ? pathname : `${pathname}?${search.toString()}`;
  return `/login?${new URLSearchParams({ next }).toString()}`;
}
