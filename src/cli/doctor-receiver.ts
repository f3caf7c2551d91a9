/**
 * A deployed receiver, spoken to as its provider does and as its readers do, about one clearly marked probe task.
 *
 * Secrets go where the provider and readers put them and nowhere else. No redirect is followed: the provider would
 * lose its body on one, and a secret would go along.
 */
import { randomBytes } from "node:crypto";
import { sign } from "../core/provider/signature.ts";

/** For each answer. */
export const TIMEOUT_MS = 15_000;

/** Null: not known here. */
export interface DoctorSecrets {
  readonly callbackToken: string | null;
  readonly callbackHmacKey: string | null;
  readonly apiToken: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Null where it is none. */
  readonly json: unknown;
  readonly tookMs: number;
}

export interface Receiver {
  readonly origin: string;
  readonly secrets: DoctorSecrets;
  /** Of the probe: `backline-doctor-` and chance. */
  readonly taskId: string;
  /** As anybody. Rejects where no answer comes. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Answer>;
  /** As a reader. */
  readonly read: (path: string, method?: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** As the provider; null where neither of its secrets is known. */
  readonly deliver: () => Promise<Answer | null>;
  /** As somebody who guesses. */
  readonly guess: () => Promise<readonly Answer[]>;
}

export function receiverAt(origin: string, secrets: DoctorSecrets): Receiver {
  const taskId = `backline-doctor-${randomBytes(8).toString("hex")}`;
  const message = { code: 200, msg: "a probe", data: { callbackType: "text", task_id: taskId, data: [] } };
  const delivery = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
  };

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${origin}${path}`, { ...init, redirect: "manual", signal });
    const json = await jsonOf(response);
    return { status: response.status, headers: response.headers, json, tookMs: performance.now() - startedAt };
  }

  return {
    origin,
    secrets,
    taskId,
    ask,
    read: (path, method = "GET", headers = {}) =>
      ask(path, { method, headers: { ...headers, authorization: `Bearer ${secrets.apiToken ?? ""}` } }),
    async deliver() {
      const { callbackToken, callbackHmacKey } = secrets;
      // As a person pastes it: what would have to be escaped fails here as it would at the provider.
      if (callbackToken !== null) return ask(`/callback/${callbackToken}`, delivery);
      if (callbackHmacKey === null) return null;
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signed = {
        "x-webhook-timestamp": timestamp,
        "x-webhook-signature": sign(callbackHmacKey, taskId, timestamp),
      };
      return ask("/callback", { ...delivery, headers: { ...delivery.headers, ...signed } });
    },
    guess: () => {
      const wrong = randomBytes(24).toString("base64url");
      const reader = { headers: { authorization: `Bearer ${wrong}` } };
      return Promise.all([ask(`/callback/${wrong}`, delivery), ask("/tasks?limit=1", reader)]);
    },
  };
}

/** What is no JSON is not read: it may be a whole song. */
async function jsonOf(response: Response): Promise<unknown> {
  if (!/\bjson\b/.test(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel();
    return null;
  }
  try {
    return await response.json();
  } catch {
    return null;
  }
}
