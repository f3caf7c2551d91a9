/** One of each problem that an operation may answer with. */
import { documentOf, type ProblemType } from "../../http/problem.ts";

const REQUEST_ID = "2f1c9b1e-7c86-4f0e-9f53-0e9c8b6f3a17";

export const PROBLEM_EXAMPLES = {
  unauthorized: problem("unauthorized", "Send the API token: `Authorization: Bearer <API_TOKEN>`."),
  cross_site: problem(
    "cross_site",
    "This came by cookie from another site, or from a browser that does not say. Use the pages of this Worker, or send the API token: `Authorization: Bearer <API_TOKEN>`.",
  ),
  read_only: problem("read_only", "This token reads and nothing else. Send the API token."),
  not_configured: problem(
    "not_configured",
    "API_TOKEN is not set: run `npx wrangler secret put API_TOKEN` (locally: `npm run setup`).",
  ),
  incomplete_body: problem(
    "incomplete_body",
    "The body broke off before its end, and nothing was stored. Send it again.",
  ),
  malformed_form: problem("malformed_form", "The form cannot be read. Send its fields as the page does."),
  too_many_failures: problem(
    "too_many_failures",
    "Too many refused attempts came from this address. Try again in a minute.",
  ),
  payload_too_large: problem("payload_too_large", "A callback is at most 1048576 bytes. Nothing was stored."),
  not_found: problem("not_found", "This task has no such share link, or it has expired."),
  task_not_found: problem(
    "task_not_found",
    "No callback has named this task yet. Check the id, and that its callBackUrl leads here.",
  ),
  task_deleted: problem("task_deleted", "The task was deleted at 2026-02-01T09:30:00.000Z. Its files are gone."),
  file_not_found: problem(
    "file_not_found",
    "No audio is stored for this track. GET /tasks/:id says what is stored, and why it is not.",
  ),
  file_gone: problem(
    "file_gone",
    "The kept audio is gone from the R2 bucket: something outside of Backline deleted it. It is being fetched again; GET /tasks/:id says how that goes.",
  ),
  precondition_failed: problem("precondition_failed", "The file is another one by now: fetch it from its first byte."),
  version_not_reached: {
    ...problem("version_not_reached", "The task is at version 2, not yet at 3. Ask again, or add `wait=25`."),
    version: 2,
  },
  invalid_query: problem("invalid_query", "Query parameter `limit`: must be a whole number."),
  range_not_satisfiable: problem("range_not_satisfiable", "The file has 4377600 bytes."),
  provider_failed: problem("provider_failed", "The provider could not be asked (http_503). Try again later."),
  provider_refused: problem(
    "provider_refused",
    "The provider refused with code 429 (no_credits). The provider account is out of credits. Top it up, then submit again.",
  ),
  too_many_submissions: problem("too_many_submissions", "The provider takes 20 submissions in 10 seconds."),
  invalid_request: problem("invalid_request", "title: must have at least 1 characters."),
  source_refused: problem(
    "source_refused",
    "uploadUrl was checked and not submitted. http_404: the server answered 404.",
  ),
  idempotency_conflict: problem(
    "idempotency_conflict",
    "This Idempotency-Key or ref was used for another request. Use a new one.",
  ),
  nothing_missing: problem(
    "nothing_missing",
    "Every track of this task is kept whole, so new links would be for nothing.",
  ),
  not_recoverable: problem(
    "not_recoverable",
    "The provider makes new links for music alone, and this task is of another product: nothing was asked. POST /tasks/:id/retry asks its record for fresh links, at no cost; what is gone there as well is made again by POST /tasks.",
  ),
  submission_in_flight: problem("submission_in_flight", "The same submission is under way. Ask again in a minute."),
  overloaded: problem("overloaded", "Too many deliveries that belong to no task came lately. Send it again."),
  internal: problem("internal", "Something failed on our side and was logged under this request id. Try again."),
} satisfies Partial<Record<ProblemType, object>>;

function problem(type: ProblemType, detail: string): ReturnType<typeof documentOf> {
  return documentOf(type, detail, REQUEST_ID);
}
