/**
 * `GET /docs`: the API's description in a viewer (Swagger UI), open to all.
 *
 * It holds nothing but our own text. The viewer's files come from our static assets; nothing can be loaded from or
 * sent to another origin, and nothing inline runs or styles.
 */
import { Hono } from "hono";
import { html } from "hono/html";
import type { AppEnv } from "../../app-env.ts";

const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "public, max-age=300",
};

export const docs = new Hono<AppEnv>().get("/docs", async (c) =>
  c.html(await html`<!doctype html>${<Docs />}`, 200, HEADERS),
);

function Docs() {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>API · Backline</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/docs/swagger-ui.css" />
        <link rel="stylesheet" href="/assets/docs/page.css" />
        <script defer src="/assets/docs/swagger-ui-bundle.js"></script>
        <script type="module" src="/assets/docs/start.js"></script>
      </head>
      <body>
        <nav aria-label="Main">
          <a href="/">Backline</a>
          <a href="/tasks">Tasks</a>
          <a href="/new">New</a>
          <a href="/stats">Stats</a>
        </nav>
        <main id="docs">
          <p>
            The viewer needs JavaScript. The description itself is <a href="/openapi.json">/openapi.json</a> (OpenAPI
            3.1).
          </p>
        </main>
      </body>
    </html>
  );
}
