/**
 * The headers that KIE.AI adds to a callback when a webhook key is configured.
 *
 * Only the task id and the time are signed, never the body: that is the provider's scheme, not a choice made here.
 */
import { createHmac } from "node:crypto";

/** `timestamp` is in unix seconds. */
export function signatureHeaders(key: string, taskId: string, timestamp: number): Record<string, string> {
  const signature = createHmac("sha256", key).update(`${taskId}.${timestamp}`).digest("base64");
  return { "X-Webhook-Timestamp": String(timestamp), "X-Webhook-Signature": signature };
}
