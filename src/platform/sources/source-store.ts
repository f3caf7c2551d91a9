/**
 * Sources that were uploaded here: `sources/<sha256>/` in R2, with what was found of each beside it.
 *
 * Streamed: the hash is known only at the end, so the bytes first lie under `sources/incoming/`. A submission leaves a
 * mark there under its reference; what nobody submitted goes after a day, the rest when the last of its tasks does.
 */
import { sourceReport, type SourceReport } from "../../core/audio/findings/source-report.ts";

export interface SourceFile {
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  /** When it was uploaded, in epoch milliseconds. */
  readonly keptAt: number;
}

export const PREFIX = "sources/";
export const INCOMING = `${PREFIX}incoming/`;
const USED_BY = "/used-by/";
const UNUSED_MS = 24 * 3_600_000;

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

/**
 * A task of it is gone, that was made at `createdAt`, in epoch milliseconds: with the last one so is the source, unless
 * it was uploaded again since.
 */
export async function dropSourceOf(bucket: R2Bucket, sourceId: string, ref: string, createdAt: number): Promise<void> {
  await releaseSource(bucket, sourceId, ref);
  const { objects } = await bucket.list({ prefix: `${PREFIX}${sourceId}/` });
  const isWanted = objects.some(({ key, uploaded }) => key.includes(USED_BY) || uploaded.getTime() > createdAt);
  if (!isWanted) await bucket.delete(objects.map(({ key }) => key));
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
      group.isUsed ||= key.includes(USED_BY);
    }
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  for (const { keys, newest, isUsed } of groups.values())
    if (!isUsed && now - newest > UNUSED_MS) await bucket.delete(keys);
}

function markOf(sourceId: string, ref: string): string {
  return `${PREFIX}${sourceId}${USED_BY}${ref}`;
}
