/**
 * Stored means verified: the checks that a file passes before its last bytes are written.
 *
 * As long as announced, really audio (or a picture), not an error page, not empty, not cut short. A reason starts
 * with a code and a colon, then says what was found. Pure (a closure over counters).
 */
import type { ContainerFacts } from "./container/facts.ts";
import { flacReader } from "./container/flac.ts";
import { mp4Reader } from "./container/mp4.ts";
import { oggReader } from "./container/ogg.ts";
import { joined } from "./container/part-walker.ts";
import { wavReader } from "./container/wav.ts";
import type { FileKind } from "../task/event.ts";
import { describeBytes, formatOf, type Format } from "./format.ts";
import { mp3Scan, type Mp3Facts } from "./container/mp3.ts";

export interface Verification {
  readonly format: Format;
  /** Feed every byte once, the head included. */
  push(chunk: Uint8Array): void;
  /**
   * The reason why the file must not be kept, or null. Call once, after the last bytes, be it that the connection broke.
   * `announcedBytes` is null where the server named no length.
   */
  finish(announcedBytes: number | null): string | null;
  /**
   * What the container says, after `finish`, also of a file that was refused: its `durationSeconds` is over 0 where
   * something of it can be played. Of a picture, its format alone.
   */
  facts(): ContainerFacts;
}

export interface Claims {
  /** The longest duration that the provider gave for the track. */
  readonly claimedSeconds: number | null;
}

/** Starts the checks by the file's first bytes (`HEAD_BYTES`, or all of a shorter file). A string is a refusal. */
export function verify(
  head: Uint8Array,
  file: FileKind,
  { claimedSeconds }: Claims = { claimedSeconds: null },
): Verification | string {
  if (head.length === 0) return "empty: the server sent no bytes";
  const format = formatOf(head, file);
  if (format === null) return `${file === "audio" ? "not_audio" : "not_image"}: the server sent ${describeBytes(head)}`;
  const checks = checksOf(format);
  let bytes = 0;
  return {
    format,
    push(chunk) {
      bytes += chunk.length;
      checks.push(chunk);
    },
    finish(announcedBytes) {
      const problem = checks.finish({ bytes, isAnnounced: announcedBytes !== null, claimedSeconds });
      return announcedBytes !== null && bytes !== announcedBytes
        ? `truncated: ${bytes} of ${announcedBytes} announced bytes arrived`
        : problem;
    },
    facts: () => withBitrate({ ...NO_FACTS, format: format.name, ...checks.facts() }, bytes),
  };
}

/** Where the container names no bitrate, the file's own on the whole. */
function withBitrate(facts: ContainerFacts, bytes: number): ContainerFacts {
  const { bitrateKbps, durationSeconds } = facts;
  if (bitrateKbps !== null || durationSeconds === null || durationSeconds <= 0) return facts;
  return { ...facts, bitrateKbps: Math.round((bytes * 8) / durationSeconds / 1_000) };
}

const NO_FACTS: ContainerFacts = {
  format: null,
  codec: null,
  durationSeconds: null,
  sampleRateHz: null,
  channels: null,
  bitrateKbps: null,
  junkBytes: null,
  resyncs: null,
};

interface Arrived {
  readonly bytes: number;
  /** The server named a length. */
  readonly isAnnounced: boolean;
  readonly claimedSeconds: number | null;
}

interface Checks {
  push(chunk: Uint8Array): void;
  finish(arrived: Arrived): string | null;
  facts(): Partial<ContainerFacts>;
}

function checksOf(format: Format): Checks {
  switch (format.name) {
    case "mp3":
      return mp3Checks();
    case "flac":
      return flacReader();
    case "ogg":
      return oggReader();
    case "m4a":
      return mp4Reader();
    case "wav":
    case "aac":
    case "jpeg":
    case "png":
    case "webp":
      return edgeChecks(format);
  }
}

