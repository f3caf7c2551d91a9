/**
 * The provider's signature (KIE.AI, opt-in): `X-Webhook-Timestamp` in unix seconds, and `X-Webhook-Signature`, the
 * padded base64 of HMAC-SHA256(key, taskId + "." + timestamp). The body is not signed. Pure.
 */
import { createHmac } from "node:crypto";
import { isSameSecret } from "../access/same-secret.ts";

export interface SignatureHeaders {
  readonly timestamp: string;
  readonly signature: string;
}

const FRESH_MS = 24 * 60 * 60 * 1_000;

/** Of the two headers: Unix seconds, and base64 of 32 bytes. */
export const TIMESTAMP = /^\d{1,12}$/;
export const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

export function sign(key: string, taskId: string, timestamp: string): string {
  return createHmac("sha256", key).update(`${taskId}.${timestamp}`).digest("base64");
}

/** Whether any of the keys made the signature for this id. Every key is tried, in constant time. */
export function verifySignature(
  keys: readonly string[],
  taskId: string,
  { timestamp, signature }: SignatureHeaders,
): boolean {
  let valid = false;
  for (const key of keys) if (isSameSecret(signature, sign(key, taskId, timestamp))) valid = true;
  return valid;
}

/** The headers, if they have the form of a signature. Known before a body is read. */
export function signatureHeaders(
  timestamp: string | undefined,
  signature: string | undefined,
): SignatureHeaders | null {
  if (timestamp === undefined || signature === undefined || !TIMESTAMP.test(timestamp)) return null;
  if (!SIGNATURE.test(signature)) return null;
  return { timestamp, signature };
}

/** Within a day of `now` (epoch milliseconds). The provider defines no window; a captured pair is good for ever. */
export function isFresh({ timestamp }: SignatureHeaders, now: number): boolean {
  return Math.abs(now - Number(timestamp) * 1_000) <= FRESH_MS;
}
