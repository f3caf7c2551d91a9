/**
 * Logging in: `GET|POST /login` and `POST /logout`. Who knows the API token gets a session; the token goes no further.
 *
 * The form is open to posts from anywhere: it takes nothing but the token, and who sends that has all there is.
 */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { localPath } from "../../core/access/local-path.ts";
import { CHALLENGE, matchOf, requireOwnPage, sessionOf } from "../access.ts";
import type { AppEnv } from "../app-env.ts";
import { logRefusal } from "../log-line.ts";
import { Layout } from "../pages/layout.tsx";
import { nonceOf, page } from "../pages/page.ts";
import { Problem } from "../problem.ts";
import { dropSession, keepsSession, writeSession } from "../session-cookie.ts";

const MAX_FORM_BYTES = 16 * 1_024;
const HOME = "/tasks";

const limit = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw new Problem("payload_too_large", `A login is at most ${MAX_FORM_BYTES} bytes.`);
  },
});

export const login = new Hono<AppEnv>()
  .get("/login", (c) => {
    const next = nextOf(c.req.query("next"));
    if (sessionOf(c) !== null) return seeOther(c, next);
    const { apiToken } = c.get("config");
    if (apiToken.state !== "set") return show(c, 503, next, apiToken.cure);
    if (!keepsSession(c)) return show(c, 200, next, NO_HTTPS);
    return show(c, 200, next, c.req.query("link") === undefined ? null : DEAD_LINK);
  })
  .post("/login", limit, async (c) => {
    // What is no form holds no token.
    const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}));
    const next = nextOf(form["next"]);
    const { apiToken } = c.get("config");
    if (apiToken.state !== "set") return refuse(c, 503, next, apiToken.cure);
    const token = typeof form["token"] === "string" ? matchOf(form["token"].trim(), apiToken.values) : null;
    if (token === null) return refuse(c, 401, next, WRONG);
    writeSession(c, token);
    return seeOther(c, next);
  })
  .post("/logout", async (c) => {
    await requireOwnPage(c);
    dropSession(c);
    return seeOther(c, "/login");
  });

const DEAD_LINK = "This link has expired, or does not open this page. Ask for a new one, or log in.";
const NO_HTTPS =
  "Open this page by https. Over http a browser keeps no session, and others on the way can read the token.";
const WRONG = "This is not the API token. It is the value of API_TOKEN that this Worker was deployed with.";

/** The login itself is no place to come back to. */
function nextOf(sent: unknown): string {
  const path = typeof sent === "string" ? localPath(sent) : null;
  return path === null || /^\/log(?:in|out)\b/.test(path) ? HOME : path;
}

function seeOther(c: Context, path: string): Response {
  c.header("cache-control", "no-store");
  return c.redirect(path, 303);
}

function refuse(c: Context<AppEnv>, status: 401 | 503, next: string, message: string): Promise<Response> {
  logRefusal(c, status, status === 401 ? "unauthorized" : "not_configured");
  if (status === 401) c.header("www-authenticate", CHALLENGE["www-authenticate"]);
  return show(c, status, next, message);
}

async function show(
  c: Context<AppEnv>,
  status: ContentfulStatusCode,
  next: string,
  message: string | null,
): Promise<Response> {
  return page(
    c,
    <Layout title="Log in" nonce={nonceOf(c)} signedIn={false}>
      <h1>Log in</h1>
      {message === null ? null : (
        <p class="alert" role="alert" id="message">
          {message}
        </p>
      )}
      {status === 503 ? null : <LoginForm next={next} describedBy={message === null ? "hint" : "message hint"} />}
    </Layout>,
    status,
  );
}

function LoginForm({ next, describedBy }: { readonly next: string; readonly describedBy: string }) {
  return (
    <form class="login" method="post" action="/login">
      <label for="token">API token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        required
        aria-describedby={describedBy}
      />
      <input type="hidden" name="next" value={next} />
      <p id="hint">
        The value of API_TOKEN. It stays out of the cookie, and the session ends after a week without use.
      </p>
      <button>Log in</button>
    </form>
  );
}
