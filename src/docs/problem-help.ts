/** What each type of problem comes from, and what helps. Pure data. */
import type { ProblemType } from "../http/problem.ts";

interface ProblemHelp {
  readonly cause: string;
  readonly cure: string;
}

export const PROBLEM_HELP = {
  unauthorized: {
    cause: "The request carries no token, a wrong one, or one in the wrong place. `detail` says which.",
    cure: "Send `Authorization: Bearer <API_TOKEN>` with the value that the Worker was deployed with. Callbacks carry CALLBACK_TOKEN at the end of their URL.",
  },
  cross_site: {
    cause: "It came by the cookie of a session, and the browser says that another site sent it.",
    cure: "Use the pages of this Worker, or send the API token as a header.",
  },
  read_only: {
    cause: "READ_TOKEN, or a session that it opened, tried to change something.",
    cure: "Send API_TOKEN, or log in with it.",
  },
  not_configured: {
    cause: "A secret or a setting that this needs is missing or invalid.",
    cure: "Run the command in `detail`. `GET /health` names all that is missing.",
  },
  incomplete_body: {
    cause: "The connection broke off before the body's end. Nothing was stored.",
    cure: "Send it again.",
  },
  malformed_form: { cause: "The body is no form that can be read.", cure: "Send the fields as the page does." },
  payload_too_large: {
    cause: "The body is larger than this route takes. Nothing was stored.",
    cure: "`detail` names the limit. A callback has at most 1 MiB (with the notes of a MIDI task and a token in the path 4 MiB), a source MAX_AUDIO_BYTES.",
  },
  method_not_allowed: {
    cause: "The resource is there, and does not take this method.",
    cure: "Use one of those in the `Allow` header.",
  },
  not_found: { cause: "There is nothing under this address.", cure: "Compare it with the routes of the API page." },
  task_not_found: {
    cause: "No callback has named this task, it was not submitted here, and nobody adopted it.",
    cure: "Check the id, and that the callBackUrl leads here. `PUT /tasks/:id` adopts a task that was submitted elsewhere.",
  },
  task_deleted: {
    cause: "The task was deleted, by somebody or by RETENTION_DAYS. Its files are gone.",
    cure: "Submit again, with a new `ref` or Idempotency-Key. After 30 days the id is forgotten.",
  },
  file_not_found: {
    cause: "The task is known and has no such file, or it is not stored (yet).",
    cure: "`GET /tasks/:id` says what is stored, and why the rest is not.",
  },
  file_gone: {
    cause: "The file was stored, and something other than Backline deleted it from the bucket.",
    cure: "It is fetched again by itself where the provider still has it. Look for lifecycle rules of the bucket.",
  },
  precondition_failed: {
    cause: "`If-Match` or `If-Unmodified-Since` names another version than there is.",
    cure: "Read again and use the new `ETag`; of a file, begin at its first byte.",
  },
  version_not_reached: {
    cause: "The task is not at `min_version` yet. `version` says where it stands.",
    cure: "Add `wait=25`, or ask again.",
  },
  invalid_query: {
    cause: "A query parameter has a value that is not possible, stands there twice, or is not known here.",
    cure: "`detail` names it and the choices.",
  },
  range_not_satisfiable: {
    cause: "The range lies behind the end of the file.",
    cure: "`Content-Range` has the file's size.",
  },
  provider_failed: {
    cause: "The provider could not be asked, or did not answer as it should.",
    cure: "Try again later. PROVIDER_API_KEY and PROVIDER_BASE_URL must be of the same provider; `npm run doctor` asks it.",
  },
  provider_refused: {
    cause: "The provider took the request and refused it. `detail` has its code and what to do.",
    cure: "Mend what it names (often credits, or a field). The Idempotency-Key is free again.",
  },
  too_many_failures: {
    cause: "Many refused attempts came from this address within a minute.",
    cure: "Wait a minute, with the right token.",
  },
  too_many_submissions: {
    cause: "The provider takes 20 submissions in 10 seconds.",
    cure: "Send it again after `Retry-After` seconds, with the same Idempotency-Key.",
  },
  invalid_request: {
    cause: "The body is not JSON, or a field is missing, misspelt or out of its range.",
    cure: "`detail` names the field and what it may be.",
  },
  source_refused: {
    cause: "The source cannot be fetched, is no audio, or would be wasted credits. Nothing was submitted.",
    cure: '`findings` say why. Mend the file, or send `"force": true` where it is meant so.',
  },
  idempotency_conflict: {
    cause: "This Idempotency-Key or `ref` was used for another request.",
    cure: "Use a new one, or send the first request again to get its answer.",
  },
  not_recoverable: {
    cause: "The provider makes new links for music alone, and the task is of another product, of stems or a WAV, say.",
    cure: "`POST /tasks/:id/retry` asks the product's own record for fresh links, at no cost. What is gone there as well is made again by `POST /tasks`.",
  },
  nothing_missing: {
    cause: "Every file of the task is kept whole, so new links would cost credits for nothing.",
    cure: "Nothing is to be done.",
  },
  submission_in_flight: {
    cause: "The same submission is under way, or was interrupted a moment ago.",
    cure: "Ask again in a minute, with the same Idempotency-Key.",
  },
  overloaded: {
    cause: "More deliveries than the inbox takes belong to no task, or a part of the platform does not answer.",
    cure: "Send it again. If it lasts, somebody has the callBackUrl: change CALLBACK_TOKEN.",
  },
  internal: {
    cause: "Something failed on our side. It was logged under the request id.",
    cure: "Try again; `npx wrangler tail` shows the log.",
  },
} as const satisfies Record<ProblemType, ProblemHelp>;
