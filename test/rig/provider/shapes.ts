/**
 * The bodies the provider sends: callbacks in snake case, records in camel case, with the quirks that were seen
 * in real ones (see provider.md).
 *
 * Pure but for the links, which are signed as of now.
 */
import { FORBIDDEN_PATH, type Links } from "./serving/links.ts";
import type { Progress, Stage, Task, Track } from "./ledger.ts";
import type { Step } from "./hostile/plan.ts";
import { previewPath } from "./tracks.ts";

export type Addresses = { readonly origin: string; readonly links: Links };

type Json = Readonly<Record<string, unknown>>;
type Failure = Extract<Step, { type: "failure" }>;

const MESSAGES = {
  text: "Text generation completed successfully.",
  first: "First instrumental track generated successfully.",
  complete: "All instrumental tracks generated successfully.",
} as const;
const MODELS: Readonly<Record<string, string>> = { V4_5PLUS: "chirp-bluejay", V5: "chirp-crow" };
const STATUSES = { pending: "PENDING", text: "TEXT_SUCCESS", first: "FIRST_SUCCESS", complete: "SUCCESS" } as const;

/** The callback of a stage, as of now. */
export function stageBody(task: Task, stage: Stage, addresses: Addresses): Json {
  const bare = stage === "text" && !task.variant.textCarriesTracks;
  const tracks = bare ? [] : tracksAt(task, stage, addresses, "callback");
  return envelope(task, 200, MESSAGES[stage], { callbackType: stage, task_id: task.taskId, data: tracks });
}

export function failureBody(task: Task, failure: Failure): Json {
  const { code, message = failureMessage(code), callbackType = "failed", data = "null" } = failure;
  const head = { callbackType, task_id: task.taskId };
  switch (data) {
    case "null":
      return envelope(task, code, message, { ...head, data: null });
    case "empty":
      return envelope(task, code, message, { ...head, data: [] });
    case "error-text":
      return envelope(task, code, message, { ...head, error: message });
  }
}

/** The `data` of a record, as of now. */
export function recordOf(task: Task, addresses: Addresses): Json {
  const { taskId, progress, failure } = task;
  const tracks = progress === "pending" || progress === "failed" ? null : tracksAt(task, progress, addresses, "record");
  return {
    taskId,
    parentMusicId: task.product === "extend" ? task.request["audioId"] : "",
    param: JSON.stringify(task.request),
    response: tracks && { taskId, sunoData: tracks.map(camelCased) },
    status: statusOf(task, progress),
    type: task.product,
    operationType: task.product,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    createTime: task.at,
  };
}

export function failureMessage(code: number): string {
  return code === 400 ? "Parameter error or invalid source audio" : "Instrumental generation failed";
}

function envelope({ variant }: Task, code: number, msg: string, data: Json): Json {
  return variant.codeFirst ? { code, msg, data } : { msg, data, code };
}

function statusOf({ silenced, failure }: Task, progress: Progress): string {
  if (progress === "failed") {
    return failure?.code === 400 ? "CREATE_TASK_FAILED" : "GENERATE_AUDIO_FAILED";
  }
  return progress === "complete" && silenced ? "CALLBACK_EXCEPTION" : STATUSES[progress];
}

function tracksAt(task: Task, stage: Stage, addresses: Addresses, via: Via): readonly Json[] {
  return task.tracks.map((track) => {
    const audioUrl = isFinished(task, track, stage) ? audioUrlOf(task, track, stage, addresses, via) : null;
    return trackAt(task, track, audioUrl, addresses);
  });
}

/** Whether the task gets a track's audio at this stage: at the first, one of the two. */
export function isFinished({ tracks, variant }: Task, track: Track, stage: Progress): boolean {
  return stage === "complete" || (stage === "first" && tracks[variant.finishedFirst] === track);
}

type Via = "callback" | "record";

function audioUrlOf({ quirk }: Task, track: Track, stage: Stage, { origin, links }: Addresses, via: Via): string {
  if (quirk === "preview" && stage === "first") return links.current(previewPath(track));
  if (quirk === "forbidden" && via === "callback") return `${origin}${FORBIDDEN_PATH}`;
  return quirk === "gone" ? `${origin}/gone/${track.trackId}.mp3` : links.current(track.audio.path);
}

/** An unfinished track has an empty `audio_url` and no `duration` at all. */
function trackAt(
  { at, request, variant }: Task,
  track: Track,
  audioUrl: string | null,
  { origin, links }: Addresses,
): Json {
  const { trackId } = track;
  const model = request.model ?? "V4_5PLUS";
  return {
    id: trackId,
    audio_url: audioUrl ?? "",
    ...(variant.hasSources && { source_audio_url: audioUrl !== null ? `${origin}/cdn1/${trackId}.mp3` : "" }),
    stream_audio_url: `${origin}/stream/${trackId}`,
    ...(variant.hasSources && { source_stream_audio_url: `${origin}/cdn1/${trackId}` }),
    image_url: links.current(track.cover.path),
    ...(variant.hasSources && { source_image_url: `${origin}/cdn1/image_${trackId}.png` }),
    prompt: "[Instrumental]",
    model_name: MODELS[model] ?? `chirp-${model.toLowerCase()}`,
    title: track.title,
    tags: `${request.tags}. The arrangement rests on tight drums, a round bass and a warm pad`,
    createTime: at,
    ...(audioUrl !== null && { duration: track.seconds }),
  };
}

function camelCased(track: Json): Json {
  return Object.fromEntries(Object.entries(track).map(([key, value]) => [camelCase(key), value]));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
