/** Speaks to the Worker as a person's browser does, and as who was sent a link. */
import * as z from "zod";
import { makeSession } from "../../src/core/access/session.ts";
import { SECRETS } from "./secrets.ts";
import { acting, request, worker } from "./worker.ts";

export const SECURE_NAME = "__Host-backline";
export const ORIGIN = "https://backline.test";
const DAY_MS = 24 * 3_600_000;

export const shareLink = z.strictObject({
  shareId: z.string(),
  url: z.url({ protocol: /^https$/ }),
  expiresAt: z.iso.datetime(),
});

export function sessionValue(token: string, startedAt: number): string {
  const id = btoa(crypto.randomUUID()).slice(0, 22);
  return makeSession(token, { id, startedAt }, startedAt);
}

/** The headers of who logged in so many days ago, with this token. */
export function session(daysAgo = 0, token: string = SECRETS.API_TOKEN): { readonly cookie: string } {
  const startedAt = Date.now() - daysAgo * DAY_MS;
  return { cookie: `${SECURE_NAME}=${sessionValue(token, startedAt)}` };
}

/** What a form on another site makes a browser send, if it sends the cookie at all. */
export function forged(method: string, path: string): Request {
  return request(path, {
    method,
    headers: { ...session(), origin: "https://evil.test", "sec-fetch-site": "cross-site" },
  });
}

/** The login's form, filled in. */
export function loggingIn(token: string, next?: string): Request {
  const body = new URLSearchParams({ token, ...(next === undefined ? {} : { next }) });
  // From an address of its own, so that no test slows another.
  const headers = { "cf-connecting-ip": `2001:db8:${crypto.randomUUID().slice(9, 18).replace("-", ":")}::1` };
  return request("/login", { method: "POST", body, headers, redirect: "manual" });
}

export function sharing(taskId: string, body: object): Request {
  return acting("POST", `/tasks/${taskId}/share`, {}, JSON.stringify(body));
}

/** Asks for a share link; the path of its URL. */
export async function share(
  taskId: string,
  body: object = {},
): Promise<{ path: string; expiresAt: string; shareId: string }> {
  const response = await worker(sharing(taskId, body));
  const { url, expiresAt, shareId } = shareLink.parse(await response.json());
  return { path: url.replace(ORIGIN, ""), expiresAt, shareId };
}
