/**
 * What one message of the provider says, in our words. The provider's field names are known in this folder, and in the
 * client of its API.
 *
 * A callback and a record (the answer of record-info) are read by the same function: three brands, several ages of
 * the same envelope. Strict on what is acted on, forgiving on the rest: an unreadable field is null, an unreadable
 * track never hides its neighbours. Pure.
 */
import { failureOf, isFinal, type Failure } from "./failure.ts";
import { otherMessageOf } from "./products/product.ts";
import { holdersOf, type Holders, type ObservedFile } from "./products/product-files.ts";
import type { OtherProduct, Product } from "./products/products.ts";
import type { ParentTask } from "./submission.ts";
import { isTaskId } from "../ids.ts";
import { linkOf, readLink } from "./link.ts";
import { embedded, firstText, isRecord, toDuration, toInteger, toText } from "./loose-values.ts";

export const OBSERVATION_KINDS = ["pending", "text", "first", "complete", "failed", "recovered", "unknown"] as const;
export type ObservationKind = (typeof OBSERVATION_KINDS)[number];

export interface ObservedTrack {
  /** The provider's id, or null in the oldest shape. */
  readonly id: string | null;
  readonly audioLink: string | null;
  readonly streamLink: string | null;
  readonly coverLink: string | null;
  readonly title: string | null;
  readonly tags: string | null;
  readonly durationSeconds: number | null;
  readonly model: string | null;
  /** As the provider wrote it: epoch milliseconds, or a time without a zone. Never computed with. */
  readonly createdAt: string | null;
  /** Why what was sent as the audio's link is none. */
  readonly refusedLink?: string;
}

/** A stored contract: rows of the log hold it. Fields are added as optional, never renamed. */
export interface Observation {
  readonly kind: ObservationKind;
  readonly failure: Failure | null;
  readonly tracks: readonly ObservedTrack[];
  /** How many listed tracks were over the bound and are not kept. */
  readonly tracksDropped: number;
  /** Of another product than music. */
  readonly product?: OtherProduct;
  /** What such a product made; absent where it names no file. */
  readonly files?: readonly ObservedFile[];
  /** What a record repeats of the request's style. */
  readonly asked?: AskedStyle;
  /** What a record says that it was made of, where that is here. */
  readonly parent?: ParentTask;
}

export interface AskedStyle {
  readonly tags: string | null;
  readonly negativeTags: string | null;
}

export interface ParsedMessage {
  /** Usable ids in the order of preference. A signature may belong to any of them. */
  readonly taskIds: readonly string[];
  readonly observation: Observation;
}

/** Whether a message says anything about its task: those of an unknown kind do not. */
export function isNews({ kind, tracks }: Observation): boolean {
  return tracks.length > 0 || kind !== "unknown";
}

/** A task has two tracks; the bound is for who lies. */
export const MAX_TRACKS = 16;

const STAGES: ReadonlyMap<string, ObservationKind> = new Map([
  ["pending", "pending"],
  ["waiting", "pending"],
  ["queued", "pending"],
  ["queuing", "pending"],
  ["queueing", "pending"],
  ["generating", "pending"],
  ["processing", "pending"],
  ["text", "text"],
  ["text_success", "text"],
  ["first", "first"],
  ["first_success", "first"],
  ["complete", "complete"],
  ["completed", "complete"],
  ["task_completed", "complete"],
  ["success", "complete"],
  // Done, and the provider could not reach the callBackUrl.
  ["callback_exception", "complete"],
  ["failed", "failed"],
  ["fail", "failed"],
  ["error", "failed"],
  ["create_task_failed", "failed"],
  ["generate_audio_failed", "failed"],
  ["sensitive_word_error", "failed"],
]);

/** Reads any JSON value: `asked` is the product whose record it is. A message of an unknown kind is still an observation; without `taskIds` it belongs to no task. */
export function parseMessage(json: unknown, asked: Product | null = null): ParsedMessage {
  const holders = holdersOf(json);
  const { root, data, response } = holders;
  const style = askedOf(data["param"]);
  const observation = observationOf(holders, asked);
  return {
    taskIds: taskIdsOf([
      data["task_id"],
      data["taskId"],
      root["task_id"],
      root["taskId"],
      response["taskId"],
      response["task_id"],
    ]),
    observation: style === null ? observation : { ...observation, asked: style },
  };
}

