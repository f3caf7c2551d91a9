/**
 * Fetches a file under the source policy and keeps it in R2 only if it is what it should be.
 *
 * Streamed: a file of known length through one put whose last chunk is withheld until the checks pass (an aborted
 * put stores nothing), one of unknown length through a buffer of one part, and multipart above that. A reason names
 * a code and what happened, never the link: that may hold a token.
 */
import { createHash } from "node:crypto";
import { HEAD_BYTES } from "../core/format.ts";
import { fileKey } from "../core/ids.ts";
import type { SourcePolicy } from "../core/source-policy.ts";
import { verify, type Verification } from "../core/verification.ts";
import { fileWriter, type FileWriter } from "./audio-store.ts";
import type { CopyOrder, CopyOutcome } from "./engine.ts";
import type { Slots } from "./slots.ts";
import { openSource } from "./source.ts";
import { stallWatch, type StallWatch } from "./stall-watch.ts";

export interface CopyRules {
  readonly policy: SourcePolicy;
  readonly maxBytes: number;
  /** The longest wait for headers, and then for each further byte. */
  readonly stallMs: number;
  /** For copies of unknown length, which hold a buffer of one part each. */
  readonly buffers: Slots;
}

/** Never rejects for what the server does; rejects where R2 does not answer as it should. */
export async function copyFile(
  order: CopyOrder,
  rules: CopyRules,
  bucket: R2Bucket,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const watch = stallWatch(rules.stallMs, signal);
  try {
    const response = await openSource(order.url, rules.policy, watch);
    return response instanceof Response
      ? await keep(response, order, rules, bucket, watch)
      : failed(response.reason, response.dead);
  } catch (error) {
    if (error instanceof StorageError) throw error;
    if (signal.aborted) return failed("timeout: the copy took longer than one run may", false);
    if (watch.signal.aborted) return failed(`timeout: no byte for ${rules.stallMs / 1_000} s`, false);
    return failed("unreachable: the connection failed or broke", false);
  } finally {
    watch.end();
  }
}

async function keep(
  response: Response,
  order: CopyOrder,
  rules: CopyRules,
  bucket: R2Bucket,
  watch: StallWatch,
): Promise<CopyOutcome> {
  const announced = announcedBytes(response);
  if (announced !== null && announced > rules.maxBytes) {
    await response.body?.cancel();
    return failed(`too_large: ${announced} bytes are announced, MAX_AUDIO_BYTES is ${rules.maxBytes}`, true);
  }
  const reader: Reader = (response.body ?? new Blob([]).stream()).getReader();
  const release = announced === null ? await rules.buffers.take() : undefined;
  try {
    const head = await readHead(reader, watch);
    const verification = verify(head, order.file);
    if (typeof verification === "string") return failed(verification, false);
    const key = fileKey(order.taskId, order.trackId, order.file, order.attempt, verification.format.extension);
    const writer = await fileWriter(bucket, key, announced, {
      contentType: verification.format.contentType,
      sourceUrlHash: order.linkHash,
    });
    return await pump(reader, head, verification, writer, { key, announced, maxBytes: rules.maxBytes, watch });
  } finally {
    release?.();
    await reader.cancel().catch(() => undefined);
  }
}

type Reader = ReadableStreamDefaultReader<unknown>;

interface Pumping {
  readonly key: string;
  readonly announced: number | null;
  readonly maxBytes: number;
  readonly watch: StallWatch;
}

async function pump(
  reader: Reader,
  head: Uint8Array,
  verification: Verification,
  writer: FileWriter,
  { key, announced, maxBytes, watch }: Pumping,
): Promise<CopyOutcome> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await readChunk(reader, watch)) {
      bytes += chunk.length;
      if (bytes > maxBytes) return await abandon(writer, `too_large: more than MAX_AUDIO_BYTES (${maxBytes})`, true);
      hash.update(chunk);
      verification.push(chunk);
      await stored(writer.write(chunk));
    }
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const problem = verification.finish(announced);
  if (problem !== null) return abandon(writer, problem, false);
  await stored(writer.close());
  return { stored: true, key, bytes, sha256: hash.digest("hex"), contentType: verification.format.contentType };
}

async function abandon(writer: FileWriter, reason: string, dead: boolean): Promise<CopyOutcome> {
  await writer.abort();
  return failed(reason, dead);
}

async function readHead(reader: Reader, watch: StallWatch): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const chunk = await readChunk(reader, watch);
    if (chunk === null) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function readChunk(reader: Reader, watch: StallWatch): Promise<Uint8Array | null> {
  watch.restart();
  const { done, value } = await reader.read();
  watch.pause();
  return done || !(value instanceof Uint8Array) ? null : value;
}

/** A length counts only for bytes that arrive as they were sent: of a decoded body it tells the encoded one. */
function announcedBytes(response: Response): number | null {
  const encoding = response.headers.get("content-encoding") ?? "identity";
  const length = response.headers.get("content-length");
  return length !== null && encoding === "identity" && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function failed(reason: string, dead: boolean): CopyOutcome {
  return { stored: false, reason, dead };
}

/** R2's own fault, as against the server's. */
class StorageError extends Error {
  override readonly name = "StorageError";
}

async function stored(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw new StorageError("R2 did not take the file", { cause });
  }
}
