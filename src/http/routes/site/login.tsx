/**
 * Logging in: `GET|POST /login` and `POST /logout`. Who knows a token gets a session; the token goes no further.
 *
 * A session ends by logging out, everywhere within a minute, and with `?everywhere` all of them do.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { localPath } from "../../../core/access/local-path.ts";
import { LONGEST_SESSION_MS } from "../../../core/access/session.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { forgetEnded } from "../../../platform/catalog/ended-access.ts";
import { bearerOf, CHALLENGE, matchOf, mayActWith, sessionOf, tokensOf } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { readForm } from "../../request/body.ts";
import { countFailure } from "../../auth/failure-limit.ts";
import { logRefusal } from "../../log-line.ts";
import { Layout } from "../../pages/frame/layout.tsx";
import { nonceOf, page } from "../../pages/frame/page.ts";
import { refuseOtherSites, requireOwnPage } from "../../auth/own-page.ts";
import { Problem } from "../../problem.ts";
import { dropSession, keepsSession, startSession } from "../../auth/session-cookie.ts";

const HOME = "/tasks";

export const login = new Hono<AppEnv>()
  .get("/login", async (c) => {
    const next = nextOf(c.req.query("next"));
    if ((await sessionOf(c)) !== null) return seeOther(c, next);
    const { apiToken } = c.get("config");
    if (apiToken.state !== "set") return show(c, 503, next, apiToken.cure);
    if (!keepsSession(c)) return show(c, 200, next, NO_HTTPS);
    return show(c, 200, next, null);
  })
  .post("/login", async (c) => {
    refuseOtherSites(c);
    const form = await readForm(c);
    const next = nextOf(form["next"]);
    const { apiToken } = c.get("config");
    if (apiToken.state !== "set") return refuse(c, 503, next, apiToken.cure);
    const token = matchOf(form["token"]?.trim() ?? "", tokensOf(c));
    if (token === null) {
      await countFailure(c, "login");
      return refuse(c, 401, next, WRONG);
    }
    startSession(c, token);
    return seeOther(c, next);
  })
  .post("/logout", async (c) => {
    const bearer = bearerOf(c);
    if (bearer === null) requireOwnPage(c);
    const session = await sessionOf(c);
    const isEverywhere = c.req.query("everywhere") !== undefined;
    if (isEverywhere) await endEverySession(c, bearer ?? session?.token ?? null);
    else if (session !== null) await endSession(c, session.id);
    dropSession(c);
    return seeOther(c, "/login");
  });

async function endEverySession(c: Context<AppEnv>, token: string | null): Promise<void> {
  if (token === null)
    throw new Problem("unauthorized", "There is no session. Log in, or send the API token.", CHALLENGE);
  if (!mayActWith(c, token))
    throw new Problem("read_only", "This session reads and nothing else. Log out of it alone.");
  await endSession(c, null);
}

/** Null: all that have started. */
async function endSession(c: Context<AppEnv>, id: string | null): Promise<void> {
  const now = Date.now();
  await catalogOf(c.env).endSession(id, now, now + LONGEST_SESSION_MS);
  forgetEnded();
}

const NO_HTTPS =
  "Open this page by https. Over http a browser keeps no session, and others on the way can read the token.";
const WRONG =
  "This is not the API token. It is the value of API_TOKEN that this Worker was deployed with; a space or a quotation mark does not belong to it.";

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
    <Layout title="Log in" nonce={nonceOf(c)} visitor="stranger">
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
        The value of API_TOKEN that this Worker was deployed with (locally it stands in .dev.vars; the demo and dev:sim
        print theirs), or of READ_TOKEN, which looks and changes nothing. You stay logged in until a week passes without
        a visit, 30 days at most.
      </p>
      <button>Log in</button>
    </form>
  );
}
