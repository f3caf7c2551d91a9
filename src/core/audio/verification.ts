/**
 * Stored means verified: the checks that a file passes before its last bytes are written.
 *
 * As long as announced, really audio (or a picture), not an error page, not empty, not cut short. What can be played is
 * kept: an odd end, or a header that counts wrong, is a fact and no refusal. A reason starts with a code and a colon,
 * then says what was found. Pure (a closure over counters).
 */
import { adtsReader } from "./container/adts.ts";
import type { ContainerFacts, ContainerReader } from "./container/facts.ts";
import { flacReader } from "./container/flac.ts";
import { mp4Reader } from "./container/mp4.ts";
import { FREE_FORMAT_CODEC } from "./container/mpeg-frame.ts";
import { oggReader } from "./container/ogg.ts";
import { joined } from "./container/part-walker.ts";
import { wavReader } from "./container/wav.ts";
import { describeBytes, formatOf, isOf, LEAST_RUN, type Format, type Media } from "./format.ts";
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

/** A file is cut if it holds less than this share of what was claimed of it, or of what it declares itself. */
const WHOLE_SHARE = 0.9;

/** Starts the checks by the file's first bytes (`HEAD_BYTES`, or all of a shorter file). A string is a refusal. */
export function verify(
  head: Uint8Array,
  media: Media,
  { claimedSeconds }: Claims = { claimedSeconds: null },
): Verification | string {
  if (head.length === 0) return "empty: the server sent no bytes";
  const format = formatOf(head, media);
  const refused = (): string => `not_${media === "any" ? "a_file" : media}: the server sent ${describeBytes(head)}`;
  if (format === null) return refused();
  // It is kept only where nothing better can be had.
  const unfit = isOf(format, media) ? null : refused();
  const checks = checksOf(format);
  let bytes = 0;
  let unsentBytes = 0;
  return {
    format,
    push(chunk) {
      bytes += chunk.length;
      checks.push(chunk);
    },
    finish(announcedBytes) {
      const claimed = claimedSeconds === null || claimedSeconds <= 0 ? null : claimedSeconds;
      const problem = checks.finish({ bytes, isAnnounced: announcedBytes !== null, claimedSeconds: claimed });
      if (announcedBytes === null || bytes === announcedBytes) return problem ?? unfit;
      unsentBytes = Math.max(0, announcedBytes - bytes);
      return `truncated: ${bytes} of ${announcedBytes} announced bytes arrived`;
    },
    facts: () => withBitrate({ ...NO_FACTS, format: format.name, ...checks.facts({ bytes, unsentBytes }) }, bytes),
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
  frames: null,
  declaredFrames: null,
  missingBytes: null,
  trailingBytes: null,
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
  /** `unsentBytes`: announced, and never sent. */
  facts(arrived: { readonly bytes: number; readonly unsentBytes: number }): Partial<ContainerFacts>;
}

function checksOf(format: Format): Checks {
  switch (format.name) {
    case "mp3":
      return mp3Checks();
    case "flac":
      return containerChecks(flacReader(), "counted");
    case "m4a":
    case "mp4":
      return containerChecks(mp4Reader(), "ahead");
    case "ogg":
      return containerChecks(oggReader(), "counted");
    case "aac":
      return containerChecks(adtsReader(), "counted");
    case "wav":
      return wavChecks();
    case "jpeg":
    case "png":
    case "webp":
    case "unknown":
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
      if (isAudible(facts)) {
        scanned = facts;
        return mp3Cut(facts, arrived);
      }
      return facts.tagLacksBytes > 0
        ? `truncated: the file ends in its tag, which lacks ${facts.tagLacksBytes} bytes`
        : "not_audio: no run of MPEG audio frames was found";
    },
  };
}

/** Of mostly junk, some frames by chance are no music. */
const AUDIBLE_RUN = 40;

function isAudible({ frames, longestRun, junkBytes, audioBytes }: Mp3Facts): boolean {
  return frames > 0 && longestRun >= (junkBytes > audioBytes ? AUDIBLE_RUN : LEAST_RUN);
}

/** Why there is too little of it, or null. A last frame that is short says so only where nothing else does. */
function mp3Cut(facts: Mp3Facts, { isAnnounced, claimedSeconds }: Arrived): string | null {
  const { seconds, declaredSeconds, missingBytes } = facts;
  if (isShort(seconds, declaredSeconds)) return endsAfter("MP3", seconds, declaredSeconds, "its header declares");
  if (isAnnounced) return null;
  if (isShort(seconds, claimedSeconds)) return endsAfter("MP3", seconds, claimedSeconds, "that are claimed");
  const isKnown = declaredSeconds !== null || claimedSeconds !== null;
  return isKnown || missingBytes === 0 ? null : `truncated: the last MP3 frame lacks ${missingBytes} bytes`;
}

function isShort(seconds: number | null, whole: number | null): whole is number {
  return seconds !== null && whole !== null && seconds < whole * WHOLE_SHARE;
}

function endsAfter(format: string, seconds: number, whole: number, says: string): string {
  return `truncated: ${format} ends after ${seconds.toFixed(1)} s of the ${whole.toFixed(1)} s ${says}`;
}

