/**
 * Names: which task ids are usable, what a track is called in our URLs, where a file lies in R2.
 *
 * Pure. Hashes are lower-case hex SHA-256.
 */
import { createHash } from "node:crypto";

/** A task id that can name an object, a KV key, an R2 folder and a URL segment (`%2e%2e` would leave it). */
export const TASK_ID = /^(?!\.\.?$)[A-Za-z0-9*._~-]{1,128}$/;
/** A track as our URLs name it. */
export const TRACK_ID = /^(?!\.\.?$)[A-Za-z0-9*._~-]{1,64}$/;
export const SHA256 = /^[0-9a-f]{64}$/;

/** SHA-256 of UTF-8 text or bytes, as 64 hex digits. */
export function sha256Hex(input: string | Uint8Array): string {
  return createHash("sha256").update(input).digest("hex");
}

export function isTaskId(value: string): boolean {
  return TASK_ID.test(value);
}

/** The name of a track in our URLs: the provider's own id where it is usable, else `x` and 32 hex of its hash. */
export function publicTrackId(providerId: string): string {
  return TRACK_ID.test(providerId) ? providerId : `x${sha256Hex(providerId).slice(0, 32)}`;
}

/** The short name of a link in the log and in R2 metadata. The link itself may carry a token. */
export function linkHash(link: string): string {
  return sha256Hex(link).slice(0, 32);
}

/** One R2 key for each attempt, never used twice: a late writer of an older attempt cannot touch a kept file. */
export function fileKey(
  taskId: string,
  trackId: string,
  file: "audio" | "cover" | "file" | "waveform",
  attempt: number,
  extension: string,
): string {
  return `${taskPrefix(taskId)}${trackId}/${file}-${attempt}.${extension}`;
}

/** Everything of one task in R2 lies under this prefix. */
export function taskPrefix(taskId: string): string {
  return `tasks/${taskId}/`;
}
