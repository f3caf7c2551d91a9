/** What can be done about tasks. */
import { shownReport } from "../core/audio/findings/source-report.ts";
import { taskView, type TaskView } from "../core/view/view.ts";
import { fromQuery } from "../http/routes/submit/new-task.tsx";
import { adoptQuery, retryQuery } from "../http/request/query.ts";
import { choice } from "../http/routes/task/chosen.ts";
import { keptSource, sourceQuestion } from "../http/routes/submit/sources.ts";
import { submittedView, submittingView } from "../http/routes/submit/submissions.ts";
import { rebuiltView, retriedPage } from "../http/routes/task/task-actions.ts";
import { EXAMPLE_VALUES, SHA256 } from "./examples/examples.ts";
import { SOURCE_EXAMPLE } from "./examples/assessment-examples.ts";
import { STEMS_EXAMPLE, SUBMISSION_EXAMPLE, SUBMITTING_EXAMPLE, TASK_EXAMPLES } from "./examples/task-examples.ts";
import {
  actOperation,
  eitherOf,
  header,
  headerParameter,
  jsonResponse,
  pathParameter,
  queryParameters,
  readOperation,
  type PathItem,
} from "./operation.ts";
import { ANY_SUBMISSION_REF, schemaOf } from "./schemas.ts";

const TAG = ["Actions"] as const;
const parameters = [
  pathParameter("id", "The provider's task id."),
  headerParameter(
    "If-Match",
    "The tag of the view that is known: 412, and nothing is done, once the task has moved on.",
  ),
] as const;
const { open, settled } = TASK_EXAMPLES;

export const TASKS_ACTIONS = {
  post: actOperation(
    {
      operationId: "submitTask",
      tags: TAG,
      summary: "Submit a task to the provider",
      description:
        "`product` names what is to be made, `add_instrumental` where nothing does, and `parent` what it is made of. Source and parent are checked first, then the request goes out with a callBackUrl of this Worker. The same Idempotency-Key, or the same `ref`, never submits twice.",
      parameters: [headerParameter("Idempotency-Key", "1 to 255 characters; the same key gives the first answer.")],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: ANY_SUBMISSION_REF,
            examples: { song: { value: SUBMISSION_EXAMPLE }, stems: { value: STEMS_EXAMPLE } },
          },
        },
      },
      responses: {
        "202": eitherOf(
          "The provider took it, or its answer was lost or named no task.",
          [submittedView, submittingView],
          { submitted: { ...open, request: SUBMISSION_EXAMPLE, warnings: [] }, submitting: SUBMITTING_EXAMPLE },
          { Location: header("Where the task is, or will be listed.", `/tasks/${EXAMPLE_VALUES.id}`) },
        ),
      },
    },
    [
      "task_not_found",
      "task_deleted",
      "submission_in_flight",
      "payload_too_large",
      "invalid_request",
      "source_refused",
      "idempotency_conflict",
      "provider_refused",
      "too_many_submissions",
      "provider_failed",
    ],
  ),
} satisfies PathItem;

export const TASK_ACTIONS = {
  put: actOperation(
    {
      operationId: "adoptTask",
      tags: TAG,
      summary: "Look after a task that was submitted elsewhere",
      description:
        "The provider is asked about it at once, at its product's record; an id that the provider does not know makes no task. A known task of which the product is open takes the one that is named.",
      parameters: [...parameters, ...queryParameters(adoptQuery, { product: "wav" })],
      responses: {
        "200": jsonResponse("The task was known.", taskView, { known: settled }),
        "201": jsonResponse(
          "The task is looked after from now on.",
          taskView,
          { adopted: open },
          { Location: header("Where the task is.", `/tasks/${EXAMPLE_VALUES.id}`) },
        ),
      },
    },
    ["invalid_request", "task_not_found", "task_deleted", "provider_failed", "precondition_failed"],
  ),
  delete: actOperation(
    {
      operationId: "deleteTask",
      tags: TAG,
      summary: "Forget a task and delete its files",
      description: "Callbacks that still come are answered 200 and change nothing.",
      parameters,
      responses: { "204": { description: "The task is gone." } },
    },
    ["task_not_found", "precondition_failed"],
  ),
} satisfies PathItem;

