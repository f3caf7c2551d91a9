/** Compares what somebody sent with what only we should know. Pure. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether both are the same text. Hashes are equally long: neither the length nor a right beginning shows in the time. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(sha256(given), sha256(secret));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
