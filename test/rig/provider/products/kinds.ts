/**
 * What the provider makes beside music: paths, rules, files, and the bodies of each product, as its pages tell
 * (products.md). Written down here again and not taken from the Worker, which is held against it.
 */
import { z } from "zod";
import type { Made } from "../ledger.ts";
import { randomFrom } from "../hostile/random.ts";
import type { Part } from "../serving/synth.ts";

export type Json = Readonly<Record<string, unknown>>;
/** The link to a file of this name as of now; empty where there is none. */
export type LinkTo = (name: string) => string;

/** One file: under which name it is known, and of what it is made. */
export type Blueprint = {
  readonly name: string;
  /** In its link; raw spaces have been seen there. */
  readonly file: string;
  readonly of: readonly Part[] | "wav" | "video" | "picture";
};

export type Kind = {
  /** Under `/api/v1`. */
  readonly submit: string;
  readonly record: string;
  readonly fields: z.ZodRawShape;
  /** What it is made of has to exist. Only `stems` have notes. */
  readonly of: "track" | "task" | "stems" | null;
  /** A second one of the same is refused with 409. */
  readonly once: boolean;
  readonly files: (request: Json) => readonly Blueprint[];
  /** `data` of the callback, but for the task's id. */
  readonly delivered: (made: Made, link: LinkTo) => Json;
  readonly refused: Json | null;
  readonly failureCodes: readonly [number, ...number[]];
  /** What its record says beside what all of them say. */
  readonly recorded: (made: Made, link: LinkTo | null) => Json;
  readonly flags: Readonly<Record<Made["progress"], string | number>>;
};

const id = z.string().min(1);
const ofTrack = { taskId: id, audioId: id };

function words(failed: string): Kind["flags"] {
  return { pending: "PENDING", complete: "SUCCESS", failed };
}

function audioIn({ request }: Made): Json {
  return { musicId: request["audioId"], musicIndex: 0 };
}

export const MADE_PRODUCTS = ["wav", "stems", "video", "midi", "cover_art", "lyrics"] as const;
export type MadeProduct = (typeof MADE_PRODUCTS)[number];

/** The names of stems in links, snake case in callbacks and camel case in records. */
const STEMS = "vocal backing_vocals drums bass guitar keyboard strings brass woodwinds percussion synth fx".split(" ");
const PLAYED: Readonly<Record<string, readonly Part[]>> = {
  vocal: ["vocal"],
  drums: ["drums"],
  bass: ["bass"],
  keyboard: ["keyboard"],
  percussion: ["percussion"],
};
const BAND: readonly Part[] = ["drums", "percussion", "bass", "keyboard"];

function stemFiles({ type = "separate_vocal", stemName }: Json): readonly Blueprint[] {
  const vocal = { name: "vocal", file: "Lead Vocal.mp3", of: ["vocal"] } as const;
  if (type === "separate_vocal") return [vocal, { name: "instrumental", file: "Instrumental.mp3", of: BAND }];
  if (type === "split_stem")
    return Object.entries(PLAYED).map(([name, of]) => (name === "vocal" ? vocal : { name, file: `${name}.mp3`, of }));
  const name = typeof stemName === "string" ? stemName.toLowerCase() : "drums";
  const of = PLAYED[name] ?? ["drums"];
  return [
    { name, file: `${name}.mp3`, of },
    {
      name: `without_${name}`,
      file: `without ${name}.mp3`,
      of: [...BAND, "vocal" as const].filter((part) => !of.includes(part)),
    },
  ];
}

