/**
 * Fetches a file under the source policy and keeps it in R2 only if it is what it should be.
 *
 * Streamed: a file of known length through one put whose last chunk is withheld until the checks pass (an aborted
 * put stores nothing), one of unknown length through a buffer of one part, and multipart above that. A reason names
 * a code and what happened, never the link: that may hold a token.
 */
import { createHash } from "node:crypto";
import { fileKey } from "../../core/ids.ts";
import type { SourcePolicy } from "../../core/access/fetch-policy.ts";
import { verify, type Verification } from "../../core/audio/verification.ts";
import { byLength, type Played } from "../../core/task/length.ts";
import { bodyReader, readChunk, readHeadSoFar, type BodyReader, type Head } from "./body-reader.ts";
import { fileWriter, type FileWriter } from "./store.ts";
import type { CopyOrder, CopyOutcome } from "../task/effects.ts";
import type { Slots } from "./slots.ts";
import { openSource, wholeBytes } from "./download.ts";
import { stallWatch, type StallWatch } from "./stall-watch.ts";

export interface ByteLimit {
  /** The variable that sets it. */
  readonly setting: string;
  readonly bytes: number;
}

export interface CopyRules {
  readonly policy: SourcePolicy;
  readonly limit: ByteLimit;
  /** The longest wait for headers, and then for each further byte. */
  readonly stallMs: number;
  /** Of the whole copy, from its start. */
  readonly longestMs: number;
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
  const bound = AbortSignal.timeout(rules.longestMs);
  const watch = stallWatch(rules.stallMs, AbortSignal.any([signal, bound]));
  try {
    const response = await openSource(order.url, rules.policy, watch);
    return response instanceof Response
      ? await keep(response, order, rules, bucket, watch, signal)
      : failed(response.reason, response.dead);
  } catch (error) {
    if (error instanceof StorageError) throw error;
    return failed(breakOf(watch, signal, rules, NOTHING), false);
  } finally {
    watch.end();
  }
}

/** What had come before a connection broke. `announced` is null where the server named no length. */
interface Came {
  readonly bytes: number;
  readonly announced: number | null;
}

const NOTHING: Came = { bytes: 0, announced: null };

/** Why a connection gave no more bytes. */
function breakOf(
  watch: StallWatch,
  signal: AbortSignal,
  { stallMs, longestMs }: CopyRules,
  { bytes, announced }: Came,
): string {
  const far = bytes === 0 ? "" : ` after ${announced === null ? bytes : `${bytes} of ${announced}`} bytes`;
  if (signal.aborted) return `timeout: the copy took longer than one run may${far}`;
  if (watch.isStalled()) return `timeout: no byte for ${stallMs / 1_000} s${far}`;
  if (watch.signal.aborted) return `timeout: the copy took longer than ${longestMs / 60_000} minutes${far}`;
  return far === "" ? "unreachable: the connection failed or broke" : `truncated: the connection broke${far}`;
}

async function keep(
  response: Response,
  order: CopyOrder,
  rules: CopyRules,
  bucket: R2Bucket,
  watch: StallWatch,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const announced = wholeBytes(response);
  const { limit } = rules;
  if (announced !== null && announced > limit.bytes) {
    await response.body?.cancel();
    return failed(`too_large: ${announced} bytes are announced, ${limit.setting} is ${limit.bytes}`, true);
  }
  const reader = bodyReader(response);
  const release = announced === null ? await rules.buffers.take() : undefined;
  try {
    const head = await readHeadSoFar(reader, watch);
    const breaks = (bytes: number): string => breakOf(watch, signal, rules, { bytes, announced });
    const verification = verify(head.bytes, order.media, { claimedSeconds: order.claimedSeconds ?? null });
    // Of a head that broke off, its bytes may be too few to tell what it is.
    if (typeof verification === "string")
      return failed(head.isBroken ? breaks(head.bytes.length) : verification, false);
    const key = fileKey(order.taskId, order.trackId, order.file, order.attempt, verification.format.extension);
    const writer = await fileWriter(bucket, key, announced, {
      contentType: verification.format.contentType,
      sourceUrlHash: order.linkHash,
    });
    const cutKey = fileKey(
      order.taskId,
      order.trackId,
      order.file,
      order.attempt,
      `cut.${verification.format.extension}`,
    );
    const pumping = { key, cutKey, announced, limit, watch, breaks };
    return await pump(reader, head, verification, writer, { ...pumping, longestCut: order.longestCut ?? null });
  } finally {
    release?.();
    await reader.cancel().catch(() => undefined);
  }
}

interface Pumping {
  readonly key: string;
  readonly cutKey: string;
  readonly announced: number | null;
  readonly limit: ByteLimit;
  readonly longestCut: Played | null;
  readonly watch: StallWatch;
  /** Why the connection broke, once it did, after so many bytes. */
  readonly breaks: (bytes: number) => string;
}

async function pump(
  reader: BodyReader,
  head: Head,
  verification: Verification,
  writer: FileWriter,
  { key, cutKey, announced, limit, longestCut, watch, breaks }: Pumping,
): Promise<CopyOutcome> {
  const hash = createHash("sha256");
  let bytes = 0;
  let broken: string | null = null;
  const next = async (): Promise<Uint8Array | null> => {
    if (head.isBroken) throw new Error("the connection broke");
    return readChunk(reader, watch);
  };
  try {
    for (let chunk: Uint8Array | null = head.bytes; chunk !== null; chunk = await next()) {
      bytes += chunk.length;
      if (bytes > limit.bytes)
        return await abandon(writer, `too_large: more than ${limit.setting} (${limit.bytes})`, true);
      hash.update(chunk);
      verification.push(chunk);
      await stored(writer.write(chunk));
    }
  } catch (error) {
    if (error instanceof StorageError) {
      await writer.abort();
      throw error;
    }
    broken = breaks(bytes);
  }
  const refused = verification.finish(announced);
  const problem = broken ?? refused;
  const container = verification.facts();
  const { contentType } = verification.format;
  const facts = { bytes, sha256: hash.digest("hex"), contentType, container };
  if (problem === null) {
    await stored(writer.close());
    return { stored: true, key, ...facts };
  }
  const plays = (container.durationSeconds ?? 0) > 0;
  if (!plays || (longestCut !== null && byLength(facts, longestCut) >= 0)) return abandon(writer, problem, false);
  const kept = await stored(writer.closeCut(cutKey));
  return { ...failed(problem, false), cut: { key: kept, ...facts } };
}

async function abandon(writer: FileWriter, reason: string, dead: boolean): Promise<CopyOutcome> {
  await writer.abort();
  return failed(reason, dead);
}

function failed(reason: string, dead: boolean): Extract<CopyOutcome, { stored: false }> {
  return { stored: false, reason, dead };
}

/** R2's own fault, as against the server's. */
class StorageError extends Error {
  override readonly name = "StorageError";
}

async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new StorageError("R2 did not take the file", { cause });
  }
}
