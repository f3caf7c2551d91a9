/**
 * Reads a FLAC file as its bytes arrive: what it is and how long by its first block, how much of it came by the last
 * frame that begins. Source: RFC 9639, sections 8.2 and 9.1. Pure.
 */
import type { ContainerFacts, ContainerReader } from "./facts.ts";
import { joined, viewOf } from "./part-walker.ts";

/** Mark, block header, STREAMINFO. */
export const FLAC_HEAD_BYTES = 42;
const STREAM_INFO = 0;
const BLOCK_BYTE = 10;
const RATE_BYTE = 18;
const FRAME_HEADER_BYTES = 16;
/** A frame that begins so much later than the last one ends is no frame but a chance likeness. */
const MOST_GAP_SECONDS = 10;

/** Of a file's first `FLAC_HEAD_BYTES`; nothing where they do not say. */
export function flacFacts(head: Uint8Array): Partial<ContainerFacts> {
  if (head.length < FLAC_HEAD_BYTES || ((head[4] ?? 0) & 0x7f) !== STREAM_INFO) return {};
  const view = viewOf(head);
  // 20 bits of rate, 3 of channels less one, 5 of depth less one, 36 of samples.
  const packed = view.getUint32(RATE_BYTE);
  const sampleRateHz = packed >>> 12;
  if (sampleRateHz === 0) return {};
  const samples = (packed & 0xf) * 2 ** 32 + view.getUint32(RATE_BYTE + 4);
  return {
    codec: "flac",
    sampleRateHz,
    channels: ((packed >>> 9) & 0x7) + 1,
    // 0 stands for unknown.
    durationSeconds: samples === 0 ? null : samples / sampleRateHz,
  };
}

/** As its bytes arrive. */
export function flacReader(): ContainerReader {
  let head: Uint8Array = new Uint8Array(0);
  let carry: Uint8Array = new Uint8Array(0);
  /** Null until all of the first block has come. */
  let told: Partial<ContainerFacts> | null = null;
  let blockSamples = 0;
  let bytesHeard = 0;
  let endSample = 0;

  function readStart(chunk: Uint8Array): void {
    head = joined(head, chunk.subarray(0, FLAC_HEAD_BYTES - head.length));
    if (head.length < FLAC_HEAD_BYTES) return;
    told = flacFacts(head);
    blockSamples = viewOf(head).getUint16(BLOCK_BYTE);
  }

  function hear({ number, isSample, samples }: FrameHeader, { sampleRateHz = 0 }: Partial<ContainerFacts>): void {
    const start = isSample ? number : number * blockSamples;
    const most = endSample + MOST_GAP_SECONDS * (sampleRateHz ?? 0);
    if (start >= endSample && start <= most) endSample = start + samples;
  }

  const declared = (): number | null => told?.durationSeconds ?? null;

  /** To the end of the last frame that begins; null where none was found. */
  function seconds(): number | null {
    const rate = told?.sampleRateHz ?? null;
    return endSample === 0 || rate === null ? null : endSample / rate;
  }

  return {
    push(chunk) {
      bytesHeard += chunk.length;
      if (told === null) readStart(chunk);
      const bytes = carry.length === 0 ? chunk : joined(carry, chunk);
      const last = Math.max(0, bytes.length - FRAME_HEADER_BYTES);
      for (let at = bytes.indexOf(0xff); at !== -1 && at < last; at = bytes.indexOf(0xff, at + 1)) {
        const header = frameHeader(bytes.subarray(at, at + FRAME_HEADER_BYTES));
        if (header !== null && told !== null) hear(header, told);
      }
      carry = bytes.slice(last);
    },
    /** By the seconds that lack. */
    lacksBytes: () => Math.round(bytesHeard * Math.max(0, (declared() ?? 0) / (seconds() ?? Infinity) - 1)),
    finish() {
      const [heard, whole] = [seconds(), declared()];
      if (whole === null || (heard ?? 0) >= whole) return null;
      if (heard === null) return "truncated: FLAC ends before its first frame";
      return `truncated: FLAC ends after ${heard.toFixed(1)} s of the ${whole.toFixed(1)} s its header declares`;
    },
    facts: () => ({ ...told, durationSeconds: seconds() }),
  };
}

interface FrameHeader {
  /** Of the frame, or of its first sample. */
  readonly number: number;
  readonly isSample: boolean;
  readonly samples: number;
}

/** Null where none begins here: by its marks, by what is reserved, and by its checksum. */
function frameHeader(bytes: Uint8Array): FrameHeader | null {
  const [mark = 0, flags = 0, sizes = 0, kinds = 0, lead = 0] = bytes;
  const [sizeCode, rateCode] = [sizes >> 4, sizes & 0xf];
  const isReserved = sizeCode === 0 || rateCode === 0xf || kinds >> 4 > 10 || (kinds & 1) === 1;
  if (mark !== 0xff || (flags & 0xfe) !== 0xf8 || isReserved) return null;
  // Coded as UTF-8 is, in up to seven bytes.
  const ones = Math.clz32(~(lead << 24));
  if (ones === 1 || ones > 7) return null;
  let number = ones === 0 ? lead : lead & (0x7f >> ones);
  let at = 5;
  for (const end = 4 + Math.max(1, ones); at < end; at++) number = number * 64 + ((bytes[at] ?? 0) & 0x3f);
  let samples = sizeCode < 6 ? (sizeCode === 1 ? 192 : 576 << (sizeCode - 2)) : 256 << (sizeCode - 8);
  if (sizeCode === 6 || sizeCode === 7) {
    samples = 1 + (sizeCode === 6 ? (bytes[at] ?? 0) : viewOf(bytes).getUint16(at));
    at += sizeCode - 5;
  }
  if (rateCode >= 12) at += rateCode === 12 ? 1 : 2;
  return checksum(bytes.subarray(0, at)) === bytes[at] ? { number, isSample: (flags & 1) === 1, samples } : null;
}

/** CRC-8 of the polynomial 0x07. */
function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) === 0 ? crc << 1 : ((crc << 1) ^ 0x07) & 0xff;
  }
  return crc;
}
