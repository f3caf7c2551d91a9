/**
 * The provider's door: `POST /callback/:token`.
 *
 * Verify, parse, one durable commit in the task's object, 200. What is authenticated is never refused for its
 * content: a refusal may stop the provider for good. What belongs to no task is kept in the inbox.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { sha256Hex } from "../core/ids.ts";
import { parseMessage } from "../core/observation.ts";
import { redact } from "../core/redaction.ts";
import { fileInInbox, type InboxReason } from "../platform/inbox.ts";
import type { Delivery } from "../platform/task-object.ts";
import { isOneOf, secretValues } from "./access.ts";
import type { AppEnv } from "./app-env.ts";
import { Problem } from "./problem.ts";

const MAX_BODY_BYTES = 1_024 * 1_024;
const RECEIVED = { status: "received" } as const;

export const callback = new Hono<AppEnv>()
  .post(
    "/callback/:token",
    async (c, next) => {
      const values = secretValues(c.get("config").callbackToken);
      if (!isOneOf(c.req.param("token"), values)) throw new Problem("unauthorized", UNAUTHORIZED);
      await next();
    },
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }),
    async (c) => {
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      if (bytes.length > MAX_BODY_BYTES) tooLarge();
      await receive(c.env, bytes, "token", new URL(c.req.url).host);
      return c.json(RECEIVED);
    },
  )
  .all("/callback/:token", methodNotAllowed)
  .all("/callback", methodNotAllowed);

/** The same for every cause, so that a stranger learns nothing. */
const UNAUTHORIZED =
  "The callback could not be authenticated. Use the callBackUrl that was configured for this Worker.";

/** Resolves once the message is durable: in its task's log, or in the inbox. */
async function receive(env: Env, bytes: Uint8Array, verdict: string, host: string): Promise<void> {
  const sha256 = sha256Hex(bytes);
  const file = (reason: InboxReason): Promise<void> =>
    fileInInbox(env.AUDIO, { bytes, sha256, reason, verdict, receivedAt: Date.now() });

  const text = decode(bytes);
  if (text === null) return file("not_utf8");
  const json = parseJson(text);
  if (json === undefined) return file("not_json");
  const { taskIds, observation } = parseMessage(json);
  const [taskId] = taskIds;
  if (taskId === undefined) return file("no_task_id");

  const delivery = {
    sha256,
    via: "callback",
    verdict,
    observation,
    body: redact(text, json),
    host,
  } as const satisfies Delivery;
  await env.TASKS.getByName(taskId).observe(delivery);
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

/** Undefined for what is no JSON; no JSON text means undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tooLarge(): never {
  throw new Problem("payload_too_large", `A callback is at most ${MAX_BODY_BYTES} bytes. Nothing was stored.`);
}

function methodNotAllowed(): never {
  throw new Problem("method_not_allowed", "A callback is a POST.", { allow: "POST" });
}
