/** What became of the tasks. */
import { TASK_ACTIONS, TASKS_ACTIONS } from "./action-operations.ts";
import { eventsQuery, guestQuery, taskQuery, tasksQuery } from "../http/request/query.ts";
import { taskList } from "../http/reading/task-list.ts";
import { guestView } from "../core/view/guest.ts";
import { taskView } from "../core/view/view.ts";
import { timelinePage } from "../http/reading/timeline-page.ts";
import { EXAMPLE_VALUES } from "./examples/examples.ts";
import { GUEST_EXAMPLE, TASK_EXAMPLES, TASK_LIST_EXAMPLE, TIMELINE_EXAMPLE } from "./examples/task-examples.ts";
import {
  eitherOf,
  header,
  headerParameter,
  jsonResponse,
  pathParameter,
  queryParameters,
  readOperation,
  sharedOperation,
  type PathItem,
} from "./operation.ts";

const TAG = ["Tasks"] as const;
const taskId = pathParameter("id", "The provider's task id.");

export const taskPaths = {
  "/tasks": {
    ...TASKS_ACTIONS,
    get: readOperation(
      {
        operationId: "listTasks",
        tags: TAG,
        summary: "List tasks, newest first",
        description: "A task is listed as soon as its first callback is answered.",
        parameters: queryParameters(tasksQuery),
        responses: { "200": jsonResponse("A page of tasks.", taskList, { page: TASK_LIST_EXAMPLE }) },
      },
      ["invalid_query"],
    ),
  },
  "/tasks/{id}": {
    ...TASK_ACTIONS,
    get: sharedOperation(
      {
        operationId: "readTask",
        tags: TAG,
        summary: "What became of a task",
        description:
          "With `wait` the answer comes when the task changes, or when the time is up: it is the current view in both cases. A settled task is answered at once, unless `min_version` is higher. With `min_version` or `Cache-Control: no-cache` it is never older than asked for. Who came by a share link is a guest, and is answered a `GuestTask`.",
        parameters: [
          taskId,
          ...queryParameters(taskQuery),
          ...queryParameters(guestQuery, { track: EXAMPLE_VALUES.trackId }),
          headerParameter("If-None-Match", "The tag of the view that is known: 304 while it is the current one."),
          headerParameter("Cache-Control", "`no-cache` asks the task itself, not its published copy."),
        ],
        responses: {
          "200": eitherOf(
            "The task, or what a guest sees of it.",
            [taskView, guestView],
            { ...TASK_EXAMPLES, guest: GUEST_EXAMPLE },
            { ETag: header("Names this view.", EXAMPLE_VALUES["If-None-Match"]) },
          ),
          "304": { description: "The view is the one that If-None-Match names." },
        },
      },
      ["invalid_query", "task_not_found", "task_deleted", "version_not_reached"],
    ),
  },
  "/tasks/{id}/events": {
    get: readOperation(
      {
        operationId: "listEvents",
        tags: TAG,
        summary: "How a task came about",
        description:
          "Every delivery with its body, every copy attempt with its reason, oldest first. A page ends at `limit` events or at 8 MiB of bodies.",
        parameters: [taskId, ...queryParameters(eventsQuery, { cursor: 50 })],
        responses: { "200": jsonResponse("A page of events.", timelinePage, { page: TIMELINE_EXAMPLE }) },
      },
      ["invalid_query", "task_not_found", "task_deleted"],
    ),
  },
} satisfies Readonly<Record<string, PathItem>>;