export const actionPaths = {
  "/tasks/retry": {
    post: actOperation(
      {
        operationId: "retryTasks",
        tags: TAG,
        summary: "Try many tasks again",
        description: "A page of tasks at a time: follow `nextCursor` until it is null.",
        parameters: queryParameters(retryQuery),
        responses: {
          "202": jsonResponse("They are tried again.", retriedPage, {
            page: { items: [EXAMPLE_VALUES.id], nextCursor: EXAMPLE_VALUES.cursor },
          }),
        },
      },
      [],
    ),
  },
  "/tasks/{id}/retry": command(
    "retryTask",
    "Try a task again",
    "Failed and lost files are fetched again, and the provider is asked again.",
    "The task is tried again.",
    open,
  ),
  "/tasks/{id}/assess": command(
    "assessTask",
    "Look into the kept audio again",
    "For a newer analyzer, or for what was kept while ASSESS was off.",
    "The assessments are pending.",
    settled,
  ),
  "/tasks/{id}/notify": command(
    "notifyTask",
    "Tell NOTIFY_URL again",
    "What holds now is sent again, also to an endpoint that wanted no more of this task.",
    "The notices are due.",
    settled,
  ),
  "/tasks/{id}/recover": command(
    "recoverTask",
    "Have the provider make new links",
    "For music whose links are dead: of other products the provider makes none. **It may cost credits**: the provider does not say how many. While it is under way, asking again changes nothing. `recovery` in the view says how it goes; the new links are fetched by themselves.",
    "The provider is being asked.",
    { ...open, recovery: { state: "running", by: "person", at: open.updatedAt, reason: null } },
    ["nothing_missing", "not_recoverable", "not_configured"],
  ),
  "/tasks/{id}/chosen": {
    put: actOperation(
      {
        operationId: "chooseTrack",
        tags: TAG,
        summary: "Choose one of the tracks",
        description: "One for each task: the latest stands, in the view, the list and the notices.",
        parameters,
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: schemaOf(choice),
              examples: { first: { value: { trackId: EXAMPLE_VALUES.trackId } } },
            },
          },
        },
        responses: { "200": jsonResponse("The choice is kept.", taskView, { task: settled }) },
      },
      ["task_not_found", "task_deleted", "precondition_failed", "invalid_request"],
    ),
  },
  "/sources": {
    post: actOperation(
      {
        operationId: "uploadSource",
        tags: TAG,
        summary: "Upload a source",
        description:
          "The bytes of an audio file, streamed, at most MAX_AUDIO_BYTES. `sourceId` then stands in place of `uploadUrl` in a submission. What nobody submits is kept for a day.",
        requestBody: {
          required: true,
          content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
        },
        responses: {
          "201": jsonResponse("It is kept.", keptSource, { kept: { sourceId: SHA256, report: SOURCE_EXAMPLE } }),
        },
      },
      ["source_refused", "payload_too_large", "incomplete_body"],
    ),
  },
  "/new": {
    get: readOperation(
      {
        operationId: "showSubmissionForm",
        tags: TAG,
        summary: "The form to submit a task",
        description: "A page. `from` names a task whose request fills it in.",
        parameters: queryParameters(fromQuery),
        responses: { "200": { description: "The form.", content: { "text/html": { schema: { type: "string" } } } } },
      },
      ["invalid_query", "read_only", "task_not_found", "task_deleted"],
    ),
  },
  "/sources/check": {
    post: actOperation(
      {
        operationId: "checkSource",
        tags: TAG,
        summary: "Judge a source without submitting",
        description: "What a submission would say of its `uploadUrl`. Nothing of it is kept.",
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: schemaOf(sourceQuestion),
              examples: { question: { value: { url: SUBMISSION_EXAMPLE.uploadUrl } } },
            },
          },
        },
        responses: { "200": jsonResponse("It can be submitted.", shownReport, { report: SOURCE_EXAMPLE }) },
      },
      ["payload_too_large", "invalid_request", "source_refused"],
    ),
  },
  "/tasks/{id}/rebuild": {
    post: actOperation(
      {
        operationId: "rebuildTask",
        tags: TAG,
        summary: "Fold a task's log anew",
        description: "The log is the truth: what follows from it is made again, compared and published.",
        parameters,
        responses: {
          "200": jsonResponse("The task was made again.", rebuiltView, {
            rebuilt: { taskId: EXAMPLE_VALUES.id, identical: true, version: 7, published: true },
          }),
        },
      },
      ["task_not_found", "task_deleted", "precondition_failed"],
    ),
  },
} satisfies Readonly<Record<string, PathItem>>;

/** What one word asks of a task: see `task-commands.ts`. */
function command(
  operationId: string,
  summary: string,
  description: string,
  told: string,
  task: TaskView,
  others: readonly ("nothing_missing" | "not_recoverable" | "not_configured")[] = [],
): PathItem {
  const responses = { "202": jsonResponse(told, taskView, { task }) };
  return {
    post: actOperation({ operationId, tags: TAG, summary, description, parameters, responses }, [
      "task_not_found",
      "task_deleted",
      "precondition_failed",
      ...others,
    ]),
  };
}
