/**
 * Walks an MP3 frame by frame as its bytes arrive: is it one, and is it whole?
 *
 * Nothing is buffered but the bytes of a header, or of a first frame, that a chunk border splits. Pure (a closure over counters).
 * Sources: ID3v2.4 section 3.1 and 3.4, ID3v1, APEv2, and the Xing/Info header as LAME writes it.
 */
import { frameAt, type Frame } from "./mpeg-frame.ts";

export interface Mp3Facts {
  /** Whole frames with audio; the Xing/Info frame carries none. */
  readonly frames: number;
  readonly seconds: number;
  /** What is heard: without the encoder's delay and padding, where a LAME header tells them. */
  readonly playableSeconds: number;
  /** Of the first frame; null where there is none. */
  readonly sampleRateHz: number | null;
  readonly channels: 1 | 2 | null;
  /** As many frames as the Xing/Info header says, or null without one. */
  readonly declaredFrames: number | null;
  readonly declaredSeconds: number | null;
  /** Bytes that belong to no frame and no tag. */
  readonly junkBytes: number;
  /** How often the frames went out of step. */
  readonly resyncs: number;
  readonly audioBytes: number;
  /** Bytes that the last frame lacks, or the header of one that has just begun. */
  readonly missingBytes: number;
}

export interface Mp3Scan {
  push(chunk: Uint8Array): void;
  /** Call once, after the last chunk. */
  finish(): Mp3Facts;
}

/** A header frame holds the Xing/Info field, and what LAME adds to it, within so many bytes. */
const INFO_BYTES = 192;
const FRAME_HEADER_BYTES = 4;
const ID3_HEADER_BYTES = 10;
const ID3V1_BYTES = 128;
const APE_HEADER_BYTES = 32;

export function mp3Scan(): Mp3Scan {
  let carry: Uint8Array = new Uint8Array(0);
  let skip = 0;
  let skippingFrame = false;
  let started = false;
  let synced = false;
  let frames = 0;
  let samples = 0;
  let first: Frame | null = null;
  let info: Info | null = null;
  let junkBytes = 0;
  let resyncs = 0;
  let audioBytes = 0;
  let headerLacks = 0;

  /** Reads from `bytes` what can be read; returns how many were used up. At the end a short rest is read too. */
  function read(bytes: Uint8Array, atEnd: boolean): number {
    let offset = 0;
    for (;;) {
      const step = Math.min(skip, bytes.length - offset);
      offset += step;
      skip -= step;
      const left = bytes.length - offset;
      if (skip > 0 || left === 0 || (!atEnd && left < INFO_BYTES)) return offset;
      skippingFrame = false;

      const tagBytes = tagAt(bytes, offset);
      if (tagBytes !== null) {
        skip = tagBytes;
        continue;
      }
      const frame = frameAt(bytes, offset);
      const next = frame === null ? null : offset + frame.bytes;
      // A header by chance is not followed by another one, so that one is waited for. In step, a single one is trusted.
      if (!synced && !atEnd && next !== null && next + 4 > bytes.length) return offset;
      const trusted =
        frame !== null && next !== null && (synced || next + 4 > bytes.length || frameAt(bytes, next) !== null);
      if (atEnd && synced && frame === null && beginsHeader(bytes.subarray(offset))) {
        headerLacks = FRAME_HEADER_BYTES - left;
        return bytes.length;
      }
      if (frame === null || !trusted) {
        if (synced) resyncs += 1;
        synced = false;
        junkBytes += 1;
        offset += 1;
        continue;
      }
      synced = true;
      skip = frame.bytes;
      skippingFrame = true;
      if (!started) {
        started = true;
        first = frame;
        info = infoOf(bytes.subarray(offset, offset + INFO_BYTES), frame);
        if (info !== null) continue;
      }
      frames += 1;
      samples += frame.samples;
      audioBytes += frame.bytes;
    }
  }

  return {
    push(chunk) {
      const bytes = carry.length === 0 ? chunk : concat(carry, chunk);
      carry = bytes.slice(read(bytes, false));
    },
    finish() {
      read(carry, true);
      const missingBytes = skippingFrame ? skip : headerLacks;
      const whole = skippingFrame && skip > 0 && frames > 0 ? frames - 1 : frames;
      const secondsPerFrame = first === null ? 0 : first.samples / first.sampleRateHz;
      const seconds = first === null ? 0 : samples / first.sampleRateHz - (frames - whole) * secondsPerFrame;
      const declaredFrames = info?.frames ?? null;
      // A file that ends early has lost its padding too.
      const padding = info !== null && whole >= info.frames ? info.paddingSamples : 0;
      const unheard = first === null ? 0 : ((info?.delaySamples ?? 0) + padding) / first.sampleRateHz;
      return {
        frames: whole,
        seconds,
        playableSeconds: Math.max(0, seconds - unheard),
        sampleRateHz: first?.sampleRateHz ?? null,
        channels: first?.channels ?? null,
        declaredFrames,
        declaredSeconds: declaredFrames === null ? null : declaredFrames * secondsPerFrame,
        junkBytes,
        resyncs,
        audioBytes,
        missingBytes,
      };
    },
  };
}

