/** What lies in R2, held against the timelines: nothing that no event names, nothing missing, nothing twice. */
import type { Miniflare } from "miniflare";
import * as z from "zod";
import type { TimelineItem } from "../local/backline-client.ts";

export interface KeptObject {
  readonly key: string;
  readonly bytes: number;
  /** Of an object that was put in one piece its MD5, as R2 found it. */
  readonly etag: string;
}

/** Everything of the tasks. */
export async function objectsIn(miniflare: Pick<Miniflare, "getR2Bucket">): Promise<readonly KeptObject[]> {
  const bucket = await miniflare.getR2Bucket("AUDIO");
  const objects: KeptObject[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await bucket.list({ prefix: "tasks/", ...(cursor === undefined ? {} : { cursor }) });
    objects.push(...page.objects.map(({ key, size, etag }) => ({ key, bytes: size, etag })));
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  return objects;
}

/** A result for each object that is there and each that should be. */
export function namedResults(objects: readonly KeptObject[], events: readonly TimelineItem[]): (string | null)[] {
  const swept = sweptKeys(events);
  const named = new Set(events.flatMap(keysOf).filter((key) => !swept.has(key)));
  const cut = new Set(events.flatMap(cutKeysOf).filter((key) => !swept.has(key)));
  const keys = new Set(objects.map(({ key }) => key));
  const strays = [...keys].map((key) =>
    named.has(key) || cut.has(key) ? null : `${key} lies in R2, and no event names it.`,
  );
  return [...strays, ...[...named].flatMap((key) => (keys.has(key) ? [] : [`${key} is named, and not in R2.`]))];
}

/**
 * A result for each file: whether it lies there once, by its name and by its bytes. No two of the provider's are alike;
 * the notes of a song are, and both takes of the tasks whose ids are in `equal`.
 */
export function onceResults(objects: readonly KeptObject[], equal: ReadonlySet<string> = new Set()): (string | null)[] {
  const files = objects.filter(({ key }) => /\/(?:audio|cover|file)-\d+\.(?!mid$)\w+$/.test(key));
  const named = ({ key }: KeptObject): string => key.replace(/-\d+\.\w+$/, "");
  const filled = (object: KeptObject): string =>
    equal.has(object.key.split("/")[1] ?? "") ? `${object.etag} ${named(object)}` : object.etag;
  return [named, filled].flatMap((name) =>
    [...Map.groupBy(files, name).values()].map((same) =>
      same.length === 1 ? null : `${same.map(({ key }) => key).join(" and ")} are the same file.`,
    ),
  );
}

/** The union of all events does not tell the compiler of these. */
const optional = z.object({ keys: z.array(z.string()).optional(), cut: z.object({ key: z.string() }).optional() });

/** What other files took the place of, and was deleted. */
export function sweptKeys(events: readonly TimelineItem[]): ReadonlySet<string> {
  return new Set(events.flatMap((event) => (event.type === "swept" ? (optional.parse(event).keys ?? []) : [])));
}

function keysOf(event: TimelineItem): readonly string[] {
  if (event.type === "assessed") return event.waveformKey === null ? [] : [event.waveformKey];
  return event.type === "copied" ? [event.key] : [];
}

/** A last resort is there only as long as nothing longer is. */
function cutKeysOf(event: TimelineItem): readonly string[] {
  return event.type === "copy_failed" ? [optional.parse(event).cut?.key ?? []].flat() : [];
}
