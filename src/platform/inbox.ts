/**
 * Authenticated deliveries that belong to no task, or whose task could not be reached: kept in R2 under `inbox/`.
 *
 * Named by the hash of the bytes, so that a redelivery is the same entry.
 */
export type InboxReason = "not_utf8" | "not_json" | "no_task_id" | "unreachable";

export interface InboxEntry {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly reason: InboxReason;
  readonly verdict: string;
  readonly receivedAt: number;
}

export async function fileInInbox(
  bucket: R2Bucket,
  { bytes, sha256, reason, verdict, receivedAt }: InboxEntry,
): Promise<void> {
  await bucket.put(`inbox/${sha256}`, bytes, {
    customMetadata: { reason, verdict, receivedAt: new Date(receivedAt).toISOString() },
  });
}
