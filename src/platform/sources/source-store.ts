/**
 * Sources that were uploaded here: `sources/<sha256>/` in R2, with what was found of each beside it.
 *
 * Streamed: the hash is known only at the end, so the bytes first lie under `sources/incoming/`. A submission leaves a
 * mark there under its reference; what nobody submitted goes after a day, the rest when the last of its tasks does.
 */
import { createHash } from "node:crypto";
import { sourceReport, sourceReportOf, type SourceReport } from "../../core/audio/findings/source-report.ts";
import { verify } from "../../core/audio/verification.ts";
import { bodyReader, readChunk, readHead } from "../audio/body-reader.ts";
import { listenToSource, type SourceRules } from "../audio/source-check.ts";
import { stallWatch } from "../audio/stall-watch.ts";
import { fileWriter } from "../audio/store.ts";

export interface KeptSource {
  readonly sourceId: string;
  readonly report: SourceReport;
}

export interface SourceFile {
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  /** When it was uploaded, in epoch milliseconds. */
  readonly keptAt: number;
}

const PREFIX = "sources/";
const INCOMING = `${PREFIX}incoming/`;
const STALL_MS = 30_000;
const UNUSED_MS = 24 * 3_600_000;

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
    const head = await readHead(reader, watch);
    const verification = verify(head, "audio");
    if (typeof verification === "string") return verification.replace("the server sent", "the file has");
    const { contentType, extension } = verification.format;
    const writer = await fileWriter(bucket, incoming, announced, { contentType, sourceUrlHash: "" });
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      for (let chunk: Uint8Array | null = head; chunk !== null; chunk = await readChunk(reader, watch)) {
        bytes += chunk.length;
        hash.update(chunk);
        verification.push(chunk);
        if (bytes > rules.maxBytes) break;
        await writer.write(chunk);
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

/** What was found of it; null where there is no such source (any more). */
export async function reportOf(bucket: R2Bucket, sourceId: string): Promise<SourceReport | null> {
  const object = await bucket.get(`${PREFIX}${sourceId}/report.json`);
  return object === null ? null : sourceReport.parse(await object.json());
}

export async function sourceFile(bucket: R2Bucket, sourceId: string): Promise<SourceFile | null> {
  const { objects } = await bucket.list({ prefix: `${PREFIX}${sourceId}/audio.`, include: ["httpMetadata"] });
  const [found] = objects;
  if (found === undefined) return null;
  const { key, size: bytes, httpMetadata, uploaded } = found;
  return {
    key,
    bytes,
    keptAt: uploaded.getTime(),
    contentType: httpMetadata?.contentType ?? "application/octet-stream",
  };
}

/** A submission needs it from now on, or no longer. */
export async function useSource(bucket: R2Bucket, sourceId: string, ref: string): Promise<void> {
  await bucket.put(markOf(sourceId, ref), "");
}

export async function releaseSource(bucket: R2Bucket, sourceId: string, ref: string): Promise<void> {
  await bucket.delete(markOf(sourceId, ref));
}

/** Drops what was uploaded more than a day ago and is of no submission. `now` is epoch milliseconds. */
export async function dropUnusedSources(bucket: R2Bucket, now: number): Promise<void> {
  const groups = new Map<string, { readonly keys: string[]; newest: number; isUsed: boolean }>();
  for (let cursor: string | undefined, more = true; more;) {
    const page: R2Objects = await bucket.list({ prefix: PREFIX, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key, uploaded } of page.objects) {
      const name = key.startsWith(INCOMING) ? key : (key.split("/")[1] ?? key);
      const group = groups.get(name) ?? { keys: [], newest: 0, isUsed: false };
      groups.set(name, group);
      group.keys.push(key);
      group.newest = Math.max(group.newest, uploaded.getTime());
      group.isUsed ||= key.includes("/used-by/");
    }
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  for (const { keys, newest, isUsed } of groups.values())
    if (!isUsed && now - newest > UNUSED_MS) await bucket.delete(keys);
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
    const report = sourceReportOf(heard.facts, heard.problem, sourceId, heard.rhythm);
    await bucket.put(`${PREFIX}${sourceId}/report.json`, JSON.stringify(report));
    return report;
  } finally {
    watch.end();
    await reader.cancel().catch(() => undefined);
  }
}

function markOf(sourceId: string, ref: string): string {
  return `${PREFIX}${sourceId}/used-by/${ref}`;
}

function tooLarge(maxBytes: number): string {
  return `too_large: a source may have ${maxBytes} bytes (MAX_AUDIO_BYTES)`;
}
