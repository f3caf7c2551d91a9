/** The provider's door. */
import { received } from "../http/routes/callback/received.ts";
import { CALLBACK_EXAMPLE } from "./examples/examples.ts";
import { headerParameter, jsonResponse, pathParameter, problemResponses, type PathItem } from "./operation.ts";

const TAG = ["Callbacks"] as const;

const delivery = {
  required: true,
  description:
    "Any message of the provider, at most 1 MiB; one whose notes begin in its first 1,024 bytes (MIDI), at most 4 MiB. What is authenticated is never refused for its content: what names no task goes to the inbox.",
  content: { "application/json": { schema: {}, examples: { complete: { value: CALLBACK_EXAMPLE } } } },
};
const signedDelivery = {
  ...delivery,
  description:
    "Any message of the provider, at most 1 MiB: the signature covers the task id, which is in the body, so nobody is known before it is read. More notes (MIDI) need a token in the path.",
};

const responses = {
  "200": jsonResponse("The delivery is durable.", received, { received: { status: "received" } }),
  ...problemResponses([
    "incomplete_body",
    "unauthorized",
    "payload_too_large",
    "too_many_failures",
    "not_configured",
    "overloaded",
  ]),
};

const SIGNED = { signatureTimestamp: [], signature: [] } as const;

export const callbackPaths = {
  "/callback/{token}": {
    post: {
      operationId: "receiveCallback",
      tags: TAG,
      summary: "Take a callback, known by the token in its path",
      description:
        "The provider calls this address: it is the `callBackUrl` of a task. The token is a secret, so the whole address is one. With CALLBACK_HMAC_KEY set, a wrong signature refuses and a missing one does not.",
      security: [{}, SIGNED],
      parameters: [
        pathParameter("token", "A value of CALLBACK_TOKEN."),
        headerParameter("X-Webhook-Timestamp", "Unix seconds, as they were signed."),
        headerParameter("X-Webhook-Signature", "Base64 of HMAC-SHA256(CALLBACK_HMAC_KEY, task id + `.` + timestamp)."),
      ],
      requestBody: delivery,
      responses,
    },
  },
  "/callback": {
    post: {
      operationId: "receiveSignedCallback",
      tags: TAG,
      summary: "Take a callback, known by its signature",
      description:
        "The signature covers the task id and the time, not the body. It alone adds links and never replaces one; older than a day, it has no effect.",
      security: [SIGNED],
      requestBody: signedDelivery,
      responses,
    },
  },
} satisfies Readonly<Record<string, PathItem>>;
