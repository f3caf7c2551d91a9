/**
 * What a file is by its own bytes. Names and content types lie: error pages come as `audio/mpeg` with status 200.
 *
 * Pure. Sources: ID3v2.4 section 3.1, ISO 11172-3, RIFF/WAVE, RFC 9639 (FLAC), RFC 3533 (Ogg), ISO 14496-12,
 * ISO 13818-7 (ADTS), PNG, JFIF and WebP container specifications.
 */
import type { FileKind } from "../task/event.ts";
import { frameAt } from "./container/mpeg-frame.ts";

export interface Format {
  readonly name: "mp3" | "wav" | "flac" | "ogg" | "m4a" | "aac" | "jpeg" | "png" | "webp";
  readonly contentType: string;
  readonly extension: string;
}

/** So many first bytes are enough for `formatOf`; fewer only where the file is shorter. */
export const HEAD_BYTES = 4_096;

const MP3: Format = { name: "mp3", contentType: "audio/mpeg", extension: "mp3" };
const AAC: Format = { name: "aac", contentType: "audio/aac", extension: "aac" };

/** The format of an audio file or of a cover, or null for anything else. SVG is never a cover: it can carry script. */
export function formatOf(head: Uint8Array, file: FileKind): Format | null {
  return file === "audio" ? audioFormat(head) : coverFormat(head);
}

/** What a file is that is neither audio nor a picture, in words for a person. */
export function describeBytes(head: Uint8Array): string {
  const start = new TextDecoder().decode(head.subarray(0, 256)).trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return "an HTML page";
  if (start.startsWith("<")) return "an XML or HTML document";
  if (start.startsWith("{") || start.startsWith("[")) return "a JSON document";
  return "bytes of no known format";
}

function audioFormat(head: Uint8Array): Format | null {
  if (startsWith(head, "RIFF") && startsWith(head.subarray(8), "WAVE"))
    return { name: "wav", contentType: "audio/wav", extension: "wav" };
  if (startsWith(head, "fLaC")) return { name: "flac", contentType: "audio/flac", extension: "flac" };
  if (startsWith(head, "OggS")) return { name: "ogg", contentType: "audio/ogg", extension: "ogg" };
  if (startsWith(head.subarray(4), "ftyp"))
    return isAudioBrand(head) ? { name: "m4a", contentType: "audio/mp4", extension: "m4a" } : null;
  // The tag can be longer than the head; whether frames follow it is for the frame scan to say.
  if (startsWith(head, "ID3")) return MP3;
  if (isAdts(head)) return AAC;
  return startsWithFrames(head) ? MP3 : null;
}

function coverFormat(head: Uint8Array): Format | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff)
    return { name: "jpeg", contentType: "image/jpeg", extension: "jpg" };
  if (head[0] === 0x89 && startsWith(head.subarray(1), "PNG\r\n\x1a\n"))
    return { name: "png", contentType: "image/png", extension: "png" };
  if (startsWith(head, "RIFF") && startsWith(head.subarray(8), "WEBP"))
    return { name: "webp", contentType: "image/webp", extension: "webp" };
  return null;
}

/** Two frames in a row, or one that ends the head; some encoders pad the front with zeros. */
function startsWithFrames(head: Uint8Array): boolean {
  let offset = 0;
  while (offset < head.length && head[offset] === 0) offset += 1;
  const first = frameAt(head, offset);
  if (first === null) return false;
  const next = offset + first.bytes;
  return next + 4 > head.length || frameAt(head, next) !== null;
}

/** Two frames in a row, or one that ends the head. */
function isAdts(head: Uint8Array): boolean {
  const first = adtsFrameBytes(head, 0);
  return first !== null && (first + ADTS_HEADER_BYTES > head.length || adtsFrameBytes(head, first) !== null);
}

const ADTS_HEADER_BYTES = 7;

/** The length of the AAC frame whose header stands here, or null: twelve sync bits, layer 0, a sampling rate. */
function adtsFrameBytes(bytes: Uint8Array, offset: number): number | null {
  const [first, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = bytes.subarray(offset, offset + 6);
  if (first !== 0xff || (second & 0xf6) !== 0xf0 || ((third >> 2) & 0xf) > 12) return null;
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  return length < ADTS_HEADER_BYTES ? null : length;
}

function isAudioBrand(head: Uint8Array): boolean {
  return ["M4A ", "M4B ", "mp42", "mp41", "isom", "iso2", "dash"].some((brand) => startsWith(head.subarray(8), brand));
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && Array.from(text).every((char, index) => bytes[index] === char.charCodeAt(0));
}
