/**
 * Delivering callbacks: a POST of JSON that wants a 200 within 15 s.
 *
 * After a failure there are three more tries with growing gaps. When the last fails the provider stops calling
 * about that task for good, as its page says.
 */
import { createHash } from "node:crypto";
import type { CallbackFault, Faults } from "./hostile/faults.ts";
import type { Attempt, Callback, Called } from "./ledger.ts";
import type { Pace } from "./pace.ts";
import type { Body } from "./hostile/plan.ts";
import { signatureHeaders } from "./signature.ts";

/** Undocumented; growing, as those of most senders are. */
const GAPS_MS = [5_000, 20_000, 60_000] as const;

export type Courier = {
  readonly pace: Pace;
  readonly faults: Faults;
  readonly timeoutMs: number;
  readonly hmacKey: string | null;
  readonly onAttempt: (called: Called, callback: Callback, attempt: Attempt) => void;
};

/** Resolves when the callback is acknowledged or given up; rejects only when the provider is closed meanwhile. */
export async function deliver(called: Called, kind: string, body: Body, courier: Courier): Promise<Callback> {
  const callback = callbackOf(kind, body);
  called.callbacks.push(callback);
  for (const [index, gapMs] of [0, ...GAPS_MS].entries()) {
    await courier.pace.wait(gapMs);
    if (called.silenced) {
      callback.outcome = callback.attempts.length === 0 ? "not_sent" : "given_up";
      return callback;
    }
    if (await attempted(called, callback, index + 1, courier)) {
      callback.outcome = "acknowledged";
      return callback;
    }
  }
  callback.outcome = "given_up";
  called.silenced = true;
  return callback;
}

function callbackOf(kind: string, body: Body): Callback {
  const raw = body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body);
  const bytes = typeof raw === "string" ? new Uint8Array(Buffer.from(raw)) : raw;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { kind, at: Date.now(), body: bytes, sha256, attempts: [], outcome: "sending" };
}

async function attempted(called: Called, callback: Callback, nth: number, courier: Courier): Promise<boolean> {
  const fault = courier.faults.callback(called, callback.kind, nth);
  if (fault !== null && typeof fault === "object") await courier.pace.wait(fault.delayMs);
  const attempts = await Promise.all(tries(called, callback, courier, fault));
  for (const attempt of attempts) {
    callback.attempts.push(attempt);
    courier.onAttempt(called, callback, attempt);
  }
  return attempts.some(({ status }) => status === 200);
}

function tries(called: Called, callback: Callback, courier: Courier, fault: CallbackFault | null): Promise<Attempt>[] {
  if (fault === "drop") return [Promise.resolve({ at: Date.now(), ms: 0, status: null, error: "dropped" })];
  return Array.from({ length: fault === "double" ? 2 : 1 }, () => post(called, callback, courier));
}

async function post(called: Called, { body }: Callback, { pace, timeoutMs, hmacKey }: Courier): Promise<Attempt> {
  const at = Date.now();
  const signed = hmacKey === null ? {} : signatureHeaders(hmacKey, called.taskId, Math.floor(at / 1000));
  try {
    const response = await fetch(called.request.callBackUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...signed },
      body,
      redirect: "manual",
      signal: AbortSignal.any([pace.closed, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return { at, ms: Date.now() - at, status: response.status, error: null };
  } catch (error) {
    pace.closed.throwIfAborted();
    return { at, ms: Date.now() - at, status: null, error: reasonOf(error) };
  }
}

/** `fetch` hides what happened ("fetch failed") in the cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
