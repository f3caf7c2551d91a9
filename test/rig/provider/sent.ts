/**
 * `GET /_sent` and `GET /_sent/:taskId`: the ledger as JSON, for runs that only see the provider from outside.
 *
 * The list leaves out bodies, fetches and asks. Callback addresses are masked here, since anybody may ask; a callback's
 * body is shown as text, its `sha256` is that of the bytes.
 */
import { Hono } from "hono";
import type { Callback, Made, Task } from "./ledger.ts";

/** `made` are those of other products than music. */
export function sentRoutes(tasks: ReadonlyMap<string, Task>, made: ReadonlyMap<string, Made>): Hono {
  const app = new Hono();
  app.get("/", (c) => c.json({ tasks: [...tasks.values()].map(summary), made: [...made.values()].map(summary) }));
  app.get("/:taskId", (c) => {
    const taskId = c.req.param("taskId");
    const task = tasks.get(taskId) ?? made.get(taskId);
    return task === undefined ? c.json({ error: "no such task" }, 404) : c.json(whole(task));
  });
  return app;
}

/** The address with what follows `/callback/`, and any query, left out. */
export function masked(callBackUrl: string): string {
  const { origin, pathname, search } = new URL(callBackUrl);
  return `${origin}${pathname.replace(/(\/callback\/).+$/i, "$1***")}${search === "" ? "" : "?***"}`;
}

function summary(task: Task | Made): object {
  const { fetches: _fetches, asks: _asks, request, ...rest } = task;
  return {
    ...rest,
    variant: undefined,
    request: { ...request, callBackUrl: masked(request.callBackUrl) },
    callbacks: task.callbacks.map(withoutBody),
  };
}

function whole(task: Task | Made): object {
  const callbacks = task.callbacks.map((callback) =>
    Object.assign(withoutBody(callback), { body: new TextDecoder().decode(callback.body) }),
  );
  return { ...summary(task), callbacks, fetches: task.fetches, asks: task.asks };
}

function withoutBody({ body, ...callback }: Callback): object {
  return { ...callback, bytes: body.length };
}
