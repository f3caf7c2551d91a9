/** Compares what somebody sent with what only we should know. Pure. */
import { timingSafeEqual } from "node:crypto";

const encoder = new TextEncoder();

/** Whether both are the same text. Where they are equally long, no right beginning shows in the time; a length is no secret. */
export function isSameSecret(given: string, secret: string): boolean {
  const [a, b] = [encoder.encode(given), encoder.encode(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
