/**
 * The files that a message of another product than music names, each with its links. Pure.
 *
 * Names are the provider's own, in snake case. No list of them is closed: stems alone come in a dozen kinds.
 */
import { readLink, type LinkReading } from "../link.ts";
import { embedded, isRecord, listOf, toText, type Fields } from "../loose-values.ts";
import { notesLink } from "./notes.ts";
import { entryOf, type Product } from "./products.ts";

/** Of two of one name, either is a link to the same file. */
export interface ObservedFile {
  readonly name: string;
  /** Null where what was sent as its link is none. */
  readonly link: string | null;
  /** Why it is none. */
  readonly refused?: string;
}

/** The parts of a message in which files are named. */
export interface Holders {
  readonly root: Fields;
  readonly data: Fields;
  readonly response: Fields;
  /** What a market task says in its JSON string. */
  readonly market: Fields;
}

export function holdersOf(json: unknown): Holders {
  const root = isRecord(json) ? json : {};
  const data = isRecord(root["data"]) ? root["data"] : {};
  const response = isRecord(data["response"]) ? data["response"] : {};
  return { root, data, response, market: embedded(data["resultJson"]) };
}

/** Split stems are a dozen; the bound is for who lies. */
export const MAX_FILES = 32;

export function filesIn(product: Product, holders: Holders): readonly ObservedFile[] {
  const named = [...byShape(product, holders), ...ofMarket(product, holders.market)];
  const links = new Set<string>();
  const files: ObservedFile[] = [];
  const shape = entryOf(product)?.files?.as;
  for (const [name, value] of named) {
    const { link, refused } = shape === "notes" ? notesOf(value) : readLink(value);
    if (refused !== null) files.push({ name: slug(name), link: null, refused });
    if (link === null || links.has(link)) continue;
    links.add(link);
    files.push({ name: slug(name), link });
  }
  return files.slice(0, MAX_FILES);
}

/** The instruments in a message that a link of `filesIn` stands for; null where it has others, or none. */
export function instrumentsOf(json: unknown, link: string): unknown {
  const lists = byShape("midi", holdersOf(json));
  return lists.find(([, instruments]) => notesLink(instruments) === link)?.[1] ?? null;
}

function notesOf(value: unknown): LinkReading {
  return { link: notesLink(value), refused: null };
}

type Named = readonly [name: string, value: unknown];

function byShape(product: Product, { root, data, response, market }: Holders): readonly Named[] {
  const entry = entryOf(product);
  if (entry === null || entry.files === null) return [];
  const shape = entry.files;
  const values = entry.marks.flatMap((mark) => [data, response, root, market].map((holder) => holder[mark]));
  switch (shape.as) {
    case "link":
      return values.map((value) => [shape.name, value]);
    case "notes":
      return values.map((value) => [shape.name, isRecord(value) ? value["instruments"] : value]);
    case "list":
      return values.flatMap((value) => listOf(value).map((one, index): Named => [`${shape.name}-${index + 1}`, one]));
    case "items":
      return listOf(root["data"]).map((item, index) => [
        `${shape.name}-${index + 1}`,
        isRecord(item) ? (item["audio_url"] ?? item["audioUrl"]) : null,
      ]);
    case "links":
      return [...values, response].flatMap((value) => (isRecord(value) ? linksWithin(value) : []));
  }
}

/** `drums_url` and `drumsUrl`, and in `origin_data` what its stem is called. */
function linksWithin(holder: Fields): readonly Named[] {
  const links = Object.entries(holder).flatMap(([field, value]): readonly Named[] => {
    const name = /^(?!call)(.+?)_?url$/i.exec(field)?.[1];
    // What is no URL at all is some other text.
    return name === undefined || !URL.canParse(toText(value, 10_000) ?? "") ? [] : [[name, value]];
  });
  const seen = new Map<string, number>();
  const origins = [...listOf(holder["origin_data"]), ...listOf(holder["originData"])]
    .flatMap((item) => (isRecord(item) ? originsOf(item) : []))
    .map(([name, value]): Named => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return [count === 1 ? name : `${name}-${count}`, value];
    });
  return [...links, ...origins];
}

/** The advanced split gives what it took out, and what it left. */
function originsOf(item: Fields): readonly Named[] {
  const parts = Object.entries({ stem: item, extract: item["extract"], remove: item["remove"] });
  return parts.flatMap(([part, value]): readonly Named[] => {
    if (!isRecord(value) || !("audio_url" in value || "audioUrl" in value)) return [];
    const name = slug(toText(value["stem_type_group_name"], 64) ?? part);
    return [[part === "remove" ? `without_${name}` : name, value["audio_url"] ?? value["audioUrl"]]];
  });
}

/** The market's links carry no names. */
function ofMarket(product: Product, { resultUrls }: Fields): readonly Named[] {
  const shape = entryOf(product)?.files ?? null;
  const name = shape?.as === "link" ? shape.name : null;
  return listOf(resultUrls).map((value, index) => [name ?? `file-${index + 1}`, value]);
}

/** A name for a URL and an R2 key. */
function slug(name: string): string {
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return plain.slice(0, 64) || "file";
}
