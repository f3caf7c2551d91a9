/**
 * A link that logs a browser in to a Worker on this machine, once.
 *
 * The Worker has no part in it and no route for it. Cookies know no ports: this server, on the same loopback host, sets
 * the cookie that a login there would set, as only who knows the API token can make it, and leads on.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import { startSession } from "../../../src/http/auth/session-cookie.ts";

export interface LoginLink {
  /** A secret until it was opened. */
  readonly url: string;
  stop(): Promise<void>;
}

/** `target` is where it leads: an address of the Worker on 127.0.0.1. */
export async function startLoginLink(target: string, apiToken: string): Promise<LoginLink> {
  const { hostname } = new URL(target);
  if (hostname !== "127.0.0.1") throw new Error("a login link is for a Worker on 127.0.0.1");
  const path = `/login/${randomBytes(24).toString("base64url")}`;
  let isUsed = false;
  const used = html`<p>
    This link has been used. Open <a href="${target}">${target}</a> and log in with the API token.
  </p>`;
  const app = new Hono().get("*", (c) => {
    c.header("cache-control", "no-store");
    c.header("referrer-policy", "no-referrer");
    if (c.req.path !== path) return c.text("There is nothing here.\n", 404);
    if (isUsed) return c.html(used, 410);
    // Who only looks (a HEAD) logs nobody in.
    if (c.req.method !== "GET") return c.body(null, 204);
    isUsed = true;
    startSession(c, apiToken);
    return c.redirect(target, 303);
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, hostname);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://${hostname}:${address.port}${path}`,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
