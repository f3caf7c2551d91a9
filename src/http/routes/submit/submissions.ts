/**
 * `POST /tasks`: checks the source, then submits to the provider with a callBackUrl of our own.
 *
 * The submission is recorded before the provider is called, and its callBackUrl carries our reference: neither a crash
 * nor a callback that comes before the answer orphans a task, and an unclear outcome is never submitted twice. Of what
 * comes with the answer alone nothing can follow: where that is lost the caller is told to submit again.
 */
import { SET_PROVIDER_KEY } from "../../../core/secrets.ts";
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod";
import type { SourceReport } from "../../../core/audio/findings/source-report.ts";
import { capabilityOf } from "../../../core/provider/callback-url.ts";
import {
  productRequest,
  requestHash,
  submissionRequest,
  unknownOptions,
  type ParentTask,
  type ProductRequest,
} from "../../../core/provider/submission.ts";
import { taskView, type TaskView } from "../../../core/view/view.ts";
import { catalogOf } from "../../../platform/catalog/catalog.ts";
import { tellAtOnce } from "../../../platform/catalog/teller.ts";
import { observe } from "../../../platform/task/client.ts";
import { providerAccess, submitTask, type SubmitAnswer } from "../../../platform/provider-client.ts";
import { handOver } from "../../../platform/catalog/handover.ts";
import type { Handover, Reservation } from "../../../platform/catalog/submission-table.ts";
import type { Deleted } from "../../../platform/task/messages.ts";
import { secretValues } from "../../auth/access.ts";
import type { AppEnv } from "../../app-env.ts";
import { checkJson, readJson } from "../../request/json-body.ts";
import { takesNoQuery } from "../../request/query.ts";
import { logRefusal } from "../../log-line.ts";
import { Problem } from "../../problem.ts";
import { releaseSource, useSource } from "../../../platform/sources/source-store.ts";
import { readyRequest, type Ready } from "./product-request.ts";
import { EXISTS, refusalOf, type EarlierDeleted } from "./refusals.ts";
import { judgeSource, judgeUpload, sourceLink } from "./sources.ts";
import { present } from "../../reading/task-reader.ts";
import { FRESH } from "../task/tasks.ts";
import { errorName, logFault } from "../../../platform/log-fault.ts";
import { meant } from "../../request/wrong-input.ts";
import { randomId } from "../../random-id.ts";

export const MAX_KEY_CHARS = 255;

/** The provider's answer was lost or named no task, or its task cannot be shown yet; `unclear`: for more than an hour. */
export const submittingView = z.object({
  stage: z.enum(["submitting", "unclear"]),
  ref: z.string(),
  taskId: z.string().nullable(),
  detail: z.string(),
  warnings: z.array(z.string()),
});

/** The task, and what of the request was passed on without being known here. */
export const submittedView = taskView.extend({ warnings: z.array(z.string()) });

export const submissions = new Hono<AppEnv>().post("/tasks", takesNoQuery, async (c) =>
  submit(c, await readSubmission(c), keyOf(c)),
);

async function readSubmission(c: Context<AppEnv>): Promise<ProductRequest> {
  const json = await readJson(c, z.looseObject({}));
  const { product = "add_instrumental" } = json;
  return checkJson(json, product === "add_instrumental" ? submissionRequest : productRequest);
}

