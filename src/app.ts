/**
 * The Worker's HTTP surface: every resource, and what holds for all of them.
 */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { requestId } from "hono/request-id";
import { parseConfig, type Config } from "./core/config.ts";
import { allowedMethods } from "./http/allowed-methods.ts";
import type { AppEnv } from "./http/app-env.ts";
import { callback } from "./http/callback.ts";
import { files } from "./http/files.ts";
import { health } from "./http/health.ts";
import { inbox } from "./http/inbox.ts";
import { logRefusal } from "./http/log-line.ts";
import { openApi } from "./http/openapi.ts";
import { Problem, problemResponse } from "./http/problem.ts";
import { sources } from "./http/sources.ts";
import { submissions } from "./http/submissions.ts";
import { taskActions } from "./http/task-actions.ts";
import { tasks } from "./http/tasks.ts";

/** One isolate sees one environment, so it is read once. */
const configs = new WeakMap<Env, Config>();

// Not strict: a callBackUrl is easily pasted with a slash at its end.
export const app = new Hono<AppEnv>({ strict: false })
  .use(requestId())
  .use(async (c, next) => {
    const config = configs.get(c.env) ?? parseConfig(c.env);
    configs.set(c.env, config);
    c.set("config", config);
    await next();
  })
  .route("/", callback)
  .route("/", files)
  .route("/", tasks)
  .route("/", submissions)
  .route("/", sources)
  .route("/", taskActions)
  .route("/", inbox)
  .route("/", health)
  .route("/", openApi)
  .notFound((c) => {
    const allow = methodsOf(c.req.path).join(", ");
    const problem =
      allow === ""
        ? new Problem("not_found", "There is nothing here. GET /openapi.json lists the routes.")
        : new Problem("method_not_allowed", `This resource takes ${allow}.`, { allow });
    logRefusal(c, problem.status, problem.type);
    return problemResponse(c, problem);
  })
  .onError((error, c) => {
    if (error instanceof Problem) {
      logRefusal(c, error.status, error.type);
      return problemResponse(c, error);
    }
    if (error instanceof HTTPException) return error.getResponse();
    logRefusal(c, 500, error.name);
    return problemResponse(
      c,
      new Problem("internal", "Something failed on our side and was logged under this request id. Try again."),
    );
  });

const methodsOf = allowedMethods(app.routes);
