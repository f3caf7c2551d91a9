/**
 * Which of the provider's products a message is of, told by its mark. Pure.
 *
 * Music (Add Instrumental and its relatives) has stages and tracks. Every other product calls back once, on the same
 * callBackUrl, and no callback names its product: each is known by the field that holds what it delivers.
 */
import { firstText, isRecord, toInteger, toText } from "../loose-values.ts";
import { filesIn, type Holders, type ObservedFile } from "./product-files.ts";
import { entryOf, OTHER_PRODUCTS, type OtherProduct, type Product } from "./products.ts";

/** What a message says that is not of music. */
export interface OtherMessage {
  readonly product: OtherProduct;
  readonly kind: "pending" | "complete" | "failed";
  readonly files: readonly ObservedFile[];
}

/** The parts of a message in which products put what they deliver. */
export interface Parts extends Holders {
  /** The listed things that could be tracks, and how many of them are. */
  readonly items: readonly unknown[];
  readonly tracks: number;
  readonly code: number | null;
  /** `callbackType`, `status` or `state`, in lower case. */
  readonly stage: string | null;
}

/** Fields that hold what a product delivers; in a failure they hold null. */
const MARKS = OTHER_PRODUCTS.map((product) => [product, entryOf(product)?.marks ?? []] as const);

/** The market's names, after `ai-music-api/`; those that are not here are music. */
const MARKET: ReadonlyMap<string, OtherProduct> = new Map<string, OtherProduct>([
  ...OTHER_PRODUCTS.map((product) => [entryOf(product)?.market ?? "", product] as const),
  ["generate-persona", "unknown"],
  ["boost-music-style", "unknown"],
]);

/** Null where the message is of music. `asked` is the product whose record it is: one that holds nothing names none. */
export function otherMessageOf(parts: Parts, asked: Product | null): OtherMessage | null {
  const told = productIn(parts);
  const known = OTHER_PRODUCTS.find((one) => one === asked);
  const product = told === null || told === "unknown" ? (known ?? told) : told;
  if (product === null) return null;
  const files = filesIn(product, parts);
  return { product, kind: kindOf(product, parts, files), files };
}

function productIn(parts: Parts): OtherProduct | null {
  const { root, data, items, tracks, stage } = parts;
  const atRoot = Array.isArray(root["data"]) ? productOfItems(root["data"], true) : undefined;
  if (atRoot !== undefined) return atRoot;
  const named = marketProduct(parts);
  if (named !== undefined) return named;
  if (tracks > 0) return null;
  const marked = MARKS.find(([, fields]) => fields.some((field) => isMark(parts, field)));
  const known = marked?.[0] ?? productOfItems(items, false);
  if (known !== undefined) return known;
  if (items.length > 0 && !("callbackType" in data)) return "unknown";
  return stage === null && isStrange(parts) ? "unknown" : null;
}

/** A message of music may have an empty field of another product; a product without stages has no word for one. */
function isMark({ root, data, response, market, stage }: Parts, field: string): boolean {
  const holder = [data, root, response, market].find((part) => field in part);
  if (holder === undefined) return false;
  return "callbackType" in data && stage !== null ? isFull(holder[field]) : true;
}

function isFull(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return (value ?? "") !== "";
}

/** By what each of them has: a recovery's are the tracks of an older task, each with a status of its own. */
function productOfItems(items: readonly unknown[], atRoot: boolean): OtherProduct | undefined {
  if (items.length === 0) return undefined;
  return OTHER_PRODUCTS.find((product) => {
    const { files, itemMarks = [] } = entryOf(product) ?? {};
    if ((files?.as === "items") !== atRoot) return false;
    return items.every((item) => isRecord(item) && itemMarks.some((mark) => mark in item));
  });
}

/** Undefined where the market says nothing of a product, null for music. */
function marketProduct({ data, market }: Parts): OtherProduct | null | undefined {
  const model = firstText([data["model"]])?.toLowerCase();
  const operation = model?.startsWith("ai-music-api/") === true ? model.slice("ai-music-api/".length) : null;
  if (operation !== null) return MARKET.get(operation) ?? null;
  const result = isRecord(market["resultObject"]) ? market["resultObject"] : {};
  if ("lyricsData" in result) return "lyrics";
  const links: readonly unknown[] = Array.isArray(market["resultUrls"]) ? market["resultUrls"] : [];
  const [link] = links;
  if (link === undefined) return undefined;
  const path = (toText(link, 4_096) ?? "").split(/[?#]/)[0]?.toLowerCase() ?? "";
  const ended = OTHER_PRODUCTS.find((product) => {
    const shape = entryOf(product)?.files;
    return shape?.as === "link" && path.endsWith(`.${shape.ending}`);
  });
  return ended ?? "unknown";
}

/**
 * Without a stage, a mark or a place for tracks. A failure is of an unknown product where only the top level names its
 * task, which music never does.
 */
function isStrange({ root, data, response, code }: Parts): boolean {
  if (code === null || "data" in data || "sunoData" in response || Array.isArray(root["data"])) return false;
  if (code === 200) return Object.keys(data).some((field) => field !== "task_id" && field !== "taskId");
  return Object.keys(data).length === 0 && ("task_id" in root || "taskId" in root) && root["data"] === null;
}

const FAILED = /fail|error|sensitive/;
const UNDER_WAY = /pending|wait|queu|generating|processing/;

/** Presence decides over words: a delivery that is there is complete. */
function kindOf(product: OtherProduct, parts: Parts, files: readonly ObservedFile[]): OtherMessage["kind"] {
  const { root, data, code } = parts;
  if (code === 201) return "pending";
  if (code !== null && code !== 200) return "failed";
  const hasLink = files.some(({ link }) => link !== null);
  const { files: shape, failedFlags = [3] } = entryOf(product) ?? {};
  if (shape?.as === "items") return hasLink ? "complete" : "failed";
  const flag = data["successFlag"] ?? data["status"] ?? data["state"] ?? data["callbackType"] ?? null;
  const number = toInteger(flag);
  const word = typeof flag === "string" ? flag.toLowerCase() : "";
  if (FAILED.test(word) || (number !== null && failedFlags.includes(number))) return "failed";
  // A list of instruments is there before any note is.
  const told = shape?.as === "notes" ? [] : MARKS.flatMap(([, fields]) => fields);
  const isThere = told.some((field) => isFull(data[field] ?? root[field] ?? null));
  if (isThere || hasLink) return "complete";
  if (UNDER_WAY.test(word) || number === 0 || number === 2) return "pending";
  return isEmpty(product, parts) ? "failed" : "complete";
}

/** The fields for what the product delivers are there, and nothing is in them. A file can still come. */
function isEmpty(product: OtherProduct, { root, data, items }: Parts): boolean {
  const { marks = [], itemMarks = [], files = null } = entryOf(product) ?? {};
  const fields = [...marks, ...itemMarks];
  const parts = [data, root, ...items].filter(isRecord);
  const given = parts.flatMap((part) => fields.flatMap((field) => (field in part ? [part[field]] : [])));
  return files === null && given.length > 0 && !given.some(isFull);
}