/** The request as it was checked, under the Idempotency-Key if there is one. */
export async function submit(c: Context<AppEnv>, asked: ProductRequest, key: string | null): Promise<Response> {
  const config = c.get("config");
  const provider = providerAccess(config);
  if (provider === null && config.callbackToken.state !== "set")
    throw new Problem("not_configured", `${config.callbackToken.cure} ${NO_KEY}`);
  const [callbackToken] = secretValues(config.callbackToken);
  if (provider === null || callbackToken === undefined) throw new Problem("not_configured", NO_KEY);

  const { ref: wanted, force = false, product = "add_instrumental", ...rest } = asked;
  // What is meant where nothing is said is the same request when it is said.
  const request: ProductRequest = product === "add_instrumental" ? rest : { product, ...rest };
  c.set("warnings", unknownOptions(asked, meant));
  const ref = wanted ?? randomId();
  const hash = requestHash({ ...request, ...(wanted === undefined ? {} : { ref: wanted }) });
  const catalog = catalogOf(c.env);
  const known = await catalog.submission({ key, ref, requestHash: hash }, Date.now());
  if (known !== null) return answerKnown(c, known);

  const { sourceId } = request;
  const from = sourceId === undefined ? {} : { uploadUrl: sourceLink(c, sourceId) };
  const ready = await readyRequest(c, { ...request, ...from });
  const source = await sourceOf(c, ready, sourceId, force);

  const { host } = new URL(c.req.url);
  // A link to an uploaded source is good for a day, and opens it: it is not kept.
  const { uploadUrl: _, ...fields } = ready.fields;
  const parent = ready.parent === null ? {} : { parent: ready.parent };
  const requestJson = JSON.stringify({ ...fields, ...request, ...parent });
  const reserved = await catalog.reserve({ key, requestHash: hash, ref, requestJson, host, source, at: Date.now() });
  if (reserved.state !== "reserved") return answerKnown(c, reserved);

  const origin = (config.publicUrl ?? new URL(c.req.url)).origin;
  const callBackUrl = `${origin}/callback/${capabilityOf(callbackToken, ref)}`;
  if (sourceId !== undefined) await useSource(c.env.AUDIO, sourceId, ref);
  const answered = ready.isAnswered ? { taskId: randomId(), product } : null;
  const asking = answered === null ? { ...ready.fields, callBackUrl } : ready.fields;
  const told = await submitTask(provider, ready.path, asking, answered);
  const isKept = answered === null || (await keepDelivered(c, told, { host, ref }));
  const answer = isKept ? await orEarlier(c, told, request, ready.parent) : ({ type: "lost" } as const);
  switch (answer.type) {
    case "unclear":
      await insist("record that an answer was lost", () => catalogOf(c.env).loseAnswer(ref));
      return submitting(c, ref, answer.isPage === true ? "page" : "submitting");
    case "lost":
    case "refused":
    case "not_the_api":
    case "deleted":
      await insist("free a refused submission", () => catalogOf(c.env).release(ref));
      if (sourceId !== undefined) await insist("free its source", () => releaseSource(c.env.AUDIO, sourceId, ref));
      throw refusalOf(answer, Object.keys(ready.fields));
    case "accepted": {
      const { taskId } = answer;
      // Before anything else can fail: the task is paid for.
      await insist("record the task of a submission", () => catalogOf(c.env).resolve(ref, taskId, Date.now()));
      return shown(c, { ref, taskId, requestJson, host, source });
    }
  }
}

/** Whether what came with the answer is durable, if anything was to. */
async function keepDelivered(
  c: Context<AppEnv>,
  answer: SubmitAnswer,
  about: { readonly host: string; readonly ref: string },
): Promise<boolean> {
  if (answer.type !== "accepted" || answer.delivered === undefined) return answer.type !== "unclear";
  const delivery = { ...answer.delivered, ...about, via: "poll", verdict: "record" } as const;
  return (await observe(c.env.TASKS, answer.taskId, delivery)) !== null;
}

/** In place of a refusal of what exists already, the task that made it: the provider names it, or the catalog knows it. */
async function orEarlier(
  c: Context<AppEnv>,
  answer: SubmitAnswer,
  { product }: ProductRequest,
  parent: ParentTask | null,
): Promise<SubmitAnswer | EarlierDeleted> {
  if (answer.type !== "refused" || answer.code !== EXISTS) return answer;
  const { taskId } = answer;
  if (taskId !== undefined) {
    const earlier = await c.env.TASKS.getByName(taskId).view();
    return earlier !== null && "deletedAt" in earlier ? { type: "deleted", taskId } : { type: "accepted", taskId };
  }
  if (parent === null) return answer;
  const made = { status: null, ref: null, parent: parent.taskId, text: null, after: null, limit: 100 };
  const { items } = await catalogOf(c.env).list(made);
  const earlier = items.find((row) => row.product === product && row.parent?.trackId === parent.trackId);
  return earlier === undefined ? answer : { type: "accepted", taskId: earlier.taskId };
}

/** What is found of its source; null for a product without one, or with several. Each link among its fields is one. */
async function sourceOf(
  c: Context<AppEnv>,
  { fields, links }: Ready,
  sourceId: string | undefined,
  force: boolean,
): Promise<SourceReport | null> {
  if (sourceId !== undefined) return judgeUpload(c, sourceId, force);
  const urls = links.flatMap((name) => fields[name] ?? []).filter((url) => typeof url === "string");
  const reports = await Promise.all(urls.map(async (url) => judgeSource(c, url, force)));
  return reports.length === 1 ? (reports[0] ?? null) : null;
}

/** Tries three times, each on a fresh stub. What fails for good is logged, and made good by the callback's reference. */
async function insist(what: string, work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      logFault(`could not ${what}`, error, { attempt });
    }
  }
}