function stemsIn({ request, files }: Made, link: LinkTo, field: (name: string) => string): Json {
  const { type } = request;
  if (type === "split_stem_advanced") {
    const [extract, remove] = files.map(({ name, path }) => ({
      id: path,
      audio_url: link(name),
      stem_type_group_name: files[0]?.name,
      duration: 1,
    }));
    return { [field("origin_data")]: [{ extract, remove }] };
  }
  const names = type === "split_stem" ? STEMS : ["instrumental", "vocal"];
  return { [field("origin_url")]: "", ...Object.fromEntries(names.map((name) => [field(`${name}_url`), link(name)])) };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Two brands name the same differently. */
function isKie({ taskId }: Pick<Made, "taskId">): boolean {
  return randomFrom("brand", taskId)() < 0.5;
}

function lyricsOf({ taskId, request }: Made): readonly Json[] {
  return [1, 2].map((take) => ({
    text: `[Verse]\n${String(request["prompt"])}, ${taskId.slice(0, 6)}`,
    title: `Take ${take}`,
    status: "complete",
    errorMessage: "",
  }));
}

export const KINDS: Readonly<Record<MadeProduct, Kind>> = {
  wav: {
    submit: "/wav/generate",
    record: "/wav/record-info",
    fields: ofTrack,
    of: "track",
    once: true,
    files: () => [{ name: "wav", file: "song.wav", of: "wav" }],
    delivered: (_, link) => ({ audioWavUrl: link("wav") }),
    refused: { audioWavUrl: null },
    failureCodes: [400, 500],
    recorded: (made, link) => ({ ...audioIn(made), response: { audioWavUrl: link?.("wav") ?? null } }),
    flags: words("GENERATE_WAV_FAILED"),
  },
  stems: {
    submit: "/vocal-removal/generate",
    record: "/vocal-removal/record-info",
    fields: { ...ofTrack, type: z.string().optional(), stemName: z.string().optional() },
    of: "track",
    once: false,
    files: stemFiles,
    delivered: (made, link) => ({
      [isKie(made) ? "vocal_separation_info" : "vocal_removal_info"]: stemsIn(made, link, (name) => name),
    }),
    refused: { vocal_removal_info: null },
    failureCodes: [400, 500, 501],
    recorded: (made, link) => ({
      ...audioIn(made),
      response: link && { id: made.request["audioId"], ...stemsIn(made, link, camelCase) },
    }),
    flags: words("GENERATE_AUDIO_FAILED"),
  },
  video: {
    submit: "/mp4/generate",
    record: "/mp4/record-info",
    fields: { ...ofTrack, author: z.string().max(50).optional(), domainName: z.string().max(50).optional() },
    of: "track",
    once: false,
    files: () => [{ name: "video", file: "song.mp4", of: "video" }],
    delivered: (_, link) => ({ video_url: link("video") }),
    refused: { video_url: null },
    failureCodes: [500],
    recorded: (made, link) => ({ ...audioIn(made), response: { videoUrl: link?.("video") ?? null } }),
    flags: words("GENERATE_MP4_FAILED"),
  },
  midi: {
    submit: "/midi/generate",
    record: "/midi/record-info",
    fields: { taskId: id, audioId: id.optional() },
    of: "stems",
    once: false,
    files: () => [],
    delivered: ({ notes }) => ({ state: "complete", instruments: notes }),
    refused: null,
    failureCodes: [500],
    recorded: ({ request, notes }, link) => ({
      audioId: request["audioId"] ?? null,
      midiData: link && { state: "complete", instruments: notes },
    }),
    flags: { pending: 0, complete: 1, failed: 3 },
  },
  cover_art: {
    submit: "/suno/cover/generate",
    record: "/suno/cover/record-info",
    fields: { taskId: id },
    of: "task",
    once: true,
    files: () => [1, 2].map((take) => ({ name: `image-${take}`, file: `${take}.png`, of: "picture" })),
    delivered: (_, link) => ({ images: [link("image-1"), link("image-2")] }),
    refused: { images: null },
    failureCodes: [501],
    recorded: ({ request }, link) => ({
      parentTaskId: request["taskId"],
      response: { images: link === null ? [] : [link("image-1"), link("image-2")] },
    }),
    flags: { pending: 2, complete: 1, failed: 3 },
  },
  lyrics: {
    submit: "/lyrics",
    record: "/lyrics/record-info",
    fields: { prompt: z.string().min(1) },
    of: null,
    once: false,
    files: () => [],
    delivered: (made) => ({ callbackType: "complete", data: lyricsOf(made) }),
    refused: { callbackType: "complete", data: null },
    failureCodes: [400],
    recorded: (made, link) => ({ type: "LYRICS", response: link && { data: lyricsOf(made) } }),
    flags: words("GENERATE_LYRICS_FAILED"),
  },
};

/** The callback of one that is over, links as of now. */
export function madeBody(made: Made, link: LinkTo): Json {
  const { product, taskId, failure } = made;
  const kind = KINDS[product];
  const data = failure === null ? kind.delivered(made, link) : kind.refused;
  const head = failure === null ? { code: 200, msg: "success" } : { code: failure.code, msg: failure.message };
  if (product === "midi" && !isKie(made)) return { task_id: taskId, ...head, data };
  const name =
    product === "cover_art" || product === "midi" || (product === "lyrics" && !isKie(made)) ? "taskId" : "task_id";
  // A failure of notes has no data at all: only the top level names its task.
  return data === null ? { task_id: taskId, ...head, data } : { ...head, data: { ...data, [name]: taskId } };
}

/** The `data` of its record, which repeats the callBackUrl. */
export function madeRecord(made: Made, link: LinkTo): Json {
  const { product, taskId, at, progress, failure, silenced, request } = made;
  const { recorded, flags } = KINDS[product];
  const flag =
    progress === "complete" && silenced && typeof flags.complete === "string" ? "CALLBACK_EXCEPTION" : flags[progress];
  return {
    taskId,
    callbackUrl: request.callBackUrl,
    completeTime: progress === "pending" ? null : Date.now(),
    ...recorded(made, progress === "complete" ? link : null),
    [product === "lyrics" ? "status" : "successFlag"]: flag,
    createTime: at,
    errorCode: failure?.code ?? 0,
    errorMessage: failure?.message ?? "",
  };
}
