/**
 * The files of a task that delivers no tracks: a selector over what was said of it, so that order cannot show.
 *
 * A file is a track of one file: its name stands for the track's id, and its links are ranked as a track's are. Pure.
 */
import type { Media } from "../audio/format.ts";
import { linkHash } from "../ids.ts";
import { MAX_FILES } from "../provider/products/product-files.ts";
import { entryOf } from "../provider/products/products.ts";
import { isMusic, productOf, saidOf } from "./product.ts";
import type { FileKind, Observed } from "./event.ts";
import type { Task } from "./task.ts";
import { rankedLinks } from "./links.ts";
import { tracksOf, type Track } from "./tracks.ts";

/** What a task delivers, whichever that is: its tracks, or its files. */
export function deliveredBy(task: Task): readonly Track[] {
  return isMusic(task) ? tracksOf(task) : filesOf(task);
}

/** Its tracks, where it delivers tracks: what is said of music under another product's id is waited for by nobody. */
export function takesOf(task: Task): readonly Track[] {
  return isMusic(task) ? tracksOf(task) : [];
}

/** What the bytes of a file of the task have to be. */
export function mediaOf(task: Task, file: FileKind): Media {
  if (file !== "file") return file === "cover" ? "image" : "audio";
  return entryOf(productOf(task))?.files?.media ?? "any";
}

const selected = new WeakMap<Task, readonly Track[]>();

/** Empty for music. */
export function filesOf(task: Task): readonly Track[] {
  if (isMusic(task)) return [];
  const known = selected.get(task) ?? selectFiles(task);
  selected.set(task, known);
  return known;
}

interface Mention {
  /** Null where what was sent as its link is none, for the reason. */
  readonly url: string | null;
  readonly refused?: string;
  readonly observed: Observed;
}

/** Over the bound, those that were named first stay. */
function selectFiles(task: Task): readonly Track[] {
  const named = new Map<string, Mention[]>();
  const said = saidOf(task).toSorted((a, b) => a.at - b.at || (a.sha256 < b.sha256 ? -1 : 1));
  for (const observed of said)
    for (const { name, link: url, ...rest } of observed.observation.files ?? []) {
      const mentions = named.get(name) ?? [];
      if (mentions.length > 0 || named.size < MAX_FILES) named.set(name, [...mentions, { url, ...rest, observed }]);
    }
  return [...named].map(([name, mentions]) => fileOf(name, mentions));
}

function fileOf(name: string, mentions: readonly Mention[]): Track {
  const linked = mentions.flatMap(({ url, observed }) => (url === null ? [] : [{ url, observed }]));
  const refused = mentions.findLast((mention) => mention.refused !== undefined)?.refused ?? null;
  return {
    trackId: name,
    audioId: null,
    isFile: true,
    title: name,
    tags: null,
    durationSeconds: null,
    durationStage: 0,
    model: null,
    createdAt: null,
    streamLink: null,
    audioLinks: rankedLinks(linked, "file", linkHash),
    coverLinks: [],
    refusedLink: linked.length > 0 ? null : refused,
  };
}
