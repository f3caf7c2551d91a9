/** What Backline says of a file, by the two passes that the Worker makes: the scan while copying, then the full one. */
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import type { AudioFacts } from "../../../src/core/audio/facts.ts";
import { HEAD_BYTES } from "../../../src/core/audio/format.ts";
import { verify } from "../../../src/core/audio/verification.ts";
import { analyze } from "../../../src/platform/audio/listen.ts";
import { mp3Decoder } from "../../../src/platform/audio/mp3-decoder.ts";
import type { Measures } from "./ffmpeg.ts";

export interface Judged {
  readonly measures: Measures;
  /** Why the copy would not keep it, or null. */
  readonly refused: string | null;
}

const CHUNK_BYTES = 65_536;
const mp3Module = new WebAssembly.Module(
  await readFile(new URL("../../../src/platform/audio/mpg123.wasm", import.meta.url)),
);

interface Heard {
  /** Null where nothing could be decoded. */
  readonly facts: AudioFacts | null;
  readonly refused: string | null;
  /** What is kept is rounded to a millisecond, which is more than a sample. */
  readonly durationSeconds: number | null;
}

/** A refused file is listened to all the same: its sound is as good as another's to compare. */
export async function heardByBackline(path: string): Promise<Heard> {
  const verification = verify(await headOf(path), "audio");
  if (typeof verification === "string") return { facts: null, refused: verification, durationSeconds: null };
  for await (const chunk of chunksOf(path)) verification.push(chunk);
  const refused = verification.finish(null);
  const container = verification.facts();
  const analysis = await analyze(chunksOf(path), container, { mp3Module, maxSeconds: 3_600 });
  const facts = analysis.outcome === "done" ? analysis.facts : null;
  return { facts, refused, durationSeconds: container.durationSeconds };
}

export async function measuredByBackline(path: string): Promise<Judged> {
  const { facts, refused, durationSeconds } = await heardByBackline(path);
  if (facts === null) throw new Error(refused ?? "no sound could be decoded");
  const { silentShare } = facts;
  const silentSeconds = silentShare === null || durationSeconds === null ? null : silentShare * durationSeconds;
  return { measures: { ...facts, durationSeconds, silentSeconds }, refused };
}

/** Of the sound that the decoder makes of it. */
export function decodedSeconds(bytes: Uint8Array): number {
  const decoder = mp3Decoder(mp3Module);
  let seconds = 0;
  decoder.decode(bytes, ([left], sampleRateHz) => (seconds += (left?.length ?? 0) / sampleRateHz));
  decoder.free();
  return seconds;
}

async function* chunksOf(path: string): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  await file.close();
  return buffer.subarray(0, bytesRead);
}
