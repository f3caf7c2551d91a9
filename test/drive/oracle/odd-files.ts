/**
 * Odd but legal MP3s, cut ones, and what is none: what makes each, and how it arrives. Data, with the functions that
 * change an encoder's bytes.
 */
import {
  apeTag,
  apeTagWithoutHeader,
  frame,
  frames,
  id3v1,
  id3v1Extended,
  id3v2,
  id3v2WithFooter,
  infoFrame,
  joined,
  lyrics3,
  text,
  vbriFrame,
} from "../../core/audio/audio-bytes.ts";
import { randomFrom, whole } from "../../rig/provider/hostile/random.ts";

export interface OddFile {
  readonly name: string;
  /** Arguments of the encoder; none where the bytes are made by hand. */
  readonly encoder: { readonly tool: "lame" | "ffmpeg"; readonly args: readonly string[] } | null;
  readonly change: (bytes: Uint8Array) => Uint8Array;
  /** What it lasts, in lengths of the song. */
  readonly songs: number;
  /** `announced`: by its own length; `short`: more was announced than came; `claimed`: by a duration alone. */
  readonly arrives: "announced" | "short" | "claimed" | "bare";
  /** `odd`: kept where a foreign player plays it. */
  readonly kind: "odd" | "cut" | "none";
}

/** An encoder's usual file: 128 kbit/s, 417 or 418 bytes a frame; the second without the header frame. */
const WITH_HEADER = ["-b", "128"];
const PLAIN = ["-t", "-b", "128"];
const MP2 = ["-c:a", "mp2", "-f", "mp2"];
/** At this rate all frames have 384 bytes. */
const EVEN = ["-t", "-b", "128", "--resample", "48"];
const EVEN_FRAME_BYTES = 384;
/** One picture of noise, of some 400 kB. */
const PICTURE = ["-f", "lavfi", "-t", "0.04", "-i", "nullsrc=s=700x700:r=25,geq=random(1)*255:128:128", "-map", "0:a"];
const PICTURED = [...PICTURE, "-map", "1:v", "-c:v", "png", "-disposition:v", "attached_pic", "-id3v2_version", "4"];

