/** The API's description, OpenAPI 3.1. Pure. The build runs it (`src/cli/openapi-asset.ts`), the Worker serves the file. */
import { version } from "../../package.json";
import { accessPaths } from "./access-paths.ts";
import { actionPaths } from "./action-operations.ts";
import { callbackPaths } from "./callback-paths.ts";
import { filePaths } from "./file-paths.ts";
import { otherPaths } from "./other-paths.ts";
import { componentSchemas } from "./schemas.ts";
import { webhooks } from "./webhooks.ts";
import { taskPaths } from "./task-paths.ts";

export function openApiDocument() {
  return {
    openapi: "3.1.1",
    info: {
      title: "Backline",
      version,
      summary: "Catches the callbacks of the Add Instrumental API, keeps every track, and tells what became of a task.",
      description:
        "Errors are problem documents (RFC 9457) with a stable `type` and a `detail` that names the cause and the cure. Another method on a known path is 405 with `Allow`, an unknown path 404. A client that prefers HTML gets pages at `/`, `/tasks`, `/tasks/{id}`, `/inbox` and `/stats`, and is sent to `/login` by a 303 where it has no access. Bodies of JSON and of forms are at most 64 KiB, callbacks 1 MiB (with the notes of a MIDI task and a token in the path 4 MiB).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This Worker." }],
    tags: [
      { name: "Callbacks", description: "For the provider." },
      { name: "Tasks", description: "What became of the tasks." },
      {
        name: "Actions",
        description: "What can be done about tasks. None but a submission spends credits, and perhaps `recover`.",
      },
      { name: "Files", description: "The kept audio and covers." },
      { name: "Access", description: "For people in a browser, and for those they share with." },
      { name: "Inbox", description: "Deliveries that reached no task." },
      { name: "Notices", description: "What NOTIFY_URL is told, as Standard Webhooks." },
      { name: "Worker", description: "The Worker itself." },
    ],
    paths: { ...callbackPaths, ...taskPaths, ...actionPaths, ...filePaths, ...accessPaths, ...otherPaths },
    webhooks,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        apiToken: { type: "http", scheme: "bearer", description: "API_TOKEN. Never in a URL." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-backline",
          description: "Set by `POST /login` for seven days, and renewed by use. `backline` over loopback http.",
        },
        share: {
          type: "apiKey",
          in: "query",
          name: "share",
          description: "As it stands in the URL of a share link. It opens one task, or one of its tracks.",
        },
        signatureTimestamp: {
          type: "apiKey",
          in: "header",
          name: "X-Webhook-Timestamp",
          description: "Unix seconds, as they were signed.",
        },
        signature: {
          type: "apiKey",
          in: "header",
          name: "X-Webhook-Signature",
          description: "Base64 of HMAC-SHA256(CALLBACK_HMAC_KEY, task id + `.` + timestamp).",
        },
      },
    },
  };
}
