/**
 * Is it the provider? Checked before a body is read, as far as that can be.
 *
 * The token stands in the path; the signature in two headers. Where both are configured, a wrong signature refuses
 * and a missing one does not. The signature is made for one task id: every id of the message is tried, and the one
 * that verifies is used and no other.
 */
import type { Context } from "hono";
import type { Secret } from "../core/config.ts";
import { isFresh, signatureHeaders, verifySignature, type SignatureHeaders } from "../core/signature.ts";
import type { Verdict } from "../core/verdict.ts";
import { isOneOf, secretValues } from "./access.ts";
import type { AppEnv } from "./app-env.ts";
import { Problem } from "./problem.ts";

/** What the headers and the path proved, and what the body still has to. */
export interface Entry {
  readonly byToken: boolean;
  readonly signature: { readonly headers: SignatureHeaders; readonly keys: readonly string[] } | null;
}

/** How a message is known, and the task that it is for: null where none of its ids is usable. */
export interface Admitted {
  readonly verdict: Verdict;
  readonly taskId: string | null;
}

/** For `POST /callback/:token`. */
export function enterByToken(c: Context<AppEnv>): Entry {
  const { callbackToken, callbackHmacKey } = c.get("config");
  const values = doorValues(callbackToken, callbackHmacKey);
  if (!isOneOf(c.req.param("token") ?? "", values)) throw unauthorized();
  const claimed = c.req.header(TIMESTAMP) !== undefined || c.req.header(SIGNATURE) !== undefined;
  if (callbackHmacKey.state !== "set" || !claimed) return { byToken: true, signature: null };
  return { byToken: true, signature: { headers: signedHeaders(c), keys: callbackHmacKey.values } };
}

/** For `POST /callback`. */
export function enterBySignature(c: Context<AppEnv>): Entry {
  const { callbackToken, callbackHmacKey } = c.get("config");
  const keys = doorValues(callbackHmacKey, callbackToken);
  return { byToken: false, signature: { headers: signedHeaders(c), keys } };
}

/** The second half, once the ids of the message are known. Throws the refusal. */
export function admitMessage({ byToken, signature }: Entry, taskIds: readonly string[], now: number): Admitted {
  const [first] = taskIds;
  if (signature === null) return { verdict: "token", taskId: first ?? null };
  const signed = taskIds.find((taskId) => verifySignature(signature.keys, taskId, signature.headers));
  if (signed !== undefined && byToken) return { verdict: "token+hmac", taskId: signed };
  if (signed !== undefined) return { verdict: isFresh(signature.headers, now) ? "hmac" : "hmac_stale", taskId: signed };
  // A body without any id has nothing that could be signed: the token alone vouches for it.
  if (byToken && first === undefined) return { verdict: "token", taskId: null };
  throw unauthorized();
}

const TIMESTAMP = "x-webhook-timestamp";
const SIGNATURE = "x-webhook-signature";

/** A door of which only the other half is configured refuses like a wrong key; one without any says how to open it. */
function doorValues(own: Secret, other: Secret): readonly string[] {
  if (own.state === "missing" && other.state === "set") throw unauthorized();
  return secretValues(own.state === "missing" && other.state === "invalid" ? other : own);
}

function signedHeaders(c: Context): SignatureHeaders {
  const headers = signatureHeaders(c.req.header(TIMESTAMP), c.req.header(SIGNATURE));
  if (headers === null) throw unauthorized();
  return headers;
}

/** The same for every cause, so that a stranger learns nothing. */
function unauthorized(): Problem {
  return new Problem(
    "unauthorized",
    "The callback could not be authenticated. Use the callBackUrl that was configured for this Worker.",
  );
}
