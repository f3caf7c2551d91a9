/**
 * All that the provider makes: one entry for each product, and nothing of a product outside of it. Pure.
 *
 * Source: the provider's documents of 2026-10. The names of fields are the provider's; those that are not here pass
 * through, as its lists grow.
 */
import * as z from "zod";
import type { Media } from "../../audio/format.ts";
import { isRecord, type Fields } from "../loose-values.ts";

/** They have stages and tracks. `music` is any of them that nobody named. */
const MUSIC_PRODUCTS = [
  "music",
  "add_instrumental",
  "generate",
  "extend",
  "upload_cover",
  "upload_extend",
  "add_vocals",
  "replace_section",
  "mashup",
  "sounds",
] as const;
/** They call back once. */
export const OTHER_PRODUCTS = [
  "wav",
  "stems",
  "video",
  "midi",
  "cover_art",
  "lyrics",
  "timestamped_lyrics",
  "recovery",
  "voice",
  "unknown",
] as const;
export const PRODUCTS = [...MUSIC_PRODUCTS, ...OTHER_PRODUCTS] as const;
export type Product = (typeof PRODUCTS)[number];
export type OtherProduct = (typeof OTHER_PRODUCTS)[number];
export type NamedProduct = Exclude<Product, "music" | "unknown">;

/**
 * How a product's message names its files: one link, a list of links, an object with a link in each `*_url`, or items
 * with an `audio_url`. `name` is that of the file, or what its number is put to. `notes` are no link: the file is made of
 * them. By its `ending` a link is known that nothing else names.
 */
export type FilesShape = { readonly media: Media } & (
  | { readonly as: "link"; readonly name: string; readonly ending: string }
  | { readonly as: "list" | "items" | "notes"; readonly name: string }
  | { readonly as: "links" }
);

/** In credits, by the provider's price list of 2026-08; null where it names none. */
type Price = (request: Fields) => number | null;

export interface ProductEntry {
  /** Null where it is not submitted through us. */
  readonly submit: {
    readonly path: string;
    readonly fields: z.ZodObject;
    readonly credits: Price;
  } | null;
  /** Null where the answer is what it delivers: no id comes with it, no callback and no record after it. */
  readonly record: { readonly path: string; readonly parameter: "taskId" | "task_id" } | null;
  /** Fields that hold what it delivers; in a failure they hold null. */
  readonly marks: readonly string[];
  /** Fields of which each of its listed items has one; where files are `items`, those that the top level lists. */
  readonly itemMarks?: readonly string[];
  /** What a `successFlag` says by number where it failed; 3 of all others. */
  readonly failedFlags?: readonly number[];
  /** Its name at KIE.AI's market, after `ai-music-api/`. */
  readonly market: string;
  readonly files: FilesShape | null;
  /**
   * Which fields of the request name what it is made of, and which field of the record does. `product` is what that has
   * to be: null where it is music.
   */
  readonly parent: {
    readonly product: NamedProduct | null;
    readonly taskId: string | null;
    readonly audioId: string | null;
    readonly inRecord: string | null;
  } | null;
}

/** From 0 to 1 in steps of 0.01. */
const weight = z.number().min(0).max(1).multipleOf(0.01).optional();
const link = z.url({ protocol: /^https?$/ }).max(4_096);
const optionalLink = link.optional();
const linkPair = z.array(link).length(2);
const id = z.string().min(1).max(128);

const texts = new Map<number, z.ZodString>();

/** One schema for each length: every start of the Worker pays for all that are made. */
function text(maxChars: number): z.ZodString {
  const known = texts.get(maxChars) ?? z.string().trim().min(1).max(maxChars);
  texts.set(maxChars, known);
  return known;
}

