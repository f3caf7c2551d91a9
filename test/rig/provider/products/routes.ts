/** The API of what is no music: one path to submit and one record for each product, by the table of kinds. */
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { type Answer, type ApiDeps, keyRefused, refused, respond } from "../api.ts";
import { randomFrom } from "../hostile/random.ts";
import type { Made } from "../ledger.ts";
import { type Kind, KINDS, MADE_PRODUCTS, type MadeProduct, madeRecord } from "./kinds.ts";
import type { Workshop } from "./workshop.ts";

type Deps = Pick<ApiDeps, "faults" | "apiKey" | "mayCreate" | "mayRead"> & { readonly workshop: Workshop };

export function productRoutes(deps: Deps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const product of MADE_PRODUCTS) {
    const { submit, record } = KINDS[product];
    app.post(submit, async (c) => {
      const body: unknown = await c.req.json().catch(() => null);
      const answer = keyRefused(c.req.header("Authorization"), deps.apiKey) ?? submitted(product, body, deps);
      return respond(c, answer, deps.faults.answer("submit", answer.task ?? null));
    });
    app.get(record, (c) => {
      const answer =
        keyRefused(c.req.header("Authorization"), deps.apiKey) ?? recorded(product, c.req.query("taskId") ?? "", deps);
      const fault = deps.faults.answer("record", answer.task ?? null);
      answer.task?.asks.push({ at: Date.now(), fault: fault?.kind ?? null });
      return respond(c, answer, fault);
    });
  }
  app.post("/generate/get-timestamped-lyrics", async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    const answer = keyRefused(c.req.header("Authorization"), deps.apiKey) ?? timed(body, deps);
    return respond(c, answer, deps.faults.answer("submit", null));
  });
  return app;
}

/** Nothing comes after the answer: it has no task of its own. */
function timed(body: unknown, { mayCreate, workshop }: Deps): Answer {
  if (!mayCreate("account")) return refused(430, "Your call frequency is too high. Please try again later.");
  const parsed = z.looseObject(KINDS.wav.fields).safeParse(body);
  if (!parsed.success || !workshop.hasOrigin("wav", { ...parsed.data, callBackUrl: "" }))
    return refused(422, "The corresponding record does not exist");
  return { code: 200, msg: "success", data: timedLyrics(String(parsed.data["audioId"])) };
}

/** Of each word when it is sung, in seconds. */
export function timedLyrics(audioId: string): object {
  const sung = ["[Verse]\nla ", "la ", audioId.slice(0, 6)];
  const alignedWords = sung.map((word, index) => ({
    word,
    success: true,
    startS: index / 2,
    endS: index / 2 + 0.4,
    palign: 0,
  }));
  return { alignedWords, waveformData: [0, 0.5, 0.25], hootCer: 0.1, isStreamed: false };
}

function submitted(product: MadeProduct, body: unknown, { mayCreate, workshop }: Deps): Answer {
  if (!mayCreate("account")) return refused(430, "Your call frequency is too high. Please try again later.");
  const kind = KINDS[product];
  const parsed = z.looseObject({ ...kind.fields, callBackUrl: z.url({ protocol: /^https?$/ }) }).safeParse(body);
  if (!parsed.success) return refused(422, `Please enter ${parsed.error.issues[0]?.path.join(".") ?? "JSON"}.`);
  const request = { ...parsed.data, callBackUrl: parsed.data.callBackUrl };
  if (!workshop.hasOrigin(product, request)) return refused(422, "Record does not exist");
  const earlier = kind.once ? earlierOf(product, request, kind, workshop.made) : undefined;
  if (earlier !== undefined) return refused(409, "The record already exists.", namedIn409(earlier));
  const task = workshop.make(product, request);
  return { code: 200, msg: "success", data: { taskId: task.taskId }, task };
}

function earlierOf(
  product: MadeProduct,
  request: Made["request"],
  { fields }: Kind,
  made: ReadonlyMap<string, Made>,
): Made | undefined {
  return [...made.values()].find(
    (one) =>
      one.product === product &&
      one.progress !== "failed" &&
      Object.keys(fields).every((field) => one.request[field] === request[field]),
  );
}

/** What a 409 holds is not documented: the earlier task, or nothing. */
function namedIn409({ taskId }: Made): object | null {
  return randomFrom("409", taskId)() < 0.5 ? { taskId } : null;
}

function recorded(product: MadeProduct, taskId: string, { mayRead, workshop }: Deps): Answer {
  if (taskId === "") return refused(400, "taskId: is required");
  if (!mayRead(taskId)) return refused(405, "Your call frequency is too high. Please try again later.");
  const task = workshop.made.get(taskId);
  if (task?.product !== product) return { code: 200, msg: "success", data: null };
  const link = workshop.linkTo(task);
  return {
    code: 200,
    msg: "success",
    data: madeRecord(task, link),
    task,
    // What it was before it was over.
    retold: ({ progress, taskId: other = taskId }) =>
      madeRecord(
        { ...task, taskId: other, progress: progress === undefined ? task.progress : earlierThan(progress) },
        link,
      ),
  };
}

function earlierThan(progress: string): Made["progress"] {
  return progress === "complete" || progress === "failed" ? progress : "pending";
}