function mp3Container(scanned: Mp3Facts): Partial<ContainerFacts> {
  const { playableSeconds, seconds, sampleRateHz, channels, layer, isFreeFormat, audioBytes, ...rest } = scanned;
  const { junkBytes, resyncs, frames, declaredFrames, missingBytes, trailingBytes } = rest;
  return {
    codec: isFreeFormat ? FREE_FORMAT_CODEC : `mp${layer}`,
    // What can be played is longer than nothing, however much of it is the encoder's delay.
    durationSeconds: playableSeconds > 0 ? playableSeconds : seconds,
    sampleRateHz,
    channels,
    bitrateKbps: seconds > 0 ? Math.round((audioBytes * 8) / seconds / 1_000) : null,
    junkBytes,
    resyncs,
    frames,
    declaredFrames,
    missingBytes,
    trailingBytes,
  };
}

/**
 * Formats of parts. `ahead`: their length stands in a header, so that of a cut file the arrived share of it is played;
 * `counted`: by the parts that arrived.
 */
function containerChecks(reader: ContainerReader, duration: "ahead" | "counted"): Checks {
  return {
    push: (chunk) => reader.push(chunk),
    finish({ bytes, isAnnounced, claimedSeconds }) {
      const problem = reader.finish();
      const { codec = "", durationSeconds = null } = reader.facts();
      if (
        !isAnnounced &&
        duration === "counted" &&
        durationSeconds !== null &&
        isShort(durationSeconds, claimedSeconds)
      )
        return endsAfter(codec ?? "", durationSeconds, claimedSeconds, "that are claimed");
      const isWhole = bytes >= (bytes + reader.lacksBytes()) * WHOLE_SHARE;
      const isKnown = isAnnounced || claimedSeconds !== null;
      return isKnown && isWhole && (durationSeconds ?? 0) > 0 ? null : problem;
    },
    facts({ bytes, unsentBytes }) {
      const facts = reader.facts();
      const { durationSeconds = null } = facts;
      const missingBytes = reader.lacksBytes();
      const share = bytes / (bytes + Math.max(missingBytes, unsentBytes));
      if (durationSeconds === null || duration === "counted") return { ...facts, missingBytes };
      return { ...facts, missingBytes, durationSeconds: durationSeconds * share };
    },
  };
}

const EDGE_BYTES = 16;

/** The sound that arrived is compared with the length in its RIFF header and with the claim. */
function wavChecks(): Checks {
  const wav = wavReader();
  let start = new Uint8Array(0);
  let missingBytes = 0;
  return {
    push(chunk) {
      wav.push(chunk);
      if (start.length < EDGE_BYTES) start = joined(start, chunk.subarray(0, EDGE_BYTES)).slice(0, EDGE_BYTES);
    },
    facts: () => ({ ...wav.facts(), missingBytes }),
    finish({ bytes, isAnnounced, claimedSeconds }) {
      const declared = riffBytes(start) ?? bytes;
      missingBytes = Math.max(0, declared - bytes);
      if (bytes < declared * WHOLE_SHARE) return riffCut(bytes, declared);
      const { durationSeconds } = wav.facts();
      if (durationSeconds === 0) return "empty: the WAV holds no sound";
      return !isAnnounced && durationSeconds !== null && isShort(durationSeconds, claimedSeconds)
        ? endsAfter("WAV", durationSeconds, claimedSeconds, "that are claimed")
        : null;
    },
  };
}

/** Formats whose length or end mark can be read at the edges of the file, and what none is known of. */
function edgeChecks(format: Format): Checks {
  let start = new Uint8Array(0);
  let end = new Uint8Array(0);
  return {
    push(chunk) {
      if (start.length < EDGE_BYTES) start = joined(start, chunk.subarray(0, EDGE_BYTES)).slice(0, EDGE_BYTES);
      end = joined(end, chunk.subarray(-EDGE_BYTES)).slice(-EDGE_BYTES);
    },
    facts: () => ({}),
    finish({ bytes, isAnnounced }) {
      if (format.name === "unknown") return isAnnounced ? null : "unknown_length: nothing says how long the file is";
      if (format.name === "webp") {
        const declared = riffBytes(start) ?? bytes;
        return bytes < declared ? riffCut(bytes, declared) : null;
      }
      if (format.name === "png")
        return holds(end, [0x49, 0x45, 0x4e, 0x44]) ? null : "truncated: the PNG has no end chunk";
      // Some cameras and tools append bytes to the end mark, so an announced and complete length is believed.
      return isAnnounced || holds(end, [0xff, 0xd9]) ? null : "truncated: the JPEG has no end mark";
    },
  };
}

/** The whole file's length by its header; null where a stream wrote 0 or all ones, not knowing it. */
function riffBytes(start: Uint8Array): number | null {
  const declared = new DataView(start.buffer, start.byteOffset, 8).getUint32(4, true);
  return declared === 0 || declared === 0xffffffff ? null : declared + 8;
}

function riffCut(bytes: number, declared: number): string {
  return `truncated: ${bytes} of the ${declared} bytes that its RIFF header declares`;
}

function holds(bytes: Uint8Array, mark: readonly number[]): boolean {
  return bytes.some((_, index) => mark.every((byte, place) => bytes[index + place] === byte));
}
