/**
 * The callBackUrl of one submission: `<ref>.<hex HMAC-SHA256(CALLBACK_TOKEN, ref)>` as the path token. Pure.
 *
 * It opens the door for one reference alone, so that a leaked URL of one task reports nothing about another.
 */
import { createHmac } from "node:crypto";

/** Our or the user's name of a submission. */
export const REF = /^[A-Za-z0-9_-]{1,64}$/;
export const REF_RULE = "must be 1 to 64 of A-Z a-z 0-9 _ -";

/** The parameter of a recovery's callBackUrl: the task that it is of. Its ref is made of that task's id. */
export const RECOVERY_OF = "task";

export function isRef(text: string): boolean {
  return REF.test(text);
}

export function capabilityOf(callbackToken: string, ref: string): string {
  return `${ref}.${createHmac("sha256", callbackToken).update(ref).digest("hex")}`;
}

/** The reference that a path token claims, if it has the form of a capability. */
export function claimedRef(pathToken: string): string | null {
  const [, ref] = /^(.+)\.[0-9a-f]{64}$/.exec(pathToken) ?? [];
  return ref !== undefined && isRef(ref) ? ref : null;
}
