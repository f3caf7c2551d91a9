/**
 * Reads a WAV as its bytes arrive: what its header says, and the sound in it. Pure (a closure over counters).
 *
 * PCM of 8, 16, 24 and 32 bits and floats of 32, one or two channels. Sources: RIFF, WAVEFORMATEXTENSIBLE.
 */
import { joined } from "./part-walker.ts";
import type { Pcm } from "../sound/pcm.ts";

export interface WavFacts {
  readonly codec: string | null;
  readonly sampleRateHz: number | null;
  readonly channels: number | null;
  readonly bitrateKbps: number | null;
  /** Of the sound that arrived, whatever the header claims. */
  readonly durationSeconds: number | null;
}

export interface WavReader {
  /** `onSound` is left out by who wants to know no more than the header. */
  readonly push: (bytes: Uint8Array, onSound?: (sound: Pcm, sampleRateHz: number) => void) => void;
  /** After the last bytes. */
  readonly facts: () => WavFacts;
  /** Why there is no sound, once that is known; null while there may be some. */
  readonly problem: () => string | null;
}

interface Layout {
  readonly float: boolean;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly sampleBytes: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const CHUNK_HEADER_BYTES = 8;
const RIFF_HEADER_BYTES = 12;
/** A chunk before the sound that is longer than this is passed over unread. */
const MAX_FORMAT_BYTES = 64;
const STRETCH_FRAMES = 4_096;
/** Files have a dozen before their sound. Each costs time, and one made to waste it has a million. */
const MAX_CHUNKS = 1_000;

export function wavReader(): WavReader {
  let carry: Uint8Array = new Uint8Array(0);
  let place: "riff" | "chunk" | "data" | "end" = "riff";
  let skip = 0;
  let chunks = 0;
  let left = 0;
  let dataBytes = 0;
  let layout: Layout | null = null;
  /** As the format says, also one whose sound is not read. */
  let bytesPerSecond = 0;
  let problem: string | null = null;
  let planes: readonly Float32Array[] = [];

  /** How many of the bytes were used up. */
  function step(bytes: Uint8Array, onSound: ((sound: Pcm, sampleRateHz: number) => void) | undefined): number {
    if (skip > 0) {
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      return skipped;
    }
    switch (place) {
      case "riff":
        if (bytes.length < RIFF_HEADER_BYTES) return 0;
        place = "chunk";
        return RIFF_HEADER_BYTES;
      case "chunk":
        return chunk(bytes);
      case "data":
        return data(bytes, onSound);
      case "end":
        return bytes.length;
    }
  }

  function chunk(bytes: Uint8Array): number {
    if (bytes.length < CHUNK_HEADER_BYTES) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const name = String.fromCharCode(...bytes.subarray(0, 4));
    const size = view.getUint32(4, true);
    const isFormat = name === "fmt " && size <= MAX_FORMAT_BYTES;
    if (isFormat && bytes.length < CHUNK_HEADER_BYTES + size) return 0;
    chunks += 1;
    if (chunks > MAX_CHUNKS) {
      problem ??= `the WAV has more than ${MAX_CHUNKS} chunks before its sound`;
      place = "end";
      return CHUNK_HEADER_BYTES;
    }
    if (name === "data") {
      // Who streams does not know the size: 0 or all ones stand for "to the end".
      left = size === 0 || size === 0xffffffff ? Number.POSITIVE_INFINITY : size;
      if (layout === null) problem ??= "the WAV has no format before its sound";
      place = bytesPerSecond === 0 ? "end" : "data";
      return CHUNK_HEADER_BYTES;
    }
    if (isFormat) {
      const format = bytes.subarray(CHUNK_HEADER_BYTES, CHUNK_HEADER_BYTES + size);
      const read = layoutOf(format);
      bytesPerSecond = byteRateOf(format);
      if (typeof read === "string") problem = read;
      else {
        layout = read;
        planes = Array.from({ length: read.channels }, () => new Float32Array(STRETCH_FRAMES));
      }
    }
    // Chunks begin at even places.
    skip = size + (size % 2);
    return CHUNK_HEADER_BYTES;
  }

  function data(bytes: Uint8Array, onSound: ((sound: Pcm, sampleRateHz: number) => void) | undefined): number {
    if (layout === null) {
      const passed = Math.min(left, bytes.length);
      dataBytes += passed;
      left -= passed;
      if (left === 0) place = "end";
      return passed;
    }
    const frameBytes = layout.channels * layout.sampleBytes;
    const frames = Math.floor(Math.min(left, bytes.length) / frameBytes);
    const used = frames * frameBytes;
    // Without a listener there is nothing to convert.
    const heard = onSound === undefined ? 0 : frames;
    for (let first = 0; first < heard; first += STRETCH_FRAMES) {
      const count = Math.min(STRETCH_FRAMES, heard - first);
      fill(planes, bytes.subarray(first * frameBytes, (first + count) * frameBytes), count, layout);
      onSound?.(
        planes.map((plane) => plane.subarray(0, count)),
        layout.sampleRateHz,
      );
    }
    dataBytes += used;
    left -= used;
    if (left < frameBytes) place = "end";
    return used;
  }

  return {
    push(chunk, onSound) {
      let bytes = carry.length === 0 ? chunk : joined(carry, chunk);
      for (let used = step(bytes, onSound); used > 0 && bytes.length > 0; used = step(bytes, onSound))
        bytes = bytes.subarray(used);
      carry = bytes.slice();
    },
    facts() {
      const durationSeconds = bytesPerSecond === 0 ? null : dataBytes / bytesPerSecond;
      if (layout === null)
        return { codec: null, sampleRateHz: null, channels: null, bitrateKbps: null, durationSeconds };
      const { float, channels, sampleRateHz, sampleBytes } = layout;
      return {
        codec: `pcm_${float ? "f" : sampleBytes === 1 ? "u" : "s"}${sampleBytes * 8}`,
        sampleRateHz,
        channels,
        bitrateKbps: Math.round((bytesPerSecond * 8) / 1_000),
        durationSeconds,
      };
    },
    problem: () => problem,
  };
}

/** A string says why it cannot be read. */
function layoutOf(format: Uint8Array): Layout | string {
  if (format.length < 16) return "the WAV's format is cut short";
  const view = new DataView(format.buffer, format.byteOffset, format.byteLength);
  const tag = view.getUint16(0, true);
  const kind = tag === EXTENSIBLE && format.length >= 26 ? view.getUint16(24, true) : tag;
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  if (channels < 1 || channels > 2) return `a WAV of ${channels} channels is not read`;
  if (sampleRateHz < 8_000 || sampleRateHz > 192_000) return `a WAV at ${sampleRateHz} Hz is not read`;
  const known = (kind === PCM && [8, 16, 24, 32].includes(bits)) || (kind === FLOAT && bits === 32);
  if (!known) return `a WAV of kind ${kind} with ${bits} bits is not read`;
  return { float: kind === FLOAT, channels, sampleRateHz, sampleBytes: bits / 8 };
}

/** Of sound that is read, what its shape makes it; some writers leave the field empty. */
function byteRateOf(format: Uint8Array): number {
  const read = layoutOf(format);
  if (typeof read !== "string") return read.sampleRateHz * read.channels * read.sampleBytes;
  return format.length < 16 ? 0 : new DataView(format.buffer, format.byteOffset + 8, 4).getUint32(0, true);
}

function fill(planes: readonly Float32Array[], bytes: Uint8Array, frames: number, layout: Layout): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { sampleBytes, channels } = layout;
  const frameBytes = sampleBytes * channels;
  const sampleAt = readerOf(view, layout);
  planes.forEach((plane, channel) => {
    const offset = channel * sampleBytes;
    for (let frame = 0; frame < frames; frame += 1) plane[frame] = sampleAt(frame * frameBytes + offset);
  });
}

function readerOf(view: DataView, { float, sampleBytes }: Layout): (offset: number) => number {
  if (float) {
    return (offset) => {
      const sample = view.getFloat32(offset, true);
      // One sample that is no number would spoil every measure that adds up.
      return Number.isFinite(sample) ? sample : 0;
    };
  }
  switch (sampleBytes) {
    case 1:
      return (offset) => (view.getUint8(offset) - 128) / 128;
    case 2:
      return (offset) => view.getInt16(offset, true) / 32_768;
    case 3:
      return (offset) => ((view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)) / 8_388_608;
    default:
      return (offset) => view.getInt32(offset, true) / 2_147_483_648;
  }
}
