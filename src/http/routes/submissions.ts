/**
 * `POST /tasks`: checks the source, then submits to the provider with a callBackUrl of our own.
 *
 * The submission is recorded before the provider is called, and its callBackUrl carries our reference: neither a crash
 * nor a callback that comes before the answer orphans a task, and an unclear outcome is never submitted twice.
 */
import { Hono, type Context } from "hono";
import * as z from "zod";
import { capabilityOf } from "../../core/provider/callback-url.ts";
import { failureOf, FAILURES } from "../../core/provider/failure.ts";
import { requestHash, submissionRequest, type SubmissionRequest } from "../../core/provider/submission.ts";
import type { TaskView } from "../../core/view/view.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";
import { tellCatalog } from "../../platform/catalog/teller.ts";
import { submitTask } from "../../platform/provider-client.ts";
import type { Reservation } from "../../platform/catalog/submission-table.ts";
import { secretValues } from "../access.ts";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";
import { judgeSource } from "./sources.ts";
import { present } from "../task-reader.ts";
import { FRESH } from "./tasks.ts";

const MAX_KEY_CHARS = 255;

/** The provider's answer was lost. */
export const submittingView = z.object({
  stage: z.literal("submitting"),
  ref: z.string(),
  taskId: z.null(),
  detail: z.string(),
});

export const submissions = new Hono<AppEnv>().post("/tasks", async (c) => {
  const config = c.get("config");
  const [callbackToken] = secretValues(config.callbackToken);
  const { providerApiKey: apiKey, providerBaseUrl: baseUrl } = config;
  if (apiKey === null || callbackToken === undefined) throw new Problem("not_configured", NO_KEY);

  const { ref: wanted, force = false, ...request } = await readRequest(c);
  const idempotencyKey = keyOf(c, wanted ?? null);
  const ref = wanted ?? crypto.randomUUID().replaceAll("-", "");
  const key = idempotencyKey ?? `ref:${ref}`;
  const hash = requestHash({ ...request, ...(wanted === undefined ? {} : { ref: wanted }) });
  const catalog = catalogOf(c.env);
  const known = await catalog.submission(key, hash, Date.now());
  if (known !== null) return answerKnown(c, known);

  const source = await judgeSource(c, request.uploadUrl, force);

  const submission = { key, requestHash: hash, ref, requestJson: JSON.stringify(request), at: Date.now() };
  const reserved = await catalog.reserve(submission);
  if (reserved.state !== "reserved") return answerKnown(c, reserved);

  const origin = (config.publicUrl ?? new URL(c.req.url)).origin;
  const callBackUrl = `${origin}/callback/${capabilityOf(callbackToken, ref)}`;
  const answer = await submitTask({ baseUrl, apiKey }, { ...request, callBackUrl });
  if (answer.type === "unclear") return submitting(c, ref);
  if (answer.type === "refused") {
    await catalog.release(key);
    throw providerRefused(answer.code);
  }
  const { taskId } = answer;
  const object = c.env.TASKS.getByName(taskId);
  const view = present<TaskView>(
    await object.submitted({ ref, requestJson: submission.requestJson, host: new URL(c.req.url).host, source }),
  );
  await catalog.resolve(ref, taskId);
  const row = await object.touch();
  if (row !== null) tellCatalog(c.env, c.executionCtx, row);
  return accepted(c, view);
});

const NO_KEY =
  "PROVIDER_API_KEY is not set, so nothing can be submitted: run `npx wrangler secret put PROVIDER_API_KEY`.";

async function readRequest(c: Context<AppEnv>): Promise<SubmissionRequest> {
  const json: unknown = await c.req.json().catch(() => undefined);
  if (json === undefined) throw new Problem("invalid_request", "The body must be a JSON object.");
  const parsed = submissionRequest.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new Problem("invalid_request", `${issues.join("; ")}.`);
}

/** The header's, or one made of the user's own reference; null where there is neither. */
function keyOf(c: Context, ref: string | null): string | null {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return ref === null ? null : `ref:${ref}`;
  if (header === "" || header.length > MAX_KEY_CHARS) {
    throw new Problem("invalid_request", `Idempotency-Key has 1 to ${MAX_KEY_CHARS} characters.`);
  }
  return `key:${header}`;
}

/** A submission that is known already: the first answer again, or why there is none. */
async function answerKnown(
  c: Context<AppEnv>,
  known: Exclude<Reservation, { state: "reserved" }> | Reservation,
): Promise<Response> {
  switch (known.state) {
    case "submitted":
      return accepted(c, present<TaskView>(await c.env.TASKS.getByName(known.taskId).view()));
    case "unclear":
      return submitting(c, known.ref);
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

function accepted(c: Context, view: TaskView): Response {
  return c.json(view, 202, { ...FRESH, location: `/tasks/${view.taskId}` });
}

/** It may have been submitted: a callback will tell, and nobody submits it again. */
function submitting(c: Context, ref: string): Response {
  const status = `/tasks?ref=${ref}`;
  const detail =
    "The provider's answer was lost. If it took the submission, the task appears under this ref with its first callback.";
  const view: z.infer<typeof submittingView> = { stage: "submitting", ref, taskId: null, detail };
  return c.json(view, 202, { ...FRESH, location: status });
}

function providerRefused(code: number): Problem {
  const { reason } = failureOf(code, null, null);
  const detail = `The provider refused with code ${code} (${reason}). ${FAILURES[reason].advice}`;
  if (reason === "rate_limited") return new Problem("too_many_submissions", detail, { "retry-after": "10" });
  return new Problem(
    reason === "provider_error" || reason === "unauthorized" ? "provider_failed" : "provider_refused",
    detail,
  );
}
