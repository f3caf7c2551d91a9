/** A script's moments in the provider's words: callbacks in snake case, records in camel case. */
import { WHOLE_SECONDS } from "./laws/content.ts";
import { hasAudio, recordLink, type Moment, type Script, type ScriptedTrack } from "./script.ts";

/** What a message says otherwise than the truth. */
export interface Twist {
  /** Sent for the second time: with the links that the record names by then. */
  readonly againAt?: number;
  /** Every audio link is empty. */
  readonly mute?: boolean;
  /** How a failure is worded. */
  readonly failure?: "failed" | "error" | "complete";
  /** Makes the bytes others. */
  readonly salt?: string;
}

const FORBIDDEN = "https://cdn.example.com/api/forbidden";

export function callbackOf(script: Script, moment: Moment, twist: Twist): object {
  if (script.product !== "music") return filesCallback(script, moment, twist);
  const { againAt, mute = false, failure, salt = "" } = twist;
  const { taskId, tracks, forbidden } = script;
  if (moment === "failed")
    return {
      code: failure === "complete" ? 400 : 531,
      msg: `failed${salt}`,
      data: { callbackType: failure ?? "failed", task_id: taskId, data: null },
    };
  const data = tracks.map((track, index) => {
    const named = !mute && hasAudio(moment, index);
    const { url } = recordLink(track, moment, againAt ?? -Infinity);
    return {
      id: track.id ?? undefined,
      audio_url: named ? (forbidden && againAt === undefined ? FORBIDDEN : url) : "",
      stream_audio_url: streamOf(script, index),
      image_url: track.cover?.url ?? "",
      title: track.title,
      tags: `jazz${salt}`,
      duration: named ? WHOLE_SECONDS : undefined,
    };
  });
  return { code: 200, msg: `ok${salt}`, data: { callbackType: moment, task_id: taskId, data } };
}

const STEMS = ["vocal", "drums"] as const;

/** Once, at the end. */
function filesCallback(
  { taskId, tracks, product }: Script,
  moment: Moment,
  { againAt = -Infinity, mute = false, salt = "" }: Twist,
): object {
  const links: Record<string, string> = {};
  for (const [index, track] of tracks.entries())
    links[`${STEMS[index] ?? "fx"}_url`] = mute ? "" : recordLink(track, moment, againAt).url;
  const { vocal_url: wav } = links;
  const [mark, delivered] = product === "wav" ? ["audioWavUrl", wav] : ["vocal_removal_info", links];
  const data = { task_id: taskId, [mark]: moment === "failed" ? null : delivered };
  return { code: moment === "failed" ? 500 : 200, msg: `ok${salt}`, data };
}

const STATUS: Readonly<Record<Moment, string>> = {
  pending: "PENDING",
  text: "TEXT_SUCCESS",
  first: "FIRST_SUCCESS",
  complete: "SUCCESS",
  failed: "GENERATE_AUDIO_FAILED",
};

/** `at` is when it is said, in milliseconds since the submission. */
export function recordOf(script: Script, moment: Moment, at: number, mute: boolean): object {
  const { taskId } = script;
  if (script.product !== "music") return filesRecord(script, moment, at, mute);
  const sunoData = script.tracks.map((track: ScriptedTrack, index) => {
    const named = !mute && hasAudio(moment, index);
    return {
      id: track.id ?? undefined,
      audioUrl: named ? recordLink(track, moment, at).url : null,
      streamAudioUrl: streamOf(script, index),
      imageUrl: track.cover?.url ?? null,
      title: track.title,
      duration: named ? WHOLE_SECONDS : null,
    };
  });
  const early = moment === "pending" || moment === "failed";
  return {
    code: 200,
    msg: "success",
    data: { taskId, status: STATUS[moment], response: early ? null : { taskId, sunoData } },
  };
}

function filesRecord({ taskId, tracks, product }: Script, moment: Moment, at: number, mute: boolean): object {
  const links: Record<string, string | null> = {};
  for (const [index, track] of tracks.entries())
    links[`${STEMS[index] ?? "fx"}Url`] = mute ? null : recordLink(track, moment, at).url;
  const successFlag = moment === "text" || moment === "first" ? STATUS.pending : STATUS[moment];
  const delivered = product === "wav" ? { audioWavUrl: links["vocalUrl"] } : links;
  const response = moment === "complete" ? delivered : null;
  return { code: 200, msg: "success", data: { taskId, musicId: "m", successFlag, response } };
}

/** The record of a recovery: null while it runs. */
export function recoveryOf({ tracks }: Script, recoveryId: string, done: boolean): object {
  if (!done) return { code: 201, msg: "running", task_id: recoveryId, data: null };
  const data = tracks.map(({ id, title, recovered }) => {
    const told = recovered === null ? { status: "failed", error: "clip_error" } : { status: "success", error: null };
    return { id: id ?? undefined, title, audio_url: recovered?.url ?? null, ...told };
  });
  return data.every(({ status }) => status === "failed")
    ? { code: 500, msg: "clip_error", task_id: recoveryId, data: null }
    : { code: 200, msg: "success", task_id: recoveryId, data };
}

function streamOf({ taskId }: Script, index: number): string {
  return `https://stream.example.com/${taskId}/${index}`;
}