export const ODD_FILES: readonly OddFile[] = [
  lame("VBR without header", ["-t", "-V", "2"]),
  lame("VBR with Xing header and table", ["-V", "4"]),
  lame("ABR", ["--abr", "140"]),
  lame("CBR without header", PLAIN),
  lame("gapless, LAME header", WITH_HEADER),
  lame("320 kbit/s, 48 kHz, no reservoir", ["-b", "320", "--nores", "--resample", "48"]),
  lame("error protection, copyright, emphasis", ["-b", "160", "-p", "-c", "-e", "5"]),
  lame("dual channel", ["-b", "128", "-m", "d"]),
  lame("mono, 32 kHz", ["-b", "64", "-m", "m", "--resample", "32"]),
  lame("free format, 160 kbit/s", ["--freeformat", "-b", "160"]),
  lame("free format, 400 kbit/s, no header", ["-t", "--freeformat", "-b", "400"]),
  lame("free format, MPEG 2", ["--freeformat", "-b", "100", "--resample", "22.05"]),
  lame("MPEG 2, 24 kHz, VBR", ["-V", "6", "--resample", "24"]),
  lame("MPEG 2.5, 8 kHz, mono", ["-b", "16", "--resample", "8", "-m", "m"]),
  lame("MPEG 2.5, 12 kHz, no header", ["-t", "-b", "32", "--resample", "12"]),
  ffmpeg("layer II", [...MP2, "-b:a", "192k"]),
  ffmpeg("layer II, mono, 32 kHz", [...MP2, "-b:a", "64k", "-ar", "32000", "-ac", "1"]),
  ffmpeg("layer II, MPEG 2", [...MP2, "-b:a", "64k", "-ar", "22050"]),
  ffmpeg("layer II of another encoder, padded", ["-c:a", "libtwolame", "-f", "mp2", "-b:a", "160k"]),
  byHand("layer I, silence", (seconds) => frames(Math.round((seconds * 44_100) / 384), { layer: 1 })),
  ffmpeg("ID3v2.4 with a large picture", [...PICTURED, "-b:a", "128k"]),
  ffmpeg("ID3v2.3, and ID3v1", ["-id3v2_version", "3", "-write_id3v1", "1", "-metadata", "title=Odd", "-b:a", "128k"]),
  lame("ID3v2.4 with a footer", PLAIN, (bytes) => joined(id3v2WithFooter(5_000), bytes)),
  lame("two ID3v2 tags", PLAIN, (bytes) => joined(id3v2(300), id3v2(0), bytes)),
  lame("ID3v2 at the end", PLAIN, (bytes) => joined(bytes, id3v2WithFooter(900))),
  lame("ID3v1 with its extension", PLAIN, (bytes) => joined(bytes, id3v1Extended())),
  lame("APEv2 and ID3v1", PLAIN, (bytes) => joined(bytes, apeTag(2_000), id3v1())),
  lame("APEv1", PLAIN, (bytes) => joined(bytes, apeTagWithoutHeader(2_000))),
  lame("Lyrics3 v1", PLAIN, (bytes) => joined(bytes, lyrics3(1, 3_000), id3v1())),
  lame("Lyrics3 v2", PLAIN, (bytes) => joined(bytes, lyrics3(2, 30_000), id3v1())),
  lame("VBRI header", PLAIN, (bytes) => joined(vbriFrame(Math.floor(bytes.length / 417.96)), bytes)),
  lame("header counts 2 frames over", WITH_HEADER, (bytes) => recounted(bytes, 2)),
  lame("header counts 2 frames under", WITH_HEADER, (bytes) => recounted(bytes, -2)),
  lame("header without a count", PLAIN, (bytes) => joined(infoFrame("Info", null), bytes)),
  twice("concatenated", WITH_HEADER, (bytes) => joined(bytes, bytes)),
  twice("concatenated, no headers", PLAIN, (bytes) => joined(bytes, bytes)),
  twice("concatenated, with tags", WITH_HEADER, (bytes) =>
    joined(id3v2(99), bytes, id3v1(), id3v2(99), bytes, id3v1()),
  ),
  lame("zeros in front", PLAIN, (bytes) => joined(new Uint8Array(1_000), bytes)),
  lame("junk in front", PLAIN, (bytes) => joined(noise(1_000), bytes)),
  lame("junk in the middle", PLAIN, (bytes) => joined(bytes.subarray(0, 90_000), noise(300), bytes.subarray(90_000))),
  lame("last frame 100 bytes short", PLAIN, (bytes) => bytes.subarray(0, -100)),
  lame("one trailing 0xFF", PLAIN, (bytes) => joined(bytes, Uint8Array.of(0xff))),
  lame("trailing zeros", PLAIN, (bytes) => joined(bytes, new Uint8Array(3_000))),
  lame("trailing text", PLAIN, (bytes) => joined(bytes, text("made by an encoder of its own ".repeat(9)))),
  claimed(lame("last frame short, a duration claimed", PLAIN, (bytes) => bytes.subarray(0, -100))),
  claimed(lame("header 2 over, a duration claimed", WITH_HEADER, (bytes) => recounted(bytes, 2))),
  cut("announced as longer", "short", PLAIN, 0.6),
  cut("with a header", "announced", WITH_HEADER, 0.6),
  cut("with a header, 85 %", "bare", WITH_HEADER, 0.85),
  cut("within a frame", "bare", PLAIN, 0.6),
  cut("on a frame's border, a duration claimed", "claimed", EVEN, 0.6),
  cut("layer II, a duration claimed", "claimed", null, 0.6),
  cut("free format, a duration claimed", "claimed", ["--freeformat", "-b", "160"], 0.6),
  { ...byHand("cut: in the tag in front", () => id3v2(900_000).subarray(0, 70_000)), kind: "cut" },
  none("an HTML page", text(`<!DOCTYPE html><html><body>${"<p>Forbidden</p>".repeat(900)}</body></html>`)),
  none("a JSON document", text(JSON.stringify({ code: 403, msg: "forbidden".repeat(900) }))),
  none("nothing", new Uint8Array(0)),
  none("random bytes", noise(300_000)),
  none("random bytes behind a frame", joined(frame(), noise(300_000))),
  none("random bytes behind a tag", joined(id3v2(300), noise(300_000))),
  none("zeros", new Uint8Array(300_000)),
];

type Change = OddFile["change"];

function lame(name: string, args: readonly string[], change: Change = (bytes) => bytes): OddFile {
  return { name, encoder: { tool: "lame", args }, change, songs: 1, arrives: "announced", kind: "odd" };
}

function ffmpeg(name: string, args: readonly string[]): OddFile {
  return { ...lame(name, []), encoder: { tool: "ffmpeg", args } };
}

function twice(name: string, args: readonly string[], change: Change): OddFile {
  return { ...lame(name, args, change), songs: 2 };
}

function byHand(name: string, bytes: (songSeconds: number) => Uint8Array): OddFile {
  return { ...lame(name, []), encoder: null, change: () => bytes(SONG_SECONDS) };
}

function claimed(file: OddFile): OddFile {
  return { ...file, arrives: "claimed" };
}

/** Without arguments, of layer II. On a border where all frames are of one size. */
function cut(name: string, arrives: OddFile["arrives"], args: readonly string[] | null, share: number): OddFile {
  const change: Change = (bytes) => {
    const end = Math.floor(bytes.length * share);
    return bytes.subarray(0, args === EVEN ? end - (end % EVEN_FRAME_BYTES) : end);
  };
  const file = args === null ? ffmpeg(name, [...MP2, "-b:a", "192k"]) : lame(name, args);
  return { ...file, name: `cut: ${name}`, change, arrives, kind: "cut" };
}

function none(name: string, bytes: Uint8Array): OddFile {
  return { ...byHand(`none: ${name}`, () => bytes), kind: "none" };
}

export const SONG_SECONDS = 15;

/** With another number of frames in the Info header. */
function recounted(bytes: Uint8Array, more: number): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const at = Buffer.from(changed.buffer).indexOf("Info") + 8;
  view.setUint32(at, view.getUint32(at) + more);
  return changed;
}

function noise(length: number): Uint8Array {
  const random = randomFrom("oracle", length);
  return Uint8Array.from({ length }, () => whole(random, 0, 255));
}
