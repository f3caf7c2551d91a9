/**
 * What a file is by its own bytes. Names and content types lie: error pages come as `audio/mpeg` with status 200.
 *
 * Pure. Sources: ID3v2.4 section 3.1, ISO 11172-3, RIFF/WAVE, RFC 9639 (FLAC), RFC 3533 (Ogg), ISO 14496-12,
 * ISO 13818-7 (ADTS), PNG, JFIF and WebP container specifications.
 */
import { startsWithAdts } from "./container/adts.ts";
import { runAt } from "./container/mpeg-frame.ts";

export interface Format {
  readonly name: "mp3" | "wav" | "flac" | "ogg" | "m4a" | "aac" | "jpeg" | "png" | "webp" | "mp4" | "unknown";
  readonly contentType: string;
  readonly extension: string;
}

/** What a file has to be. `any`: what nobody knows the product of may be anything but a document. */
export type Media = "audio" | "wav" | "video" | "image" | "any";

/** Of the file that is made of notes. No browser plays it. */
export const MIDI_TYPE = "audio/midi";

/** So many first bytes are enough for `formatOf`; fewer only where the file is shorter. */
export const HEAD_BYTES = 16_384;

/** So many headers of one kind in a row are no chance. */
export const LEAST_RUN = 3;

const MP3: Format = { name: "mp3", contentType: "audio/mpeg", extension: "mp3" };
const AAC: Format = { name: "aac", contentType: "audio/aac", extension: "aac" };

const MP4: Format = { name: "mp4", contentType: "video/mp4", extension: "mp4" };
/** Kept whole, and served as nothing that a browser would run. */
const UNKNOWN: Format = { name: "unknown", contentType: "application/octet-stream", extension: "bin" };

/**
 * The format of a file that may be kept, or null for anything else. SVG is never an image: it can carry script. In place
 * of a WAV or a film, whatever can be played has a format too, for want of better: see `isOf`.
 */
export function formatOf(head: Uint8Array, media: Media): Format | null {
  switch (media) {
    case "audio":
      return audioFormat(head);
    case "image":
      return imageFormat(head);
    case "wav":
    case "video": {
      const known = knownFormat(head);
      return known !== null && /^(audio|video)/.test(known.contentType) ? known : null;
    }
    case "any":
      return knownFormat(head) ?? (documentIn(head) === null ? UNKNOWN : null);
  }
}

/** Whether it is what was wanted, and no more than something that can be played. */
export function isOf({ name }: Format, media: Media): boolean {
  return media === "wav" ? name === "wav" : media !== "video" || name === "mp4";
}

/** What a file is, in words for a person. Servers send a document instead of a file. */
export function describeBytes(head: Uint8Array): string {
  const known = knownFormat(head);
  return known === null ? (documentIn(head) ?? "bytes of no known format") : `a file of type ${known.contentType}`;
}

function documentIn(head: Uint8Array): string | null {
  const start = new TextDecoder().decode(head.subarray(0, 256)).trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return "an HTML page";
  if (start.startsWith("<")) return "an XML or HTML document";
  return start.startsWith("{") || start.startsWith("[") ? "a JSON document" : null;
}

function knownFormat(head: Uint8Array): Format | null {
  if (startsWith(head.subarray(4), "ftyp")) return isSoundBrand(head) ? audioFormat(head) : MP4;
  return audioFormat(head) ?? imageFormat(head);
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
  if (startsWithAdts(head)) return AAC;
  return holdsFrames(head) ? MP3 : null;
}

function imageFormat(head: Uint8Array): Format | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff)
    return { name: "jpeg", contentType: "image/jpeg", extension: "jpg" };
  if (head[0] === 0x89 && startsWith(head.subarray(1), "PNG\r\n\x1a\n"))
    return { name: "png", contentType: "image/png", extension: "png" };
  if (startsWith(head, "RIFF") && startsWith(head.subarray(8), "WEBP"))
    return { name: "webp", contentType: "image/webp", extension: "webp" };
  return null;
}

/**
 * Behind zeros, with which some encoders pad the front: two frames in a row, or one that ends the head. Behind anything
 * else three, or two that end it. Whether they go on is for the frame scan to say, and so is a head of nothing but zeros.
 */
function holdsFrames(head: Uint8Array): boolean {
  const start = head.findIndex((byte) => byte !== 0);
  if (start === -1) return head.length >= HEAD_BYTES;
  for (let offset = head.indexOf(0xff, start); offset !== -1; offset = head.indexOf(0xff, offset + 1)) {
    const { headers, toEnd } = runAt(head, offset, LEAST_RUN);
    if (headers >= (offset === start ? 2 : LEAST_RUN) - (toEnd ? 1 : 0)) return true;
  }
  return false;
}

/** Of an MP4 that says that it is nothing but sound. */
function isSoundBrand(head: Uint8Array): boolean {
  return ["M4A ", "M4B "].some((brand) => startsWith(head.subarray(8), brand));
}

function isAudioBrand(head: Uint8Array): boolean {
  return ["M4A ", "M4B ", "mp42", "mp41", "iso", "dash", "3gp", "qt  "].some((brand) =>
    startsWith(head.subarray(8), brand),
  );
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && Array.from(text).every((char, index) => bytes[index] === char.charCodeAt(0));
}
