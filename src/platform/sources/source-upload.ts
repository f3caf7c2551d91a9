/**
 * Takes an upload in as a source: streamed, verified, and looked into. Apart from the store, as this needs the decoder.
 */
import { createHash } from "node:crypto";
import { sourceReportOf, type SourceReport } from "../../core/audio/findings/source-report.ts";
import { verify } from "../../core/audio/verification.ts";
import { bodyReader, readChunk, readHead } from "../audio/body-reader.ts";
import { listenToSource, type SourceRules } from "../audio/source-check.ts";
import { stallWatch } from "../audio/stall-watch.ts";
import { fileWriter } from "../audio/store.ts";
import { INCOMING, PREFIX, sourceFile } from "./source-store.ts";

export interface KeptSource {
  readonly sourceId: string;
  readonly report: SourceReport;
}

const STALL_MS = 30_000;
const BROKEN_OFF = "broken_off: the body broke off before its end";

/** A string says why it is not kept; nothing of it is then. */
export async function keepSource(
  bucket: R2Bucket,
  body: Response,
  announced: number | null,
  rules: Omit<SourceRules, "policy">,
  signal: AbortSignal,
): Promise<KeptSource | string> {
  if (announced !== null && announced > rules.maxBytes) return tooLarge(rules.maxBytes);
  const watch = stallWatch(STALL_MS, signal);
  const reader = bodyReader(body);
  const incoming = `${INCOMING}${crypto.randomUUID()}`;
  try {
    const head = await received(readHead(reader, watch));
    if (head === undefined) return BROKEN_OFF;
    const verification = verify(head, "audio");
    if (typeof verification === "string") return verification.replace("the server sent", "the file has");
    const { contentType, extension } = verification.format;
    const writer = await fileWriter(bucket, incoming, announced, { contentType, sourceUrlHash: "" });
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      let chunk: Uint8Array | null | undefined = head;
      for (; chunk !== null && chunk !== undefined; chunk = await received(readChunk(reader, watch))) {
        bytes += chunk.length;
        hash.update(chunk);
        verification.push(chunk);
        if (bytes > rules.maxBytes) break;
        await writer.write(chunk);
      }
      if (chunk === undefined) {
        await writer.abort();
        return BROKEN_OFF;
      }
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const problem = bytes > rules.maxBytes ? tooLarge(rules.maxBytes) : verification.finish(announced);
    if (problem !== null) {
      await writer.abort();
      return problem;
    }
    await writer.close();
    const sourceId = hash.digest("hex");
    await move(bucket, incoming, `${PREFIX}${sourceId}/audio.${extension}`, contentType);
    const report = await judge(bucket, sourceId, rules, signal);
    return { sourceId, report };
  } finally {
    watch.end();
    await reader.cancel().catch(() => undefined);
  }
}

/** Undefined where its sender went away. */
function received<T>(part: Promise<T>): Promise<T | undefined> {
  return part.catch(() => undefined);
}

async function move(bucket: R2Bucket, from: string, to: string, contentType: string): Promise<void> {
  const object = await bucket.get(from);
  if (object === null) throw new Error("what was just stored is gone from R2");
  await bucket.put(to, object.body, { httpMetadata: { contentType } });
  await bucket.delete(from);
}

async function judge(
  bucket: R2Bucket,
  sourceId: string,
  rules: Omit<SourceRules, "policy">,
  signal: AbortSignal,
): Promise<SourceReport> {
  const file = await sourceFile(bucket, sourceId);
  const object = file === null ? null : await bucket.get(file.key);
  if (object === null) throw new Error("what was just stored is gone from R2");
  const watch = stallWatch(STALL_MS, signal);
  const reader = bodyReader(new Response(object.body));
  try {
    const heard = await listenToSource(reader, object.size, rules, watch);
    if (typeof heard === "string") throw new Error(heard);
    const report = sourceReportOf(heard.facts, heard.problem, sourceId, heard.landmarks);
    await bucket.put(`${PREFIX}${sourceId}/report.json`, JSON.stringify(report));
    return report;
  } finally {
    watch.end();
    await reader.cancel().catch(() => undefined);
  }
}

function tooLarge(maxBytes: number): string {
  return `too_large: a source may have ${maxBytes} bytes (MAX_AUDIO_BYTES)`;
}
