/**
 * The Worker's HTTP surface: every resource, and what holds for all of them.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { HTTPException } from "hono/http-exception";
import { parseConfig, type Config } from "./core/config.ts";
import { allowedMethods } from "./http/request/allowed-methods.ts";
import type { AppEnv } from "./http/app-env.ts";
import { archive } from "./http/routes/task/archive.ts";
import { callback } from "./http/routes/callback/callback.ts";
import { chosen } from "./http/routes/task/chosen.ts";
import { docs } from "./http/routes/site/docs.tsx";
import { files } from "./http/routes/task/files.ts";
import { health } from "./http/routes/site/health.ts";
import { inbox } from "./http/routes/callback/inbox.tsx";
import { linkDocs } from "./http/links.ts";
import { logRefusal } from "./http/log-line.ts";
import { login } from "./http/routes/site/login.tsx";
import { openApi } from "./http/routes/site/openapi.ts";
import { newTask } from "./http/routes/submit/new-task.tsx";
import { formActions } from "./http/routes/task/form-actions.tsx";
import { home } from "./http/routes/site/home.tsx";
import { prefersHtml } from "./http/pages/frame/page.ts";
import { problemPage } from "./http/pages/frame/problem-page.tsx";
import { stats } from "./http/routes/site/stats.tsx";
import { Problem, problemResponse } from "./http/problem.ts";
import { pathOf } from "./http/request/request-path.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { shares } from "./http/routes/task/shares.ts";
import { sources } from "./http/routes/submit/sources.ts";
import { submissions } from "./http/routes/submit/submissions.ts";
import { taskCommands } from "./http/routes/task/task-commands.ts";
import { taskActions } from "./http/routes/task/task-actions.ts";
import { tasks } from "./http/routes/task/tasks.ts";

/** One isolate sees one environment, so it is read once. */
const configs = new WeakMap<Env, Config>();

export const app = new Hono<AppEnv>({ getPath: pathOf })
  .use(securityHeaders)
  .use(async (c, next) => {
    // Never the sender's: it would stand in our log as they like it.
    const requestId = crypto.randomUUID();
    c.set("requestId", requestId);
    c.header("x-request-id", requestId);
    const config = configs.get(c.env) ?? parseConfig(c.env);
    configs.set(c.env, config);
    c.set("config", config);
    await next();
  })
  .route("/", callback)
  .use(linkDocs)
  .route("/", files)
  .route("/", tasks)
  .route("/", formActions)
  .route("/", newTask)
  .route("/", submissions)
  .route("/", sources)
  .route("/", taskCommands)
  .route("/", chosen)
  .route("/", archive)
  .route("/", taskActions)
  .route("/", shares)
  .route("/", inbox)
  .route("/", login)
  .route("/", home)
  .route("/", stats)
  .route("/", health)
  .route("/", openApi)
  .route("/", docs)
  .notFound((c) => {
    const allow = methodsOf(c.req.path).join(", ");
    const problem =
      allow === ""
        ? new Problem("not_found", "There is nothing here. GET /openapi.json lists the routes.")
        : new Problem("method_not_allowed", `This resource takes ${allow}.`, { allow });
    logRefusal(c, problem.status, problem.type);
    return refusal(c, problem);
  })
  .onError((error, c) => {
    if (error instanceof Problem) {
      logRefusal(c, error.status, error.type);
      return refusal(c, error);
    }
    if (error instanceof HTTPException) return error.getResponse();
    logRefusal(c, 500, error.name);
    return refusal(
      c,
      new Problem("internal", "Something failed on our side and was logged under this request id. Try again."),
    );
  });

/** In words for people, as a problem document for machines. */
function refusal(c: Context<AppEnv>, problem: Problem): Response | Promise<Response> {
  return prefersHtml(c) ? problemPage(c, problem) : problemResponse(c, problem);
}

const methodsOf = allowedMethods(app.routes);
