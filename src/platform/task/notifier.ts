/**
 * Tells `NOTIFY_URL` one thing about a task, as a Standard Webhook, and records what came of it.
 *
 * 2xx takes it; 410 wants no more of this task; everything else, redirects included, is tried again for a day. A
 * reason names a code and what happened, never the address: its path may hold a token.
 */
import { createHmac } from "node:crypto";
import type { NotifyTarget } from "../../core/config.ts";
import type { EventBody } from "../../core/task/event.ts";
import { messageOf, type Message, type Notice } from "../../core/next/notices.ts";
import type { Pace } from "../../core/next/pace.ts";
import { noticeName, type Task } from "../../core/task/task.ts";
import type { TaskView } from "../../core/view/view.ts";

export type NotifyOutcome =
  | { readonly type: "taken" }
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly reason: string };

export interface Telling {
  readonly pace: Pick<Pace, "dayMs">;
  readonly now: () => number;
  readonly task: () => Task;
  /** A view as others may see it. */
  readonly shown: (view: TaskView) => TaskView;
  readonly record: (event: EventBody & { readonly at?: number }) => void;
  readonly notify: (message: Message, signal: AbortSignal) => Promise<NotifyOutcome>;
}

const TIMEOUT_MS = 10_000;

/** What is sent is the view of this instant. */
export async function tell(deps: Telling, notice: Notice, signal: AbortSignal): Promise<void> {
  const task = deps.task();
  const message = messageOf(task, notice, deps.shown);
  const outcome = await deps.notify(message, signal);
  const known = deps.task().notices.get(noticeName(notice));
  const failing = known?.state === "failing" ? known : undefined;
  const attempts = (failing?.times ?? 0) + 1;
  const about = { kind: notice.kind, key: notice.key, webhookId: message.id };
  if (outcome.type === "taken") return deps.record({ type: "notified", ...about, version: task.version, attempts });
  if (outcome.type === "gone")
    return deps.record({ type: "notify_ended", ...about, reason: GONE, gone: true, attempts });
  const now = deps.now();
  const at = failing?.at ?? now;
  if (now - at < deps.pace.dayMs)
    return deps.record({ type: "notify_failed", ...about, reason: outcome.reason, at, lastAt: now, times: attempts });
  const reason = `gave_up: not delivered within a day; last ${outcome.reason}`;
  return deps.record({ type: "notify_ended", ...about, reason, gone: false, attempts });
}

const GONE = "gone: the endpoint answered 410 and gets no more of this task";

/** Never rejects. Signed under each secret, so that a receiver knows one while they are rotated. */
export async function sendMessage(
  { url, secrets }: NotifyTarget,
  { id, body }: Message,
  now: number,
  signal: AbortSignal,
): Promise<NotifyOutcome> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const at = Math.floor(now / 1_000);
    const signatures = secrets.map((secret) => signatureOf(secret, `${id}.${at}.${body}`));
    const headers = {
      "content-type": "application/json",
      "user-agent": "backline",
      "webhook-id": id,
      "webhook-timestamp": String(at),
      ...(secrets.length === 0 ? {} : { "webhook-signature": signatures.join(" ") }),
    };
    const response = await fetch(url, { method: "POST", headers, body, signal: bounded, redirect: "manual" });
    await response.body?.cancel();
    if (response.ok) return { type: "taken" };
    return response.status === 410 ? { type: "gone" } : { type: "failed", reason: answered(response.status) };
  } catch {
    return {
      type: "failed",
      reason: bounded.aborted
        ? `timeout: no answer within ${TIMEOUT_MS / 1_000} s`
        : "unreachable: the connection failed or broke",
    };
  }
}

/** Standard Webhooks, version 1. A secret is `whsec_` and base64, or any other text as it is. */
function signatureOf(secret: string, signed: string): string {
  const key = secret.startsWith("whsec_") ? bytesOf(secret.slice("whsec_".length)) : secret;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

/** Not by `Uint8Array.fromBase64`: Node.js, where the tail signs too, has it from 25 on. */
function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function answered(status: number): string {
  const redirects = status >= 300 && status < 400;
  return `http_${status}: the endpoint answered ${status}${redirects ? ", and redirects are not followed" : ""}`;
}