const style = {
  vocalGender: z.enum(["m", "f"]).optional(),
  styleWeight: weight,
  weirdnessConstraint: weight,
  audioWeight: weight,
  model: text(100).optional(),
};
const words = {
  prompt: text(5_000).optional(),
  style: text(1_000).optional(),
  title: text(100).optional(),
  negativeTags: text(500).optional(),
};
const model = text(100);
const ofTrack = { taskId: id, audioId: id };
const OF_TRACK = { product: null, taskId: "taskId", audioId: "audioId", inRecord: null } as const;
/** Set for who submits `add_instrumental` or `add_vocals`: as its page says. */
const upload = { title: text(100), negativeTags: text(500) };

export const ADD_INSTRUMENTAL = { ...upload, tags: text(1_000), uploadUrl: link, ...style };

/** One for all products with stages. */
export const MUSIC_RECORD: NonNullable<ProductEntry["record"]> = {
  path: "/api/v1/generate/record-info",
  parameter: "taskId",
};

function music(path: string, market: string, fields: z.ZodRawShape, price: number): ProductEntry {
  const rest = { marks: [], market, files: null, parent: null };
  return { ...made(`generate${path}`, { ...style, ...fields }, price, rest), record: MUSIC_RECORD };
}

type Made = Omit<ProductEntry, "submit" | "record">;

/** `generate` at the end of a path is not in that of its record. */
function made(path: string, fields: z.ZodRawShape, price: number | Price, rest: Made): ProductEntry {
  const credits = typeof price === "number" ? () => price : price;
  return {
    submit: { path: `/api/v1/${path}`, fields: z.looseObject(fields), credits },
    record: { path: `/api/v1/${path.replace(/\/generate$/, "")}/record-info`, parameter: "taskId" },
    ...rest,
  };
}

/** Every call is charged, also for a track that has its stems. */
const STEM_CREDITS: ReadonlyMap<unknown, number> = new Map([
  ["separate_vocal", 10],
  ["split_stem", 50],
  ["split_stem_advanced", 20],
]);

