/**
 * Walks an MP3 frame by frame as its bytes arrive: is it one, and is it whole? Layers I and II are walked alike.
 *
 * Nothing is buffered but what a chunk border splits: a header, a first frame, or what tells the length of a
 * free-format frame. Pure (a closure over counters).
 */
import { FILE_HEADER_BYTES, fileHeaderOf, type FileHeader } from "./mpeg-header.ts";
import { FRAME_HEADER_BYTES, frameAt, freeFrameBytes, type Frame } from "./mpeg-frame.ts";
import { TAG_LOOKAHEAD_BYTES, tagAt } from "./mpeg-tags.ts";
import { joined } from "./part-walker.ts";

export interface Mp3Facts {
  /** Whole frames with audio; the file's header frame carries none. */
  readonly frames: number;
  /** Frames of one kind in a row, without anything between them: the most there are. */
  readonly longestRun: number;
  readonly seconds: number;
  /** What is heard: without the encoder's delay and padding, where a LAME header tells them. */
  readonly playableSeconds: number;
  /** Of the first frame; null where there is none. */
  readonly sampleRateHz: number | null;
  readonly channels: 1 | 2 | null;
  readonly layer: 1 | 2 | 3 | null;
  readonly isFreeFormat: boolean;
  /** As many frames as the file's header says, or null without one. */
  readonly declaredFrames: number | null;
  readonly declaredSeconds: number | null;
  /** Bytes that belong to no frame and no tag. */
  readonly junkBytes: number;
  /** Those after the last frame. */
  readonly trailingBytes: number;
  /** How often the frames went out of step, and came back. */
  readonly resyncs: number;
  readonly audioBytes: number;
  /** Bytes that the last frame lacks, or the header of one that has just begun. */
  readonly missingBytes: number;
  /** Bytes that a tag at the end lacks. */
  readonly tagLacksBytes: number;
}

export interface Mp3Scan {
  push(chunk: Uint8Array): void;
  /** Call once, after the last chunk. */
  finish(): Mp3Facts;
}

const LOOKAHEAD_BYTES = Math.max(FILE_HEADER_BYTES, TAG_LOOKAHEAD_BYTES);
/** Searches that ended without a free-format frame, after which no more are begun: each may read some kilobytes. */
const MAX_FREE_SEARCHES = 64;

