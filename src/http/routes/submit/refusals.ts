/** The refusals of a submission: what the provider said, and what to do about it. */
import { failureOf, FAILURES, type FailureReason } from "../../../core/provider/failure.ts";
import type { SubmitAnswer } from "../../../platform/provider-client.ts";
import { Problem } from "../../problem.ts";

/** The provider's code for what exists already, and is made once. */
export const EXISTS = 409;

/** What exists already was deleted here. */
export interface EarlierDeleted {
  readonly type: "deleted";
  readonly taskId: string;
}

/** `lost`: what was to come with the answer came with none. */
type Refusal = Extract<SubmitAnswer, { type: "refused" | "not_the_api" }> | EarlierDeleted | { readonly type: "lost" };

/** `fields`: the names of what was asked for, in the provider's words. */
export function refusalOf(answer: Refusal, fields: readonly string[]): Problem {
  if (answer.type === "not_the_api") return notTheApi(answer.status);
  if (answer.type === "refused") return providerRefused(answer, fields);
  if (answer.type === "lost") return new Problem("provider_failed", LOST);
  const { taskId } = answer;
  return new Problem(
    "task_deleted",
    `${MADE_ONCE} Its task ${taskId} was deleted here, with its files.`,
    {},
    { taskId },
  );
}

const LOST =
  "The provider's answer was lost or empty, and what was asked for was to come with it. It may have been charged; submit again to have it.";
const MADE_ONCE = "The provider made this once already and makes it no second time: nothing was submitted.";

/** The provider takes 20 submissions in so many seconds. */
const RATE_SECONDS = 10;

/** The code is the provider's, or an HTTP status. */
function providerRefused({ code, message }: Extract<Refusal, { type: "refused" }>, fields: readonly string[]): Problem {
  const said = message === null ? "" : ` It said: ${quoted(message)}`;
  if (code === EXISTS)
    return new Problem(
      "provider_refused",
      `${MADE_ONCE}${said} Its task is not known here. PUT /tasks/<its id> adopts it, if you have the id.`,
    );
  const { reason } = failureOf(code, null, null);
  const detail = `The provider refused with code ${code} (${reason}).${said} ${adviceFor(reason, message, fields)}`;
  if (reason === "rate_limited")
    return new Problem("too_many_submissions", detail, { "retry-after": String(RATE_SECONDS) });
  return new Problem(
    reason === "provider_error" || reason === "unauthorized" ? "provider_failed" : "provider_refused",
    detail,
  );
}

/** As a sentence, on one line. */
function quoted(message: string): string {
  const words = message.replaceAll(/\s+/g, " ");
  return `"${words}"${/[.!?]$/.test(words) ? "" : "."}`;
}

/** As for a task that failed, but of what was asked for here. */
function adviceFor(reason: FailureReason, message: string | null, fields: readonly string[]): string {
  if (reason === "invalid_request") return `Check ${fields.join(", ")}, then submit again.`;
  if (reason === "rate_limited") return `Too many requests at once. Submit again after ${RATE_SECONDS} seconds.`;
  if (reason === "unknown" && message === null)
    return "It gave no message with it. Look into your account there, then submit again.";
  return FAILURES[reason].advice;
}

function notTheApi(status: number): Problem {
  return new Problem(
    "provider_failed",
    `At PROVIDER_BASE_URL something else than the provider's API answered (${status}), and nothing was submitted. Set PROVIDER_BASE_URL to the origin of the API, like https://api.api.box.`,
  );
}