export const PRODUCT_TABLE: Readonly<Record<NamedProduct, ProductEntry>> = {
  add_instrumental: music("/add-instrumental", "add-instrumental", ADD_INSTRUMENTAL, 12),
  generate: music("", "generate", { ...words, customMode: z.boolean(), instrumental: z.boolean(), model }, 12),
  extend: {
    ...music(
      "/extend",
      "extend",
      { ...words, defaultParamFlag: z.boolean(), audioId: id, model, continueAt: z.number().positive().optional() },
      12,
    ),
    parent: { ...OF_TRACK, taskId: null, inRecord: "parentMusicId" },
  },
  upload_cover: music("/upload-cover", "upload-and-cover-audio", { ...words, uploadUrl: link, model }, 12),
  upload_extend: music(
    "/upload-extend",
    "upload-and-extend-audio",
    { ...words, uploadUrl: link, defaultParamFlag: z.boolean(), model },
    12,
  ),
  add_vocals: music("/add-vocals", "add-vocals", { ...words, ...upload, uploadUrl: link, style: text(1_000) }, 12),
  replace_section: {
    ...music(
      "/replace-section",
      "replace-section",
      {
        taskId: id.optional(),
        audioId: id.optional(),
        uploadUrl: optionalLink,
        prompt: text(5_000),
        tags: text(1_000),
        title: text(100),
        fullLyrics: text(5_000),
        infillStartS: z.number().min(0),
        infillEndS: z.number().min(0),
      },
      5,
    ),
    parent: OF_TRACK,
  },
  mashup: music("/mashup", "mashup", { ...words, uploadUrlList: linkPair, model }, 12),
  sounds: music("/sounds", "sounds", { prompt: text(500), model }, 2.5),
  wav: made("wav/generate", ofTrack, 0.4, {
    marks: ["audioWavUrl", "audio_wav_url"],
    market: "convert-to-wav-format",
    files: { as: "link", name: "wav", media: "wav", ending: "wav" },
    parent: { ...OF_TRACK, inRecord: "musicId" },
  }),
  stems: made(
    "vocal-removal/generate",
    {
      taskId: id.optional(),
      audioId: id.optional(),
      audioUrl: optionalLink,
      type: z.enum(["separate_vocal", "split_stem", "split_stem_advanced"]).default("separate_vocal"),
    },
    ({ type = "separate_vocal" }) => STEM_CREDITS.get(type) ?? null,
    {
      marks: ["vocal_removal_info", "vocal_separation_info", "vocalUrl", "instrumentalUrl", "originData"],
      market: "separate-vocals",
      files: { as: "links", media: "audio" },
      parent: { ...OF_TRACK, inRecord: "musicId" },
    },
  ),
  video: made("mp4/generate", { ...ofTrack, author: text(50).optional(), domainName: text(50).optional() }, 2, {
    marks: ["video_url", "videoUrl"],
    market: "create-music-video",
    files: { as: "link", name: "video", media: "video", ending: "mp4" },
    parent: { ...OF_TRACK, inRecord: "musicId" },
  }),
  midi: made("midi/generate", { taskId: id, audioId: id.optional() }, 0, {
    marks: ["instruments", "midiData"],
    failedFlags: [2, 3],
    market: "generate-midi-from-audio",
    files: { as: "notes", name: "midi", media: "any" },
    parent: { ...OF_TRACK, product: "stems" },
  }),
  cover_art: made("suno/cover/generate", { taskId: id }, 0, {
    marks: ["images"],
    market: "cover-generate",
    files: { as: "list", name: "image", media: "image" },
    parent: { ...OF_TRACK, audioId: null, inRecord: "parentTaskId" },
  }),
  lyrics: made("lyrics", { prompt: text(2_000) }, 0.4, {
    marks: ["lyricsData"],
    itemMarks: ["text"],
    market: "generate-lyrics",
    files: null,
    parent: null,
  }),
  timestamped_lyrics: {
    ...made("generate/get-timestamped-lyrics", ofTrack, 0.5, {
      marks: ["alignedWords"],
      market: "timestamped-lyrics",
      files: null,
      parent: OF_TRACK,
    }),
    record: null,
  },
  recovery: {
    // It is asked for by POST /tasks/:id/recover.
    submit: null,
    record: { path: "/api/v1/suno/recovery/record-info", parameter: "task_id" },
    marks: [],
    itemMarks: ["status", "error"],
    market: "suno-recovery-audio",
    files: { as: "items", name: "audio", media: "audio" },
    parent: null,
  },
  voice: {
    submit: null,
    record: { path: "/api/v1/voice/record-info", parameter: "taskId" },
    marks: ["voiceId", "validateInfo"],
    market: "voice",
    files: null,
    parent: null,
  },
};

/** Of what nobody named there is nothing to know. */
export function entryOf(product: Product): ProductEntry | null {
  return product === "music" || product === "unknown" ? null : PRODUCT_TABLE[product];
}

/** The fields of a product's request that hold links. */
export function linkFields({ shape }: z.ZodObject): readonly string[] {
  const links: ReadonlySet<unknown> = new Set([link, optionalLink, linkPair]);
  return Object.keys(shape).filter((name) => links.has(shape[name]));
}

/** Products that have stages and tracks. */
export function isMusicProduct(product: string): boolean {
  return MUSIC_PRODUCTS.some((one) => one === product);
}

/** Whether what is known of a task's product leaves open that it is the named one. */
export function isOpenTo(known: Product, named: Product): boolean {
  return known === "unknown" || (known === "music" && isMusicProduct(named));
}

/** Of what a record says, the id of what its product was made of: of a track, or of a task. Any music may be extended. */
export function parentInRecord(product: Product, json: unknown): string | null {
  const field = entryOf(product === "music" ? "extend" : product)?.parent?.inRecord ?? null;
  const data = isRecord(json) && isRecord(json["data"]) ? json["data"] : {};
  const value = field === null ? null : data[field];
  return typeof value === "string" && value !== "" ? value : null;
}