export function mp3Scan(): Mp3Scan {
  let carry: Uint8Array = new Uint8Array(0);
  let skip = 0;
  let skipping: "frame" | "tag" = "tag";
  let inLyrics = false;
  /** Of the run of frames that goes on here; null out of step. */
  let kind: number | null = null;
  /** The headers of that run by their third byte, so that each is read once: most files have two. */
  const seen = Array.from<Frame | undefined>({ length: 256 });
  let seenSecond = 0;
  let run = 0;
  let longestRun = 0;
  let freeBytes = 0;
  let freeSearches = 0;
  let first: Frame | null = null;
  let last: Frame | null = null;
  let header: FileHeader | null = null;
  let frames = 0;
  let junkBytes = 0;
  let sinceFrame = 0;
  let resyncs = 0;
  let audioBytes = 0;
  let headerLacks = 0;
  /** Of frames at another rate than that of the latest, and the samples at that one. */
  let seconds = 0;
  let samples = 0;

  /**
   * The frame that stands here, null where none does, or "more" where bytes are needed to tell. A header by chance is
   * not followed by another of its kind, so that one is waited for; in step, a single one of the same kind is trusted.
   */
  function trusted(bytes: Uint8Array, offset: number, atEnd: boolean): Frame | "more" | null {
    if (bytes[offset] !== 0xff) return null;
    const same = kind !== null && bytes[offset + 1] === seenSecond ? seen[bytes[offset + 2] ?? 0] : undefined;
    const emphasis = (bytes[offset + 3] ?? 2) & 3;
    if (same !== undefined && emphasis !== 2) return same;
    const known = frameAt(bytes, offset, freeBytes);
    if (known !== null && known.kind === kind) {
      if (bytes[offset + 1] !== seenSecond) seen.fill(undefined);
      seenSecond = bytes[offset + 1] ?? 0;
      seen[bytes[offset + 2] ?? 0] = known;
      return known;
    }
    let free = 0;
    if ((known === null || (known.kind & 1) === 1) && freeSearches < MAX_FREE_SEARCHES) {
      const found = freeFrameBytes(bytes, offset, atEnd);
      if (found === null) return "more";
      free = found;
      if (free === 0 && frameAt(bytes, offset, 1) !== null) freeSearches += 1;
    }
    const frame = frameAt(bytes, offset, free);
    if (frame === null) return null;
    const next = offset + frame.bytes;
    const isLast = next + FRAME_HEADER_BYTES > bytes.length;
    if (isLast && !atEnd) return "more";
    if (!isLast && frameAt(bytes, next, free)?.kind !== frame.kind) return null;
    // At the end there is no other to ask.
    if (isLast && last !== null && last.kind !== frame.kind) return null;
    if (free > 0) freeBytes = free;
    return frame;
  }

  /** Reads from `bytes` what can be read; returns how many were used up. At the end a short rest is read too. */
  function read(bytes: Uint8Array, atEnd: boolean): number {
    let offset = 0;
    for (;;) {
      const step = Math.min(skip, bytes.length - offset);
      offset += step;
      skip -= step;
      const left = bytes.length - offset;
      if (skip > 0 || left === 0 || (!atEnd && left < LOOKAHEAD_BYTES)) return offset;
      skipping = "tag";

      const tag = bytes[offset] === 0xff ? null : tagAt(bytes, offset);
      if (tag !== null) {
        skip = tag.bytes;
        if (tag.lyrics !== null) inLyrics = tag.lyrics === "begin";
        const taken = Math.min(tag.before, sinceFrame);
        junkBytes -= taken;
        sinceFrame -= taken;
        continue;
      }
      const frame = trusted(bytes, offset, atEnd);
      if (frame === "more") return offset;
      if (frame === null) {
        if (atEnd && kind !== null && beginsHeader(bytes.subarray(offset))) {
          headerLacks = FRAME_HEADER_BYTES - left;
          return bytes.length;
        }
        kind = null;
        run = 0;
        if (!inLyrics) {
          junkBytes += 1;
          sinceFrame += 1;
        }
        offset += 1;
        continue;
      }
      skip = frame.bytes;
      skipping = "frame";
      follow(frame, bytes, offset);
    }
  }

  function follow(frame: Frame, bytes: Uint8Array, offset: number): void {
    if (kind === null && first !== null) resyncs += 1;
    if (kind === frame.kind) run += 1;
    else {
      run = 1;
      seen.fill(undefined);
    }
    if (run > longestRun) longestRun = run;
    kind = frame.kind;
    inLyrics = false;
    sinceFrame = 0;
    if (first === null) {
      first = frame;
      header = fileHeaderOf(bytes.subarray(offset, offset + FILE_HEADER_BYTES), frame);
      if (header !== null) return;
    }
    if (last !== null && last.sampleRateHz !== frame.sampleRateHz) {
      seconds += samples / last.sampleRateHz;
      samples = 0;
    }
    last = frame;
    frames += 1;
    samples += frame.samples;
    audioBytes += frame.bytes;
  }

  return {
    push(chunk) {
      const bytes = carry.length === 0 ? chunk : joined(carry, chunk);
      carry = bytes.slice(read(bytes, false));
    },
    finish() {
      read(carry, true);
      const isCut = skipping === "frame" && skip > 0;
      const lost = isCut && last !== null ? last : null;
      const whole = lost === null ? frames : frames - 1;
      const rest = samples - (lost?.samples ?? 0);
      const wholeSeconds = last === null ? 0 : seconds + rest / last.sampleRateHz;
      // Who streams does not know the number, and writes 0.
      const declaredFrames = header === null || header.frames === 0 ? null : header.frames;
      // A file that ends early has lost its padding too.
      const padding = header !== null && whole >= header.frames ? header.paddingSamples : 0;
      const unheard = first === null ? 0 : ((header?.delaySamples ?? 0) + padding) / first.sampleRateHz;
      return {
        frames: whole,
        longestRun: isCut ? Math.max(longestRun - 1, 0) : longestRun,
        seconds: wholeSeconds,
        playableSeconds: Math.max(0, wholeSeconds - unheard),
        sampleRateHz: first?.sampleRateHz ?? null,
        channels: first?.channels ?? null,
        layer: first?.layer ?? null,
        isFreeFormat: freeBytes > 0,
        declaredFrames,
        declaredSeconds:
          declaredFrames === null || first === null ? null : (declaredFrames * first.samples) / first.sampleRateHz,
        junkBytes,
        trailingBytes: first === null ? 0 : sinceFrame,
        resyncs,
        audioBytes,
        missingBytes: isCut ? skip : headerLacks,
        tagLacksBytes: skipping === "tag" ? skip : 0,
      };
    },
  };
}

/** Whether this is no more than the first bytes of a frame's header: in step, it can hardly be anything else. */
function beginsHeader(rest: Uint8Array): boolean {
  const [first, second = 0xff] = rest;
  return rest.length < FRAME_HEADER_BYTES && first === 0xff && (second & 0xe0) === 0xe0;
}
