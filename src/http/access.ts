/**
 * Who may come in: the API token as a bearer, the session that it opened, or, to read what is shared, a signed link.
 *
 * Secrets are compared in constant time, whatever was sent, and every value of a rotating secret.
 */
import type { Context, MiddlewareHandler } from "hono";
import { csrf } from "hono/csrf";
import { createMiddleware } from "hono/factory";
import type { Secret } from "../core/config.ts";
import { isSameSecret } from "../core/access/same-secret.ts";
import { checkSession, type Session } from "../core/access/session.ts";
import type { AppEnv, Via } from "./app-env.ts";
import { logRefusal } from "./log-line.ts";
import { prefersHtml } from "./pages/page.ts";
import { Problem } from "./problem.ts";
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
 * The API token is taken as a bearer, and never from a URL: those end up in logs and histories. A browser without
 * access is sent to the login, where it prefers a page.
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
  const access = accessOf(c, secretValues(apiToken));
  if (access === null) return refuse(c);
  if (access.via === "session") await requireOwnPage(c);
  c.set("via", access.via);
  c.set("vouchedBy", access.token);
  await next();
  if (access.isDue) writeSession(c, access.token);
  return undefined;
});

/** The session of a request, also where none is needed. Null while API_TOKEN is not set. */
export function sessionOf(c: Context<AppEnv>): Session | null {
  const { apiToken } = c.get("config");
  const value = readSession(c);
  return value === undefined || apiToken.state !== "set" ? null : checkSession(apiToken.values, value, Date.now());
}

/**
 * What acts by cookie comes from a page of ours. hono checks what a form can send; for anything else a browser asks
 * leave first, and no route that acts gives it.
 */
export async function requireOwnPage<P extends string>(c: Context<AppEnv, P>): Promise<void> {
  try {
    await fromOwnPage(c, () => Promise.resolve());
  } catch {
    throw new Problem(
      "cross_site",
      "This came by cookie from another site, or from a browser that does not say. Use the pages of this Worker, or send the API token: `Authorization: Bearer <API_TOKEN>`.",
    );
  }
}

const fromOwnPage: MiddlewareHandler<AppEnv> = csrf();

/** `token` vouches; `isDue`: the session is to be renewed. */
interface Access extends Session {
  readonly via: Via;
}

function accessOf(c: Context<AppEnv>, values: readonly string[]): Access | null {
  const [, sent] = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const bearer = sent === undefined ? null : matchOf(sent, values);
  if (bearer !== null) return { via: "bearer", token: bearer, isDue: false };
  const session = sessionOf(c);
  if (session !== null) return { via: "session", ...session };
  const token = sharedBy(c, values, Date.now());
  return token === null ? null : { via: "share", token, isDue: false };
}

function refuse(c: Context<AppEnv>): Response {
  const isShared = c.req.query(SHARE_PARAMETER) !== undefined;
  if (prefersHtml(c)) {
    logRefusal(c, 303, "unauthorized");
    c.header("cache-control", "no-store");
    c.header("vary", "Accept, Authorization, Cookie");
    return c.redirect(loginPath(c, isShared), 303);
  }
  throw new Problem("unauthorized", whyUnauthorized(c), CHALLENGE);
}

/** Back to what was to be read; what was to be done is not done by a redirect. */
function loginPath(c: Context<AppEnv>, isShared: boolean): string {
  if (!isRead(c)) return "/login";
  const { pathname, searchParams } = new URL(c.req.url);
  // Whoever mistook a query for the place of the token need not find it in the history twice.
  const tokens = secretValues(c.get("config").apiToken);
  const kept = Array.from(searchParams).filter(([name, value]) => name !== SHARE_PARAMETER && !isOneOf(value, tokens));
  const search = new URLSearchParams(kept);
  const next = search.size === 0 ? pathname : `${pathname}?${search.toString()}`;
  const query = new URLSearchParams({ next, ...(isShared ? { link: "dead" } : {}) });
  return `/login?${query.toString()}`;
}
