/**
 * The provider's door: `POST /callback/:token`, and `POST /callback` for signed deliveries.
 *
 * Verify, parse, one durable commit in the task's object, 200. What is authenticated is never refused for its
 * content: a refusal may stop the provider for good. What belongs to no task is kept in the inbox.
 */
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { sha256Hex } from "../../core/ids.ts";
import { parseMessage } from "../../core/provider/message.ts";
import { redact, type Redaction } from "../../core/provider/redaction.ts";
import { withoutEcho } from "../../core/provider/request-echo.ts";
import { tellCatalog } from "../../platform/catalog/teller.ts";
import { fileInInbox, type InboxEntry } from "../../platform/inbox/inbox.ts";
import { observe } from "../../platform/task/client.ts";
import type { Delivery } from "../../platform/task/messages.ts";
import type { AppEnv } from "../app-env.ts";
import { admitMessage, enterBySignature, enterByToken, type Entry } from "../provider-auth.ts";
import { logRefusal } from "../log-line.ts";
import { Problem } from "../problem.ts";
import { RECEIVED } from "./received.ts";

const MAX_BODY_BYTES = 1_024 * 1_024;
const limit: MiddlewareHandler<AppEnv> = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge });

export const callback = new Hono<AppEnv>()
  .post("/callback/:token", (c) => receive(c, enterByToken(c)))
  .post("/callback", (c) => receive(c, enterBySignature(c)));

/** Answers once the message is durable: in its task's log, or in the inbox. */
async function receive<P extends string>(c: Context<AppEnv, P>, entry: Entry): Promise<Response> {
  const bytes = await readBody(c);
  const { host } = new URL(c.req.url);
  const message = read(bytes, c.get("config").redaction);
  const { taskIds, observation } = parseMessage(message.json);
  // What nobody can name has no record to ask for.
  const { product = "music" } = observation;
  const canConfirm = c.get("config").providerApiKey !== null && product !== "unknown";
  const { taskId, verdict } = admitMessage(entry, taskIds, canConfirm, Date.now());

  const sha256 = sha256Hex(bytes);
  const mail = { sha256, verdict, host, taskId, ref: entry.ref, receivedAt: new Date().toISOString() };
  if (message.problem !== null || taskId === null) {
    await keep(c, { ...mail, reason: message.problem ?? "no_task_id" }, message.body);
    return c.json(RECEIVED);
  }
  const delivery: Delivery = {
    sha256,
    via: "callback",
    verdict,
    observation,
    body: message.body,
    host,
    ref: entry.ref,
  };
  const receipt = await observe(c.env.TASKS, taskId, delivery);
  if (receipt === null) await keep(c, { ...mail, reason: "unreachable" }, message.body);
  else if (receipt.misdirected) await keep(c, { ...mail, reason: "other_ref" }, message.body);
  else if (receipt.catalogRow !== null) tellCatalog(c.env, c.executionCtx, receipt.catalogRow);
  return c.json(RECEIVED);
}

/** Throws the refusal of a body that is too large, or that breaks off. */
async function readBody<P extends string>(c: Context<AppEnv, P>): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    await limit(c, () => Promise.resolve());
    bytes = new Uint8Array(await c.req.arrayBuffer());
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("incomplete_body", "The body broke off before its end, and nothing was stored. Send it again.");
  }
  return bytes.length > MAX_BODY_BYTES ? tooLarge() : bytes;
}

async function keep(c: Context<AppEnv>, mail: InboxEntry, body: Message["body"]): Promise<void> {
  const later = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
  if (!(await fileInInbox(c.env, mail, body, later))) {
    throw new Problem("overloaded", "Too many deliveries that belong to no task came lately. Send it again.", {
      "retry-after": "60",
    });
  }
  logRefusal(c, 200, `inbox: ${mail.reason}`);
}

/** `body` is what may be stored of it: text, or bytes where it is no text. */
type Message =
  | { readonly json: unknown; readonly body: string; readonly problem: null }
  | { readonly json: null; readonly body: string | Uint8Array; readonly problem: "not_utf8" | "not_json" };

function read(bytes: Uint8Array, redaction: Redaction): Message {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    // A character for each byte, and back.
    const latin1 = withoutEcho(redact(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""), redaction));
    return { json: null, body: Uint8Array.from(latin1, (char) => char.charCodeAt(0)), problem: "not_utf8" };
  }
  const body = withoutEcho(redact(text, redaction));
  try {
    // What is read off it is shown too, so nothing is read that is not stored.
    const json: unknown = JSON.parse(body);
    return { json, body, problem: null };
  } catch {
    return { json: null, body, problem: "not_json" };
  }
}

function tooLarge(): never {
  throw new Problem("payload_too_large", `A callback is at most ${MAX_BODY_BYTES} bytes. Nothing was stored.`);
}