function observationOf(holders: Holders, asked: Product | null): Observation {
  const { root, data } = holders;
  const items = trackItems(holders);
  const readable = items.flatMap((item) => trackOf(item) ?? []);
  const tracks = readable.slice(0, MAX_TRACKS);
  const tracksDropped = readable.length - tracks.length;
  const status = firstText([
    data["callbackType"],
    data["status"],
    data["state"],
    root["callbackType"],
    root["status"],
    root["state"],
  ]);
  const stage = status?.toLowerCase() ?? null;

  const code = toInteger(root["code"]);
  // A record's 201 is one of a recovery that is still under way.
  const refused = code !== null && code !== 200 && code !== 201;
  const errorText = firstText([root["error"], data["error"]]);
  const named = stage === null ? undefined : STAGES.get(stage);
  const ownCode = [data["errorCode"], data["failCode"]].flatMap((value) => errorCodeOf(value) ?? [])[0] ?? null;
  const other = otherMessageOf({ ...holders, items, tracks: tracks.length, code, stage }, asked);
  const failed =
    other === null
      ? refused ||
        named === "failed" ||
        (named === "pending" && ownCode !== null && isFinal(ownCode)) ||
        (named === undefined && code === null && errorText !== null)
      : other.kind === "failed" || (other.kind === "pending" && ownCode !== null && isFinal(ownCode));
  const message = firstText([data["errorMessage"], data["failMsg"], errorText, root["msg"], root["message"]]);
  const failure = failed ? failureOf(refused ? code : ownCode, stage, message) : null;
  if (other !== null) {
    const { product, files } = other;
    const kind = failed ? "failed" : other.kind;
    return { product, kind, failure, tracks: [], tracksDropped: 0, ...(files.length > 0 ? { files } : {}) };
  }
  const kind = failed ? "failed" : (named ?? kindByTracks(stage, tracks));
  return { kind, failure, tracks, tracksDropped };
}

/** 0 and 200 stand in the place of an error's code where there is none. */
function errorCodeOf(value: unknown): number | null {
  const code = toInteger(value);
  return code === 0 || code === 200 ? null : code;
}

/** Some shapes name no stage at all. Then code 200 with audio for every listed track means that generation completed. */
function kindByTracks(stage: string | null, tracks: readonly ObservedTrack[]): ObservationKind {
  if (stage !== null || tracks.length === 0) return "unknown";
  if (tracks.every((track) => track.audioLink !== null)) return "complete";
  return tracks.some((track) => track.audioLink !== null) ? "first" : "text";
}

/** The first place that lists anything wins. */
function trackItems({ root, data, response, market }: Holders): readonly unknown[] {
  const places = [
    data["data"],
    root["data"],
    response["sunoData"],
    response["data"],
    market["data"],
    market["sunoData"],
  ];
  for (const place of places) if (Array.isArray(place) && place.length > 0) return place;
  return [];
}

/** A record repeats the whole request as a JSON string, with our callBackUrl in it: no more than the style is taken. */
function askedOf(param: unknown): AskedStyle | null {
  const request = embedded(param);
  const asked = { tags: toText(request["tags"], 2_000), negativeTags: toText(request["negativeTags"], 2_000) };
  return asked.tags === null && asked.negativeTags === null ? null : asked;
}

const LINK_FIELDS = ["audio_url", "audioUrl", "stream_audio_url", "streamAudioUrl"];

/** Null for what is no track: neither an id nor a place for a link (lyrics, say). */
function trackOf(item: unknown): ObservedTrack | null {
  if (!isRecord(item)) return null;
  const id = toText(item["id"], 256);
  if (id === null && !LINK_FIELDS.some((field) => field in item)) return null;
  const tags = item["tags"];
  const audio = [readLink(item["audio_url"]), readLink(item["audioUrl"])];
  const audioLink = audio.find(({ link }) => link !== null)?.link ?? null;
  const refusedLink = audioLink === null ? audio.find(({ refused }) => refused !== null)?.refused : undefined;
  return {
    id,
    audioLink,
    streamLink: linkOf(item["stream_audio_url"]) ?? linkOf(item["streamAudioUrl"]),
    coverLink: linkOf(item["image_url"]) ?? linkOf(item["imageUrl"]),
    title: toText(item["title"], 300),
    tags: toText(Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string").join(", ") : tags, 2_000),
    durationSeconds: toDuration(item["duration"]),
    model: toText(item["model_name"], 100) ?? toText(item["modelName"], 100),
    createdAt: toText(item["createTime"], 64) ?? toText(item["create_time"], 64),
    ...(typeof refusedLink === "string" ? { refusedLink } : {}),
  };
}

function taskIdsOf(values: readonly unknown[]): readonly string[] {
  const ids = values.flatMap((value) => toText(value, 200) ?? []).filter(isTaskId);
  return [...new Set(ids)];
}