/** The whole length of the tag that stands here, or null. */
function tagAt(bytes: Uint8Array, offset: number): number | null {
  if (hasText(bytes, offset, "ID3")) {
    const [a, b, c, d] = bytes.subarray(offset + 6, offset + ID3_HEADER_BYTES);
    if (a === undefined || b === undefined || c === undefined || d === undefined || (a | b | c | d) > 0x7f) return null;
    return ID3_HEADER_BYTES + ((a << 21) | (b << 14) | (c << 7) | d);
  }
  if (hasText(bytes, offset, "TAG")) return ID3V1_BYTES;
  if (!hasText(bytes, offset, "APETAGEX") || bytes.length < offset + 16) return null;
  return APE_HEADER_BYTES + new DataView(bytes.buffer, bytes.byteOffset + offset + 12, 4).getUint32(0, true);
}

/** Whether this is no more than the first bytes of a frame's header: in step, it can hardly be anything else. */
function beginsHeader(rest: Uint8Array): boolean {
  const [first, second = 0xff] = rest;
  return rest.length < FRAME_HEADER_BYTES && first === 0xff && (second & 0xe0) === 0xe0;
}

interface Info {
  readonly frames: number;
  /** Put before the music by the encoder, and after it. */
  readonly delaySamples: number;
  readonly paddingSamples: number;
}

const TOC_BYTES = 100;
/** From the start of LAME's part: name, version, replay gain and so on come before. */
const LAME_DELAY_OFFSET = 21;

/** The Xing or Info header in a file's first frame, where it tells the number of frames. */
function infoOf(head: Uint8Array, frame: Frame): Info | null {
  const sideInfoBytes = frame.mpeg1 ? (frame.channels === 1 ? 17 : 32) : frame.channels === 1 ? 9 : 17;
  const offset = 4 + sideInfoBytes;
  if (!hasText(head, offset, "Xing") && !hasText(head, offset, "Info")) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < offset + 12) return null;
  const flags = view.getUint32(offset + 4);
  if ((flags & 1) === 0) return null;
  const fields = 8 + 4 + (flags & 2 ? 4 : 0) + (flags & 4 ? TOC_BYTES : 0) + (flags & 8 ? 4 : 0);
  const delayAt = offset + fields + LAME_DELAY_OFFSET;
  const byLame = hasText(head, offset + fields, "LAME") || hasText(head, offset + fields, "Lav");
  const [a = 0, b = 0, c = 0] = byLame ? head.subarray(delayAt, delayAt + 3) : [];
  const frames = view.getUint32(offset + 8);
  return { frames, delaySamples: (a << 4) | (b >> 4), paddingSamples: ((b & 15) << 8) | c };
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  return true;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
