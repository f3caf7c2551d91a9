/** Sessions for people, and share links. */
import { EXAMPLE_VALUES } from "./examples/examples.ts";
import {
  actOperation,
  ANYBODY,
  header,
  headerParameter,
  jsonResponse,
  pathParameter,
  problemResponses,
  readOperation,
} from "./operation.ts";
import type { PathItem } from "./operation.ts";
import { schemaOf } from "./schemas.ts";
import { shareLink } from "../http/auth/share-link.ts";
import { shareList, shareRequest } from "../http/routes/task/shares.ts";

const TAG = ["Access"] as const;
const NEXT = "/tasks";

const PAGE = { "text/html": { schema: { type: "string" }, examples: { page: { value: "<!doctype html>…" } } } };
const UNCONFIGURED = { description: "API_TOKEN is not set. The page names the command.", content: PAGE };

const LOGIN_FORM = {
  schema: {
    type: "object",
    required: ["token"],
    properties: { token: { type: "string" }, next: { type: "string" } },
  },
  examples: { login: { value: { token: "<API_TOKEN>", next: NEXT } } },
};
/** Nothing of it is read. */
const EMPTY_FORM = { schema: { type: "object" }, examples: { none: { value: {} } } };

const LINK = {
  shareId: EXAMPLE_VALUES.shareId,
  url: `https://backline.example.com/tasks/${EXAMPLE_VALUES.id}?share=task.1769674360.${EXAMPLE_VALUES.shareId}.kCv0dJ1nGm3o5W8y2sQzX7bTfHr4LpAeUiVxNqYgEoM`,
  expiresAt: "2026-01-29T08:12:40.000Z",
};

const SHARES = {
  items: [
    {
      shareId: EXAMPLE_VALUES.shareId,
      trackId: null,
      download: false,
      createdAt: "2026-01-29T07:12:40.000Z",
      expiresAt: LINK.expiresAt,
    },
  ],
  nextCursor: null,
};

export const accessPaths = {
  "/login": {
    get: {
      operationId: "showLogin",
      tags: TAG,
      summary: "The form for the API token",
      description: "For people. It leads on where there is a session already.",
      security: ANYBODY,
      parameters: [
        {
          name: "next",
          in: "query",
          required: false,
          description: "Where to go afterwards: a path of this Worker, else `/tasks`.",
          schema: { type: "string" },
          example: NEXT,
        },
      ],
      responses: {
        "200": { description: "The form.", content: PAGE },
        "303": seeOther("There is a session. It leads to `next`."),
        ...problemResponses([]),
        "503": UNCONFIGURED,
      },
    },
    post: {
      operationId: "logIn",
      tags: TAG,
      summary: "Start a session",
      description:
        "The cookie holds an id and a signed expiry, never the token. It ends by logging out, after seven days without use, after thirty in any case, and with its token. With READ_TOKEN it reads and nothing else.",
      security: ANYBODY,
      requestBody: {
        required: true,
        content: { "application/x-www-form-urlencoded": LOGIN_FORM, "multipart/form-data": LOGIN_FORM },
      },
      responses: {
        "303": seeOther("The session is set. It leads to `next`.", {
          "Set-Cookie": header("The session.", "__Host-backline=…; Max-Age=604800; HttpOnly; Secure; SameSite=Lax"),
        }),
        "401": { description: "Not the API token. The form again.", content: PAGE },
        ...problemResponses(["malformed_form", "cross_site", "payload_too_large", "too_many_failures"]),
        "503": UNCONFIGURED,
      },
    },
  },
  "/logout": {
    post: {
      operationId: "logOut",
      tags: TAG,
      summary: "End the session, everywhere within a minute",
      description: "From a page of this Worker, or with the API token.",
      security: ANYBODY,
      requestBody: {
        required: false,
        content: { "application/x-www-form-urlencoded": EMPTY_FORM, "multipart/form-data": EMPTY_FORM },
      },
      parameters: [
        {
          name: "everywhere",
          in: "query",
          required: false,
          description: "Ends every session that has started.",
          schema: { type: "string" },
          example: "",
        },
      ],
      responses: {
        "303": seeOther("It leads to the login."),
        ...problemResponses(["unauthorized", "cross_site", "read_only"]),
      },
    },
  },
  "/tasks/{id}/share": {
    post: actOperation(
      {
        operationId: "shareTask",
        tags: TAG,
        summary: "Make a link for who has no token",
        description:
          "To the task and the files of its tracks, or to the files of one track. It opens nothing else, cannot write, shows the tracks and nothing of the request, and dies with its time, the task, the API token that asked for it, or when it is revoked.",
        parameters: [
          pathParameter("id", "The provider's task id."),
          headerParameter("If-Match", "The tag of the view that is known: 412 once the task has moved on."),
        ],
        requestBody: {
          required: false,
          content: {
            "application/json": {
              schema: schemaOf(shareRequest),
              examples: {
                task: { value: { expiresInSeconds: 86_400 } },
                track: { value: { trackId: EXAMPLE_VALUES.trackId } },
              },
            },
          },
        },
        responses: { "200": jsonResponse("The link.", shareLink, { link: LINK }) },
      },
      ["payload_too_large", "task_not_found", "task_deleted", "invalid_request", "precondition_failed"],
    ),
  },
  "/tasks/{id}/shares": {
    get: readOperation(
      {
        operationId: "listShares",
        tags: TAG,
        summary: "The links that open a task",
        description: "Those that have neither expired nor been revoked, the newest first. The link itself is not kept.",
        parameters: [pathParameter("id", "The provider's task id.")],
        responses: { "200": jsonResponse("The links.", shareList, { shares: SHARES }) },
      },
      ["invalid_query", "task_not_found", "task_deleted"],
    ),
  },
  "/tasks/{id}/shares/{shareId}": {
    delete: actOperation(
      {
        operationId: "revokeShare",
        tags: TAG,
        summary: "Revoke a link",
        description: "It opens nothing any more, everywhere within a minute.",
        parameters: [
          pathParameter("id", "The provider's task id."),
          pathParameter("shareId", "Of the link, as it was made or is listed."),
        ],
        responses: { "204": { description: "It is revoked." } },
      },
      ["not_found", "task_not_found"],
    ),
  },
} satisfies Readonly<Record<string, PathItem>>;

function seeOther(description: string, headers: Readonly<Record<string, object>> = {}): object {
  return { description, headers: { Location: header("Where to.", NEXT), ...headers } };
}