/** The task, or that it cannot be shown yet: then the watchdog hands the submission over. */
async function shown(c: Context<AppEnv>, handover: Handover): Promise<Response> {
  const { taskId, ref } = handover;
  let view: TaskView | Deleted | null;
  try {
    view = await handOver(c.env, handover);
    const row = await c.env.TASKS.getByName(taskId).touch();
    if (row !== null) await tellAtOnce(c.env, [row]);
  } catch (error) {
    logRefusal(c, 202, `not handed over yet: ${errorName(error)}`);
    return submitting(c, ref, "submitting", taskId);
  }
  return accepted(c, present<TaskView>(view));
}

const NO_KEY = `PROVIDER_API_KEY is not set, so nothing can be submitted: ${SET_PROVIDER_KEY}.`;

/** Null where the reference is the key. */
function keyOf(c: Context): string | null {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return null;
  if (header === "" || header.length > MAX_KEY_CHARS) {
    throw new Problem("invalid_request", `Idempotency-Key has 1 to ${MAX_KEY_CHARS} characters.`);
  }
  return header;
}

/** A submission that is known already: the first answer again, or why there is none. */
async function answerKnown(
  c: Context<AppEnv>,
  known: Exclude<Reservation, { state: "reserved" }> | Reservation,
): Promise<Response> {
  switch (known.state) {
    case "submitted":
      return answerSubmitted(c, known);
    case "submitting":
    case "unclear":
      return submitting(c, known.ref, known.state);
    case "in_flight":
      throw new Problem("submission_in_flight", "The same submission is under way. Ask again in a minute.", {
        "retry-after": "60",
      });
    case "conflict":
      throw new Problem(
        "idempotency_conflict",
        "This Idempotency-Key or ref was used for another request. Use a new one.",
      );
    case "limited":
      throw new Problem("too_many_submissions", "The provider takes 20 submissions in 10 seconds.", {
        "retry-after": String(known.retryAfterSeconds),
      });
    case "reserved":
      throw new Error("a reserved submission is not known yet");
  }
}

function accepted(c: Context<AppEnv>, task: TaskView): Response {
  const view: z.infer<typeof submittedView> = { ...task, warnings: [...c.get("warnings")] };
  return c.json(view, 202, { ...FRESH, location: `/tasks/${view.taskId}` });
}

/** The task's object may be out of reach, or not know its submission yet. */
async function answerSubmitted(
  c: Context<AppEnv>,
  { taskId, ref, handedOver }: Extract<Reservation, { state: "submitted" }>,
): Promise<Response> {
  const view = await c.env.TASKS.getByName(taskId)
    .view()
    .catch(() => undefined);
  const waits = view === undefined || (view === null && !handedOver);
  if (waits) return submitting(c, ref, "submitting", taskId);
  if (view !== null && "deletedAt" in view) throw new Problem("task_deleted", DELETED, {}, { taskId });
  return accepted(c, present<TaskView>(view));
}

const DELETED =
  "This was submitted before, and its task was deleted. To submit it again, use another `ref` or Idempotency-Key.";

/** Nobody submits it again. */
function submitting(c: Context<AppEnv>, ref: string, state: keyof typeof LOST, taskId: string | null = null): Response {
  const detail = taskId === null ? LOST[state] : NOT_SHOWN_YET;
  const stage = state === "unclear" ? state : "submitting";
  const view: z.infer<typeof submittingView> = { stage, ref, taskId, detail, warnings: [...c.get("warnings")] };
  return c.json(view, 202, { ...FRESH, location: taskId === null ? `/tasks?ref=${ref}` : `/tasks/${taskId}` });
}

const NO_ID =
  "The provider's answer was lost, or named no task. If it took the submission, the task appears under this ref with its first callback; if you see it in your account there before that, PUT /tasks/<its id> adopts it.";
const LOST = {
  submitting: NO_ID,
  page: `${NO_ID} A web page came in place of the answer: if PROVIDER_BASE_URL does not name the origin of the API, like https://api.api.box, nothing was taken. Set it, and submit under another ref or Idempotency-Key.`,
  unclear:
    "The provider's answer was lost, or named no task, and no callback came since. Look into your account there: if it has the task, PUT /tasks/<its id> adopts it; if not, submit again under another ref or Idempotency-Key.",
} as const;
const NOT_SHOWN_YET =
  "The provider took the submission as this task. It is written down, and can be read here within some minutes.";