function mp3Checks(): Checks {
  const scan = mp3Scan();
  let scanned: Mp3Facts | null = null;
  return {
    push: (chunk) => scan.push(chunk),
    facts: () => (scanned === null ? {} : mp3Container(scanned)),
    finish(arrived) {
      const facts = scan.finish();
      if (facts.frames === 0 || facts.junkBytes > facts.audioBytes)
        return "not_audio: no run of MPEG audio frames was found";
      scanned = facts;
      return mp3Cut(facts, arrived);
    },
  };
}

/** A file is cut if it holds less than this share of what it should. */
const WHOLE_SHARE = 0.9;

/** Why there is too little of it, or null. A last frame that is short says so only where nothing else does. */
function mp3Cut(facts: Mp3Facts, { isAnnounced, claimedSeconds }: Arrived): string | null {
  const { seconds, declaredSeconds, missingBytes } = facts;
  const isShort = (whole: number | null): whole is number => whole !== null && seconds < whole * WHOLE_SHARE;
  const ends = `truncated: MP3 ends after ${seconds.toFixed(1)} s`;
  if (isShort(declaredSeconds)) return `${ends} of the ${declaredSeconds.toFixed(1)} s its header declares`;
  if (isAnnounced) return null;
  if (isShort(claimedSeconds)) return `${ends} of the ${claimedSeconds.toFixed(1)} s that are claimed`;
  const isKnown = declaredSeconds !== null || claimedSeconds !== null;
  return isKnown || missingBytes === 0 ? null : `truncated: the last MP3 frame lacks ${missingBytes} bytes`;
}

function mp3Container(scanned: Mp3Facts): Partial<ContainerFacts> {
  const { playableSeconds, seconds, sampleRateHz, channels, audioBytes, junkBytes, resyncs } = scanned;
  const bitrateKbps = seconds > 0 ? Math.round((audioBytes * 8) / seconds / 1_000) : null;
  return { codec: "mp3", durationSeconds: playableSeconds, sampleRateHz, channels, bitrateKbps, junkBytes, resyncs };
}

const EDGE_BYTES = 16;

/** Formats whose length or end mark can be read at the edges of the file. */
function edgeChecks(format: Format): Checks {
  let start = new Uint8Array(0);
  let end = new Uint8Array(0);
  const wav = format.name === "wav" ? wavReader() : null;
  return {
    push(chunk) {
      wav?.push(chunk);
      if (start.length < EDGE_BYTES) start = joined(start, chunk.subarray(0, EDGE_BYTES)).slice(0, EDGE_BYTES);
      end = joined(end, chunk.subarray(-EDGE_BYTES)).slice(-EDGE_BYTES);
    },
    facts: () => wav?.facts() ?? {},
    finish({ bytes, isAnnounced }) {
      switch (format.name) {
        case "wav":
        case "webp":
          return riffProblem(start, bytes);
        case "png":
          return holds(end, [0x49, 0x45, 0x4e, 0x44]) ? null : "truncated: the PNG has no end chunk";
        case "jpeg":
          // Some cameras and tools append bytes to the end mark, so an announced and complete length is believed.
          return isAnnounced || holds(end, [0xff, 0xd9]) ? null : "truncated: the JPEG has no end mark";
        case "mp3":
        case "flac":
        case "ogg":
        case "m4a":
        case "aac":
          return null;
      }
    },
  };
}

/** Streams write 0 or all ones where they do not know the size. */
function riffProblem(start: Uint8Array, bytes: number): string | null {
  const declared = new DataView(start.buffer, start.byteOffset, 8).getUint32(4, true);
  if (declared === 0 || declared === 0xffffffff || bytes >= declared + 8) return null;
  return `truncated: ${bytes} of the ${declared + 8} bytes that its RIFF header declares`;
}

function holds(bytes: Uint8Array, mark: readonly number[]): boolean {
  return bytes.some((_, index) => mark.every((byte, place) => bytes[index + place] === byte));
}
