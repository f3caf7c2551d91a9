/**
 * All that the provider makes: one entry for each product, and nothing of a product outside of it. Pure.
 *
 * Source: the provider's documents of 2026-10. The names of fields are the provider's; those that are not here pass
 * through, as its lists grow.
 */
import * as z from "zod";
import { isRecord } from "../loose-values.ts";
import {
  ADD_INSTRUMENTAL,
  id,
  link,
  linkPair,
  model,
  ofTrack,
  optionalLink,
  passed,
  style,
  text,
  upload,
  words,
} from "./request-fields.ts";
import type { Price, ProductEntry } from "./product-entry.ts";
import { needs, oneOf, spans, type FieldRule } from "./field-rules.ts";

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

const OF_TRACK = { product: null, taskId: "taskId", audioId: "audioId", inRecord: null } as const;

/** One for all products with stages. */
export const MUSIC_RECORD: NonNullable<ProductEntry["record"]> = {
  path: "/api/v1/generate/record-info",
  parameter: "taskId",
};

function music(
  path: string,
  market: string,
  fields: z.ZodRawShape,
  price: number,
  rules: readonly FieldRule[] = [],
): ProductEntry {
  const rest = { marks: [], market, files: null, parent: null, rules };
  return { ...made(`generate${path}`, { ...style, ...fields }, price, rest), record: MUSIC_RECORD };
}

type Made = Omit<ProductEntry, "submit" | "record"> & { readonly rules?: readonly FieldRule[] };

/** `generate` at the end of a path is not in that of its record. */
function made(path: string, fields: z.ZodRawShape, price: number | Price, made: Made): ProductEntry {
  const { rules = [], ...rest } = made;
  const credits = typeof price === "number" ? () => price : price;
  return {
    submit: { path: `/api/v1/${path}`, fields: z.looseObject(fields), credits, rules },
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
  generate: music("", "generate", { ...words, customMode: z.boolean(), instrumental: z.boolean(), model }, 12, [
    needs(["style", "title"], "where customMode is true", ({ customMode }) => customMode === true),
    needs(
      [["prompt", "lyrics"]],
      "unless customMode and instrumental are true",
      ({ customMode, instrumental }) => customMode !== true || instrumental !== true,
    ),
  ]),
  extend: {
    ...music(
      "/extend",
      "extend",
      { ...words, defaultParamFlag: z.boolean(), audioId: id, model, continueAt: z.number().positive().optional() },
      12,
      [
        needs(
          [["prompt", "lyrics"], "style", "title", "continueAt"],
          "where defaultParamFlag is true",
          ({ defaultParamFlag }) => defaultParamFlag === true,
        ),
      ],
    ),
    parent: { ...OF_TRACK, taskId: null, inRecord: "parentMusicId" },
  },
  upload_cover: music(
    "/upload-cover",
    "upload-and-cover-audio",
    { ...words, uploadUrl: link, model, customMode: passed, instrumental: passed },
    12,
  ),
  upload_extend: music(
    "/upload-extend",
    "upload-and-extend-audio",
    { ...words, uploadUrl: link, defaultParamFlag: z.boolean(), model, instrumental: passed, continueAt: passed },
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
        negativeTags: passed,
      },
      5,
      [oneOf(["taskId", "audioId"], ["uploadUrl", "model"]), spans("infillStartS", "infillEndS", 10)],
    ),
    parent: OF_TRACK,
  },
  mashup: music(
    "/mashup",
    "mashup",
    { ...words, uploadUrlList: linkPair, model, customMode: passed, instrumental: passed },
    12,
  ),
  sounds: music(
    "/sounds",
    "sounds",
    { prompt: text(500), model, soundLoop: passed, soundTempo: passed, soundKey: passed, grabLyrics: passed },
    2.5,
  ),
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
      stemName: passed,
    },
    ({ type = "separate_vocal" }) => STEM_CREDITS.get(type) ?? null,
    {
      marks: ["vocal_removal_info", "vocal_separation_info", "vocalUrl", "instrumentalUrl", "originData"],
      market: "separate-vocals",
      files: { as: "links", media: "audio" },
      parent: { ...OF_TRACK, inRecord: "musicId" },
      rules: [
        oneOf(["taskId", "audioId"], ["audioUrl"]),
        needs(["stemName"], "where type is split_stem_advanced", ({ type }) => type === "split_stem_advanced"),
      ],
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
