/** What is sent to `NOTIFY_URL`, a Standard Webhook (standardwebhooks.com). Pure. */
import { NOTICE_KINDS } from "../core/task/event.ts";
import { noticeBody } from "../core/next/notices.ts";
import { TRACK_ID } from "./examples/examples.ts";
import { TASK_EXAMPLES } from "./examples/task-examples.ts";
import { schemaOf } from "./schemas.ts";

const SIGNED = [
  ["webhook-id", "The same at each try.", "msg_4f3c2a1b0d9e8f7a6b5c4d3e2f1a0b9c"],
  ["webhook-timestamp", "Unix seconds, as they were signed.", "1769670760"],
  [
    "webhook-signature",
    "`v1,` and base64 of the HMAC-SHA256, one for each secret, separated by spaces.",
    "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
  ],
] as const;

const ABOUT = {
  "track.stored": "The audio of a track is kept.",
  "task.settled": "The task is complete or failed, every file of it is kept or lost, and no better one is being tried.",
  "task.reopened": "A late callback opened a settled task again.",
  "task.stalled": "The task is silent for longer than is usual.",
} as const satisfies Record<(typeof NOTICE_KINDS)[number], string>;

const ABOUT_TRACKS = new Set<string>(["track.stored"]);

/** What is so of this kind alone. */
function ofKind(kind: string): object {
  const type = { const: kind };
  return ABOUT_TRACKS.has(kind)
    ? { type: "object", required: ["trackId"], properties: { type, trackId: { type: "string" } } }
    : { type: "object", properties: { type } };
}

export const webhooks = Object.fromEntries(
  NOTICE_KINDS.map((kind) => [
    kind,
    {
      post: {
        operationId: `told ${kind}`.replaceAll(/[ .](\w)/g, (_, letter: string) => letter.toUpperCase()),
        tags: ["Notices"],
        security: [],
        summary: ABOUT[kind],
        description:
          "At least once. Answer 2xx within 10 s; 410 ends all notices of the task; anything else is tried again for a day.",
        parameters: SIGNED.map(([name, description, example]) => ({
          name,
          in: "header",
          required: true,
          description,
          schema: { type: "string" },
          example,
        })),
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: { allOf: [schemaOf(noticeBody), ofKind(kind)] },
              examples: {
                notice: {
                  value: {
                    type: kind,
                    timestamp: TASK_EXAMPLES.settled.updatedAt,
                    ...(ABOUT_TRACKS.has(kind) ? { trackId: TRACK_ID } : {}),
                    data: TASK_EXAMPLES.settled,
                  },
                },
              },
            },
          },
        },
        responses: { "2XX": { description: "It was taken." }, "410": { description: "No more of this task." } },
      },
    },
  ]),
);
