/**
 * The provider's door: `POST /callback/:token`, and `POST /callback` for signed deliveries.
 *
 * Verify, parse, one durable commit in the task's object, 200. What is authenticated is never refused for its
 * content: a refusal may stop the provider for good. What belongs to no task is kept in the inbox.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { sha256Hex } from "../../../core/ids.ts";
import { parseMessage } from "../../../core/provider/message.ts";
import { readDelivery } from "../../../core/provider/recovery.ts";
import { redact, type Redaction } from "../../../core/provider/redaction.ts";
import { withoutEcho } from "../../../core/provider/request-echo.ts";
import { tellCatalog } from "../../../platform/catalog/teller.ts";
import { fileInInbox, type InboxEntry } from "../../../platform/inbox/inbox.ts";
import { observe } from "../../../platform/task/client.ts";
import type { Delivery } from "../../../platform/task/messages.ts";
import type { AppEnv } from "../../app-env.ts";
import { readBody, refuseOver, type Exception } from "../../request/body.ts";
import { countFailure } from "../../auth/failure-limit.ts";
import { admitMessage, enterBySignature, enterByToken, refuseUnsigned, type Entry } from "../../auth/provider-auth.ts";
import { logRefusal } from "../../log-line.ts";
import { Problem } from "../../problem.ts";
import { RECEIVED } from "./received.ts";

const MAX_BODY_BYTES = 1_024 * 1_024;
/**
 * All notes of a song are some megabytes. Only who is known before the body is read may send so many. In the JSON string
 * of a market task the marks are escaped.
 */
const NOTES: Exception = { maxBytes: 4 * MAX_BODY_BYTES, begins: holdsInstruments };
const WHAT = "A callback";

export const callback = new Hono<AppEnv>()
  .post("/callback/:token", (c) => counted(c, () => receive(c, enterByToken(c))))
  .post("/callback", (c) => counted(c, () => receive(c, enterBySignature(c))));

function holdsInstruments(start: Uint8Array): boolean {
  return /"(?:instruments|midiData)\\?"/.test(new TextDecoder().decode(start));
}

async function counted<P extends string>(c: Context<AppEnv, P>, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.type === "unauthorized") await countFailure(c, "callback");
    throw error;
  }
}

/** Answers once the message is durable: in its task's log, or in the inbox. */
async function receive<P extends string>(c: Context<AppEnv, P>, entry: Entry): Promise<Response> {
  const bytes = await readBody(c, MAX_BODY_BYTES, WHAT, entry.by === "signature" ? null : NOTES);
  const { host } = new URL(c.req.url);
  const text = decoded(bytes);
  // Nothing is parsed for a stranger.
  refuseUnsigned(entry, text);
  const message = read(bytes, text, c.get("config").redaction);
  const parsed = parseMessage(message.json);
  const { product } = parsed.observation;
  if (product !== "midi") refuseOver(bytes.length, MAX_BODY_BYTES, WHAT);
  // What nobody can name has no record to ask for.
  const canConfirm = c.get("config").providerApiKey !== null && product !== "unknown";
  const { taskId, verdict } = admitMessage(entry, parsed.taskIds, canConfirm, Date.now());

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
    ...readDelivery(message.json, parsed, taskId, entry.ref),
    body: message.body,
    host,
    ref: entry.ref,
  };
  const receipt = await observe(c.env.TASKS, taskId, delivery);
  if (receipt === null) await keep(c, { ...mail, reason: "unreachable" }, message.body);
  else if (receipt.misdirection !== null) await keep(c, { ...mail, reason: receipt.misdirection }, message.body);
  else if (receipt.catalogRow !== null) tellCatalog(c.env, c.executionCtx, receipt.catalogRow);
  return c.json(RECEIVED);
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

function read(bytes: Uint8Array, text: string | null, redaction: Redaction): Message {
  if (text === null) {
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

/** Null where it is no UTF-8. */
function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}
