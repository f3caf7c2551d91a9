/**
 * The provider's API: submit a task, ask what became of it.
 *
 * The HTTP status is 200 whatever happens; what counts is the `code` inside.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { AnswerFault, Faults } from "./hostile/faults.ts";
import type { Task } from "./ledger.ts";
import type { Limit } from "./limits.ts";
import { checkRequest, type SubmitRequest } from "./request.ts";
import { type Addresses, recordOf } from "./shapes.ts";

export type ApiDeps = {
  readonly addresses: Addresses;
  readonly faults: Faults;
  /** Null: any key will do. */
  readonly apiKey: string | null;
  readonly mayCreate: Limit;
  readonly mayRead: Limit;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly submit: (request: SubmitRequest) => Task;
};

type ApiContext = Context<{ Bindings: HttpBindings }>;
type Refusal = { readonly code: number; readonly msg: string; readonly data: null };
type Answer = { readonly code: number; readonly msg: string; readonly data: unknown; readonly task?: Task | null };

export function apiRoutes(deps: ApiDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post("/generate/add-instrumental", async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    const answer: Answer = keyRefused(c.req.header("Authorization"), deps.apiKey) ?? submitted(body, deps);
    return respond(c, answer, deps.faults.answer("submit", answer.task ?? null), deps);
  });
  app.get("/generate/record-info", (c) => {
    const answer: Answer =
      keyRefused(c.req.header("Authorization"), deps.apiKey) ?? recorded(c.req.query("taskId"), deps);
    const fault = deps.faults.answer("record", answer.task ?? null);
    answer.task?.asks.push({ at: Date.now(), fault: fault?.kind ?? null });
    return respond(c, answer, fault, deps);
  });
  return app;
}

function submitted(body: unknown, { mayCreate, submit }: ApiDeps): Answer {
  if (!mayCreate("account")) return refused(430, "Your call frequency is too high. Please try again later.");
  const checked = checkRequest(body);
  if (!checked.ok) return refused(checked.code, checked.message);
  const task = submit(checked.request);
  return { code: 200, msg: "success", data: { taskId: task.taskId }, task };
}

function recorded(taskId: string | undefined, { mayRead, tasks, addresses }: ApiDeps): Answer {
  if (!taskId) return refused(400, "taskId: is required");
  if (!mayRead(taskId)) return refused(405, "Your call frequency is too high. Please try again later.");
  const task = tasks.get(taskId) ?? null;
  return { code: 200, msg: "success", data: task && recordOf(task, addresses), task };
}

export function keyRefused(authorization: string | undefined, apiKey: string | null): Refusal | null {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(authorization ?? "") ?? [];
  const accepted = key !== undefined && (apiKey === null || key === apiKey);
  return accepted ? null : refused(401, "You do not have access permissions");
}

function refused(code: number, msg: string): Refusal {
  return { code, msg, data: null };
}

async function respond(
  c: ApiContext,
  { task = null, ...answer }: Answer,
  fault: AnswerFault | null,
  { addresses }: ApiDeps,
): Promise<Response> {
  switch (fault?.kind) {
    case undefined:
      return c.json(answer);
    case "body":
      return c.body(fault.body, 200, { "Content-Type": "application/json" });
    case "status":
      return new Response(null, { status: fault.status });
    case "cut":
      c.env.outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    case "late":
      await sleep(fault.ms);
      return c.json(answer);
    case "stale":
      return c.json({ ...answer, data: task && recordOf({ ...task, progress: fault.progress }, addresses) });
    case "hollow":
      return c.json({ ...answer, data: task && withoutLinks(recordOf({ ...task, progress: "complete" }, addresses)) });
    case "mixed-up":
      return c.json({ ...answer, data: task && recordOf({ ...task, taskId: othersId(task) }, addresses) });
  }
}

function withoutLinks(record: object): unknown {
  return JSON.parse(JSON.stringify(record, (key, value: unknown) => (key.endsWith("Url") ? null : value)));
}

function othersId({ taskId }: Task): string {
  return taskId.split("").toReversed().join("");
}
