/** The inbox, the Worker's own state, and this description. */
import { scoreboard } from "../core/view/statistics.ts";
import { healthReport } from "../http/routes/site/health.ts";
import { frontView } from "../http/routes/site/home.tsx";
import { deliveredAgain, inboxPage } from "../http/routes/callback/inbox.tsx";
import { inboxQuery } from "../http/request/query.ts";
import { HEALTH_EXAMPLES, INBOX_EXAMPLE, SHA256, TASK_ID } from "./examples/examples.ts";
import {
  actOperation,
  ANYBODY,
  jsonResponse,
  pathParameter,
  problemResponses,
  queryParameters,
  readOperation,
  type PathItem,
} from "./operation.ts";

export const otherPaths = {
  "/inbox": {
    get: readOperation(
      {
        operationId: "listInbox",
        tags: ["Inbox"],
        summary: "Deliveries that reached no task",
        description:
          "What named no usable task, could not be read, or could not reach its task in time. The last are delivered by the cron; the rest is kept for 30 days.",
        parameters: queryParameters(inboxQuery, { cursor: `kept/2026-01-29/${INBOX_EXAMPLE.items[0]?.sha256}` }),
        responses: { "200": jsonResponse("A page of the inbox.", inboxPage, { page: INBOX_EXAMPLE }) },
      },
      ["invalid_query"],
    ),
  },
  "/inbox/{sha256}/deliver": {
    post: actOperation(
      {
        operationId: "deliverAgain",
        tags: ["Inbox"],
        summary: "Deliver one again",
        description: "To the task that it names. What is delivered leaves the inbox.",
        parameters: [pathParameter("sha256", "Of the delivery's bytes.")],
        responses: {
          "200": jsonResponse("Its task took it.", deliveredAgain, { done: { sha256: SHA256, taskId: TASK_ID } }),
        },
      },
      ["not_found", "invalid_request"],
    ),
  },
  "/": {
    get: {
      operationId: "readFront",
      tags: ["Worker"],
      summary: "What this is",
      description: "A page where one is preferred, else whether it is configured and where to go on.",
      security: ANYBODY,
      responses: {
        "200": jsonResponse("Where to go on.", frontView, {
          front: { name: "backline", status: "ok", links: { tasks: "/tasks", docs: "/docs" } },
        }),
        ...problemResponses([]),
      },
    },
  },
  "/stats": {
    get: readOperation(
      {
        operationId: "readStats",
        tags: ["Worker"],
        summary: "How the provider did in the last 30 days",
        description: "From the list of tasks, the latest 10,000 of them. A page where one is preferred.",
        responses: {
          "200": jsonResponse("The scoreboard.", scoreboard, {
            board: {
              since: "2026-01-01T00:00:00.000Z",
              tasks: { all: 12, open: 1, complete: 10, failed: 1, stalled: 0 },
              perDay: [{ day: "2026-01-29", tasks: 12, failed: 1 }],
              timeToFirst: { count: 11, medianSeconds: 31, p95Seconds: 64 },
              timeToComplete: { count: 10, medianSeconds: 92, p95Seconds: 171 },
              failures: [{ reason: "rate_limited", tasks: 1 }],
              tally: {
                callbacks: 35,
                repeats: 2,
                recovered: 1,
                copies: 40,
                copiedBytes: 98_400_000,
                failedCopies: { http_404: 3 },
              },
            },
          }),
        },
      },
      ["invalid_query"],
    ),
  },
  "/health": {
    get: {
      operationId: "readHealth",
      tags: ["Worker"],
      summary: "Is this Worker configured?",
      description: "Always 200, whatever the query: the names of missing secrets, and what is to be looked after.",
      security: ANYBODY,
      responses: {
        "200": jsonResponse("How it stands.", healthReport, HEALTH_EXAMPLES),
        ...problemResponses([]),
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "readDescription",
      tags: ["Worker"],
      summary: "This description",
      description: "OpenAPI 3.1, from the schemas that the Worker works with.",
      security: ANYBODY,
      responses: {
        "200": {
          description: "The description.",
          content: {
            "application/json": {
              schema: { type: "object", required: ["openapi"], properties: { openapi: { type: "string" } } },
              examples: { description: { value: { openapi: "3.1.1" } } },
            },
          },
        },
        "304": { description: "The description is the one that If-None-Match names." },
        ...problemResponses([]),
      },
    },
  },
  "/docs": {
    get: {
      operationId: "readDocs",
      tags: ["Worker"],
      summary: "This description, as a page",
      description: "For people: every route with its examples and a command to try it.",
      security: ANYBODY,
      responses: {
        "200": {
          description: "The page.",
          content: { "text/html": { schema: { type: "string" }, examples: { page: { value: "<!doctype html>…" } } } },
        },
        ...problemResponses([]),
      },
    },
  },
  "/docs/{section}": {
    get: {
      operationId: "readDocsSection",
      tags: ["Worker"],
      summary: "A page of the documentation",
      description: "For people: `operating`, `problems` (each `type` with its cause and cure), `notices`, `findings`.",
      parameters: [pathParameter("section", "Which page.")],
      security: ANYBODY,
      responses: {
        "200": {
          description: "The page.",
          content: { "text/html": { schema: { type: "string" }, examples: { page: { value: "<!doctype html>…" } } } },
        },
        ...problemResponses(["not_found"]),
      },
    },
  },
} satisfies Readonly<Record<string, PathItem>>;
