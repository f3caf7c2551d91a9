/**
 * Songs as the provider makes them: real MP3 files, 192 kbit/s, 44.1 kHz, stereo, by LAME (in WASM).
 *
 * The music comes from a pool, because encoding is the dear part; a tag in front names the track, so that
 * no two tracks share their bytes. LAME's streaming interface writes no Xing/Info header: what a file says
 * about its length is only its frames.
 *
 * The same arguments give the same bytes. Encoded music is kept for the life of the process, and on disk for the next one.
 */
import { ID3Writer } from "browser-id3-writer";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createMp3Encoder } from "wasm-media-encoders";
import { type Part, play, type Recording, SAMPLE_RATE } from "./synth.ts";

/** `silent-half`: nothing to hear in the second half. `truncated`: the file ends in the middle of a frame, at 60 %. */
export type Flaw = "silent-half" | "truncated";

export type Song = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was asked for; the encoder adds up to two frames (52 ms) of padding. */
  readonly seconds: number;
  readonly bpm: number;
  /** As `A minor`. */
  readonly key: string;
};

const MODULES = fileURLToPath(new URL("../../../../node_modules/", import.meta.url).href);
const ON_DISK = join(MODULES, ".cache/songs");
const SETTINGS = { sampleRate: SAMPLE_RATE, channels: 2, bitrate: 192 } as const;
/** What the bytes of a song depend on beside its samples. */
const ENCODER = `${readFileSync(join(MODULES, "wasm-media-encoders/package.json"), "utf8")}${JSON.stringify(SETTINGS)}`;
const encoder = await createMp3Encoder();
const kept = new Map<string, Song>();

/** One song. About 0.5 s of CPU for 30 s of music the first time on this machine. */
export function song(seed: number, seconds: number, flaw: Flaw | null = null): Song {
  const name = `${seed} ${seconds} ${flaw}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const recording = play(seed, seconds);
  if (flaw === "silent-half") {
    recording.left.fill(0, recording.left.length / 2);
    recording.right.fill(0, recording.right.length / 2);
  }
  const whole = encode(recording);
  const bytes = flaw === "truncated" ? whole.slice(0, Math.floor(whole.length * 0.6)) : whole;
  const made = { bytes, seconds, bpm: recording.bpm, key: recording.key };
  kept.set(name, made);
  return made;
}

const keptStems = new Map<string, Uint8Array<ArrayBuffer>>();

/** What some of the band play in a song: as long as the song, and in time with it. As dear as a song. */
export function stem(seed: number, seconds: number, parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const name = [seed, seconds, ...parts].join(" ");
  const made = keptStems.get(name) ?? encode(play(seed, seconds, parts));
  keptStems.set(name, made);
  return made;
}

/** The song's bytes with an ID3v2.3 tag in front. */
export function tagged(bytes: Uint8Array<ArrayBuffer>, title: string, comment: string): Uint8Array<ArrayBuffer> {
  const writer = new ID3Writer(bytes.buffer);
  writer.setFrame("TIT2", title).setFrame("COMM", { description: "", text: comment, language: "eng" });
  return new Uint8Array(writer.addTag());
}

/** The bytes depend on the samples and the encoder alone, so these name them on disk. */
function encode(recording: Recording): Uint8Array<ArrayBuffer> {
  const hash = createHash("sha256").update(ENCODER);
  for (const { buffer } of [recording.left, recording.right]) hash.update(new Uint8Array(buffer));
  const path = join(ON_DISK, `${hash.digest("hex")}.mp3`);
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    const bytes = encodeAnew(recording);
    mkdirSync(ON_DISK, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, path);
    return bytes;
  }
}

function encodeAnew({ left, right }: Recording): Uint8Array<ArrayBuffer> {
  encoder.configure(SETTINGS);
  const parts: Uint8Array[] = [];
  // The encoder hands out views of its own memory, so each is copied before the next call.
  for (let at = 0; at < left.length; at += SAMPLE_RATE) {
    const end = at + SAMPLE_RATE;
    parts.push(encoder.encode([left.subarray(at, end), right.subarray(at, end)]).slice());
  }
  parts.push(encoder.finalize().slice());
  return new Uint8Array(Buffer.concat(parts));
}
