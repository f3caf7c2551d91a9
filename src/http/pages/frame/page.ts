/**
 * A page as it is sent: one HTML document under a policy that runs our own script and nothing else.
 *
 * What comes from the provider is text to it: pages are written with hono/jsx, which escapes, and even markup that
 * got through could run no script, load nothing from elsewhere and send no form away.
 */
import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ContentfulStatusCode } from "hono/utils/http-status";

const nonces = new WeakMap<Context, string>();

/** Of this response: for `Layout`, whose script carries it. */
export function nonceOf(c: Context): string {
  const nonce = nonces.get(c) ?? randomBytes(16).toString("base64url");
  nonces.set(c, nonce);
  return nonce;
}

/**
 * Sends what `Layout` gave. Without an entity tag: a 304 would bring the nonce of another response than the one whose
 * markup is kept.
 */
export async function page(c: Context, jsx: JSX.Element, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.html(`<!doctype html>${(await jsx).toString()}`, status, pageHeaders(nonceOf(c)));
}

/** Whether the client would rather have a page than JSON. One that says nothing, or takes anything, gets JSON. */
export function prefersHtml(c: Context): boolean {
  const wanted = accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/html"],
    default: "application/json",
  });
  return wanted === "text/html";
}

function pageHeaders(nonce: string): Record<string, string> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      // The player draws into a shadow root, with a style element of its own.
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self'",
      // A track is heard from the provider until it is stored.
      "media-src 'self' https:",
      "connect-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
    vary: "Accept, Authorization, Cookie",
  };
}
