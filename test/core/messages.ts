/** The provider's messages as its documents and recordings show them: each shape once. */
import { parseMessage, type Observation, type ObservedTrack } from "../../src/core/provider/message.ts";
import { TASK_ID } from "./builders.ts";

/** Through JSON text, as a message arrives: what is undefined is absent. */
export function parsed(json: unknown): ReturnType<typeof parseMessage> {
  return parseMessage(JSON.parse(JSON.stringify(json) ?? "null"));
}

export function observationOf(json: unknown): Observation {
  return parsed(json).observation;
}

/** A track as callbacks spell it. */
export const snakeTrack = {
  id: "e231-snake",
  audio_url: "https://cdn.example.com/one.mp3",
  stream_audio_url: "https://cdn.example.com/one-stream",
  source_audio_url: "https://origin.example.com/one.mp3",
  source_stream_audio_url: "https://origin.example.com/one-stream",
  image_url: "https://cdn.example.com/one.jpeg",
  source_image_url: "https://origin.example.com/one.jpeg",
  prompt: "[Verse]",
  model_name: "chirp-v4-5",
  title: "Iron Man",
  tags: "electrifying, rock",
  createTime: 1_767_600_000_000,
  duration: 198.44,
};

/** The same track as records spell it. */
export const camelTrack = {
  id: "e231-snake",
  audioUrl: snakeTrack.audio_url,
  streamAudioUrl: snakeTrack.stream_audio_url,
  sourceAudioUrl: snakeTrack.source_audio_url,
  imageUrl: snakeTrack.image_url,
  prompt: "[Verse]",
  modelName: "chirp-v4-5",
  title: "Iron Man",
  tags: "electrifying, rock",
  createTime: 1_767_600_000_000,
  duration: 198.44,
};

export const readTrack: ObservedTrack = {
  id: "e231-snake",
  audioLink: "https://cdn.example.com/one.mp3",
  streamLink: "https://cdn.example.com/one-stream",
  coverLink: "https://cdn.example.com/one.jpeg",
  title: "Iron Man",
  tags: "electrifying, rock",
  durationSeconds: 198.44,
  model: "chirp-v4-5",
  createdAt: "1767600000000",
};

export function callback(callbackType: unknown, data: unknown = [snakeTrack], fields: object = {}): object {
  return { code: 200, msg: "All generated successfully.", data: { callbackType, task_id: TASK_ID, data }, ...fields };
}

/** One track of which only these fields are known. */
export function trackFrom(fields: object): ObservedTrack | undefined {
  return observationOf(callback("complete", [{ id: "one", ...fields }])).tracks[0];
}
