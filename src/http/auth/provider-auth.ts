/**
 * Is it the provider? Checked before a body is read, as far as that can be.
 *
 * The token stands in the path; the signature in two headers. Where both are configured, a wrong signature refuses
 * and a missing one does not. The signature is made for one task id: every id of the message is tried, and the one
 * that verifies is used and no other; what came by a recovery's path is for the task that this names.
 */
import type { Context } from "hono";
import { isTaskId } from "../../core/ids.ts";
import { capabilityOf, claimedRef, RECOVERY_OF } from "../../core/provider/callback-url.ts";
import { scanTaskIds } from "../../core/provider/id-scan.ts";
import { recoveryRef } from "../../core/provider/recovery.ts";
import type { Secret } from "../../core/secrets.ts";
import { isFresh, signatureHeaders, verifySignature, type SignatureHeaders } from "../../core/provider/signature.ts";
import type { Verdict } from "../../core/task/trust.ts";
import { isOneOf, secretValues } from "./access.ts";
import type { AppEnv } from "../app-env.ts";
import { Problem } from "../problem.ts";

/** What the headers and the path proved, and what the body still has to. */
export interface Entry {
  readonly by: "token" | "capability" | "signature";
  /** The submission that the capability in the path is for. */
  readonly ref: string | null;
  /** The task of which the capability's submission is a recovery. */
  readonly recoveryOf: string | null;
  readonly signature: { readonly headers: SignatureHeaders; readonly keys: readonly string[] } | null;
}

/** How a message is known, and the task that it is for (of a recovery, the original): null where none of its ids is usable. */
export interface Admitted {
  readonly verdict: Verdict;
  readonly taskId: string | null;
}

/** For `POST /callback/:token`. */
export function enterByToken(c: Context<AppEnv>): Entry {
  const { callbackToken, callbackHmacKey } = c.get("config");
  const values = keysToTry(callbackToken, callbackHmacKey);
  const opened = pathEntrance(c.req.param("token") ?? "", values);
  if (opened === null) throw unauthorized();
  const original = c.req.query(RECOVERY_OF);
  const isRecovery = original !== undefined && isTaskId(original) && opened.ref === recoveryRef(original);
  const entrance = { ...opened, recoveryOf: isRecovery ? original : null };
  const claimed = c.req.header(TIMESTAMP) !== undefined || c.req.header(SIGNATURE) !== undefined;
  if (callbackHmacKey.state !== "set" || !claimed) return { ...entrance, signature: null };
  return { ...entrance, signature: { headers: signedHeaders(c), keys: callbackHmacKey.values } };
}

/** The bare token, or one that was derived from it for one submission. */
function pathEntrance(token: string, values: readonly string[]): Pick<Entry, "by" | "ref"> | null {
  const bare = isOneOf(token, values);
  const ref = claimedRef(token);
  const derived =
    ref !== null &&
    isOneOf(
      token,
      values.map((value) => capabilityOf(value, ref)),
    );
  if (bare) return { by: "token", ref: null };
  return derived ? { by: "capability", ref } : null;
}

/** For `POST /callback`. */
export function enterBySignature(c: Context<AppEnv>): Entry {
  const { callbackToken, callbackHmacKey } = c.get("config");
  const keys = keysToTry(callbackHmacKey, callbackToken);
  return { by: "signature", ref: null, recoveryOf: null, signature: { headers: signedHeaders(c), keys } };
}

/**
 * Throws where nothing but a signature vouches for a body, and it is for none of the ids that stand in its text. `text`
 * is null where the body is none.
 */
export function refuseUnsigned({ by, signature }: Entry, text: string | null): void {
  if (by !== "signature" || signature === null) return;
  const scannedIds = text === null ? [] : scanTaskIds(text);
  if (!scannedIds.some((taskId) => verifySignature(signature.keys, taskId, signature.headers))) throw unauthorized();
}

/**
 * The second half, once the ids of the message are known. `canAsk`: a signature alone waits for the provider's record
 * to confirm it. Throws the refusal.
 */
export function admitMessage(entry: Entry, taskIds: readonly string[], canAsk: boolean, now: number): Admitted {
  const { by, recoveryOf, signature } = entry;
  const [first] = taskIds;
  if (signature === null)
    return { verdict: by === "capability" ? "capability" : "token", taskId: recoveryOf ?? first ?? null };
  const signed = taskIds.find((taskId) => verifySignature(signature.keys, taskId, signature.headers));
  if (signed !== undefined && by !== "signature") return { verdict: `${by}+hmac`, taskId: recoveryOf ?? signed };
  if (signed !== undefined) return { verdict: signatureVerdict(signature.headers, canAsk, now), taskId: signed };
  // A body without any id has nothing that could be signed: what stands in the path vouches for it.
  if (by !== "signature" && first === undefined) return { verdict: by, taskId: recoveryOf };
  throw unauthorized();
}

function signatureVerdict(headers: SignatureHeaders, canAsk: boolean, now: number): Verdict {
  if (canAsk) return "hmac_unconfirmed";
  return isFresh(headers, now) ? "hmac" : "hmac_stale";
}

const TIMESTAMP = "x-webhook-timestamp";
const SIGNATURE = "x-webhook-signature";

/** A door of which only the other half is configured refuses like a wrong key; one without any says how to open it. */
function keysToTry(own: Secret, other: Secret): readonly string[] {
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
