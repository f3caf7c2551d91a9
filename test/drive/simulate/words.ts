/** A script's moments in the provider's words: callbacks in snake case, records in camel case. */
import { audioOf, hasAudio, type Moment, type Script, type ScriptedTrack } from "./script.ts";

/** What a message says otherwise than the truth. */
export interface Twist {
  /** Every audio link is empty. */
  readonly mute?: boolean;
  /** How a failure is worded. */
  readonly failure?: "failed" | "error" | "complete";
  /** Makes the bytes others. */
  readonly salt?: string;
}

/** `at` is when it is said, in milliseconds since the submission. */
export function callbackOf(
  script: Script,
  moment: Moment,
  at: number,
  { mute = false, failure, salt = "" }: Twist,
): object {
  const { taskId, tracks } = script;
  if (moment === "failed")
    return {
      code: failure === "complete" ? 400 : 531,
      msg: `failed${salt}`,
      data: { callbackType: failure ?? "failed", task_id: taskId, data: null },
    };
  const data = tracks.map((track, index) => ({
    id: track.id ?? undefined,
    audio_url: mute || !hasAudio(moment, index) ? "" : audioOf(track, at).url,
    stream_audio_url: streamOf(script, index),
    image_url: track.cover?.url ?? "",
    title: track.title,
    tags: `jazz${salt}`,
    duration: moment === "complete" ? 12.5 : undefined,
  }));
  return { code: 200, msg: `ok${salt}`, data: { callbackType: moment, task_id: taskId, data } };
}

const STATUS: Readonly<Record<Moment, string>> = {
  pending: "PENDING",
  text: "TEXT_SUCCESS",
  first: "FIRST_SUCCESS",
  complete: "SUCCESS",
  failed: "GENERATE_AUDIO_FAILED",
};

export function recordOf(script: Script, moment: Moment, at: number, mute: boolean): object {
  const { taskId } = script;
  const sunoData = script.tracks.map((track: ScriptedTrack, index) => ({
    id: track.id ?? undefined,
    audioUrl: mute || !hasAudio(moment, index) ? null : audioOf(track, at).url,
    streamAudioUrl: streamOf(script, index),
    imageUrl: track.cover?.url ?? null,
    title: track.title,
  }));
  const early = moment === "pending" || moment === "failed";
  return {
    code: 200,
    msg: "success",
    data: { taskId, status: STATUS[moment], response: early ? null : { taskId, sunoData } },
  };
}

function streamOf({ taskId }: Script, index: number): string {
  return `https://stream.example.com/${taskId}/${index}`;
}
