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
import type { Made, Progress, Task } from "./ledger.ts";
import type { Limit } from "./limits.ts";
import { checkRequest, MUSIC, type SubmitRequest } from "./request.ts";
import { type Addresses, recordOf } from "./shapes.ts";

export type ApiDeps = {
  readonly addresses: Addresses;
  readonly faults: Faults;
  /** Null: any key will do. */
  readonly apiKey: string | null;
  readonly mayCreate: Limit;
  readonly mayRead: Limit;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly submit: (request: SubmitRequest, product: string) => Task;
  /** In place of the upload that a product does not have. */
  readonly source: string;
};

type ApiContext = Context<{ Bindings: HttpBindings }>;
type Refusal = { readonly code: number; readonly msg: string; readonly data: object | null; readonly task?: never };
/** The record of a task in words that are not, or no more, true. */
type Retold = (as: { readonly progress?: Progress; readonly taskId?: string }) => object;
export type Answer = {
  readonly code: number;
  readonly msg: string;
  readonly data: unknown;
  readonly task?: Task | Made;
  /** Of a record. */
  readonly retold?: Retold;
};

export function apiRoutes(deps: ApiDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const [product, { path }] of Object.entries(MUSIC))
    app.post(`/generate${path}`, async (c) => {
      const body: unknown = await c.req.json().catch(() => null);
      const answer: Answer = keyRefused(c.req.header("Authorization"), deps.apiKey) ?? submitted(product, body, deps);
      return respond(c, answer, deps.faults.answer("submit", answer.task ?? null));
    });
  app.get("/generate/record-info", (c) => {
    const answer: Answer =
      keyRefused(c.req.header("Authorization"), deps.apiKey) ?? recorded(c.req.query("taskId"), deps);
    const fault = deps.faults.answer("record", answer.task ?? null);
    answer.task?.asks.push({ at: Date.now(), fault: fault?.kind ?? null });
    return respond(c, answer, fault);
  });
  return app;
}

function submitted(product: string, body: unknown, { mayCreate, submit, source }: ApiDeps): Answer {
  if (!mayCreate("account")) return refused(430, "Your call frequency is too high. Please try again later.");
  const checked = checkRequest(body, product, source);
  if (!checked.ok) return refused(checked.code, checked.message);
  const task = submit(checked.request, product);
  return { code: 200, msg: "success", data: { taskId: task.taskId }, task };
}

function recorded(taskId: string | undefined, { mayRead, tasks, addresses }: ApiDeps): Answer {
  if (!taskId) return refused(400, "taskId: is required");
  if (!mayRead(taskId)) return refused(405, "Your call frequency is too high. Please try again later.");
  const task = tasks.get(taskId);
  if (task === undefined) return { code: 200, msg: "success", data: null };
  const retold: Retold = (as) => recordOf({ ...task, ...as }, addresses);
  return { code: 200, msg: "success", data: retold({}), task, retold };
}

export function keyRefused(authorization: string | undefined, apiKey: string | null): Refusal | null {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(authorization ?? "") ?? [];
  const accepted = key !== undefined && (apiKey === null || key === apiKey);
  return accepted ? null : refused(401, "You do not have access permissions");
}

export function refused(code: number, msg: string, data: object | null = null): Refusal {
  return { code, msg, data };
}

export async function respond(
  c: ApiContext,
  { task, retold, ...answer }: Answer,
  fault: AnswerFault | null,
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
      return c.json({ ...answer, data: retold?.({ progress: fault.progress }) ?? null });
    case "hollow":
      return c.json({ ...answer, data: withoutLinks(retold?.({ progress: "complete" }) ?? null) });
    case "mixed-up":
      return c.json({ ...answer, data: retold?.({ taskId: othersId(task?.taskId ?? "") }) ?? null });
  }
}

function withoutLinks(record: object | null): unknown {
  return JSON.parse(
    JSON.stringify(record, (key, value: unknown) => (key.endsWith("Url") ? null : key === "images" ? [] : value)),
  );
}

function othersId(taskId: string): string {
  return taskId.split("").toReversed().join("");
}
