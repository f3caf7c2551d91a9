/**
 * Reads what an M4A file says of its first track of sound, as its bytes arrive, wherever its `moov` stands.
 *
 * Source: ISO/IEC 14496-12 (boxes; `mdhd` 8.4.2, `hdlr` 8.4.3, `stsd` 8.5.2 and 12.2.3). Pure.
 */
import type { ContainerFacts, ContainerReader } from "./facts.ts";
import { nameAt, partWalker, viewOf } from "./part-walker.ts";

const BOX_HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;
/** Of hours of sound; a longer one is passed over unread. */
const MAX_MOOV_BYTES = 2 * 1024 * 1024;

const CODECS = new Map([
  ["mp4a", "aac"],
  ["alac", "alac"],
  ["Opus", "opus"],
  ["fLaC", "flac"],
  [".mp3", "mp3"],
]);

export function mp4Reader(): ContainerReader {
  let facts: Partial<ContainerFacts> = {};
  let sawMoov = false;

  function box(bytes: Uint8Array): number {
    const header = headerOf(bytes);
    if (header === null) return 0;
    if (header.name !== "moov") return header.size;
    sawMoov = true;
    if (header.size > MAX_MOOV_BYTES) return header.size;
    if (bytes.length < header.size) return 0;
    facts = soundOf(bytes.subarray(header.start, header.size));
    return header.size;
  }

  const walker = partWalker(box);
  return {
    push: walker.push,
    lacksBytes: walker.lacksBytes,
    finish: () => walker.problem("MP4 box") ?? (sawMoov ? null : "truncated: the MP4 ends before its moov box"),
    facts: () => facts,
  };
}

interface BoxHeader {
  readonly name: string;
  /** Of the whole box; infinite for one that goes to the end of the file. */
  readonly size: number;
  /** Of what it holds. */
  readonly start: number;
}

/** Null while more bytes are needed. */
function headerOf(bytes: Uint8Array): BoxHeader | null {
  if (bytes.length < BOX_HEADER_BYTES) return null;
  const view = viewOf(bytes);
  const name = nameAt(bytes, 4);
  const size = view.getUint32(0);
  if (size === 1) {
    if (bytes.length < LONG_HEADER_BYTES) return null;
    const long = Number(view.getBigUint64(BOX_HEADER_BYTES));
    return { name, size: long < LONG_HEADER_BYTES ? Number.POSITIVE_INFINITY : long, start: LONG_HEADER_BYTES };
  }
  // 0 stands for "to the end"; what is shorter than its own header is no box, and nothing after it can be read.
  return { name, size: size < BOX_HEADER_BYTES ? Number.POSITIVE_INFINITY : size, start: BOX_HEADER_BYTES };
}

/** What the boxes of these bytes hold, by name; of two of a name, both. */
function boxesIn(bytes: Uint8Array, name: string): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let rest = bytes;
  for (let header = headerOf(rest); header !== null; header = headerOf(rest)) {
    if (header.name === name) found.push(rest.subarray(header.start, header.size));
    rest = rest.subarray(Math.min(rest.length, header.size));
  }
  return found;
}

function inside(bytes: Uint8Array, ...path: readonly string[]): Uint8Array {
  return path.reduce((part: Uint8Array, name) => boxesIn(part, name)[0] ?? new Uint8Array(0), bytes);
}

function soundOf(moov: Uint8Array): Partial<ContainerFacts> {
  const media = boxesIn(moov, "trak").map((trak) => inside(trak, "mdia"));
  const sound = media.find((mdia) => nameAt(inside(mdia, "hdlr"), 8) === "soun");
  if (sound === undefined) return {};
  return { ...lengthOf(inside(sound, "mdhd")), ...entryOf(inside(sound, "minf", "stbl", "stsd")) };
}

/** Versions 0 and 1 differ in the width of their times. */
function lengthOf(mdhd: Uint8Array): Partial<ContainerFacts> {
  const isLong = mdhd[0] === 1;
  if (mdhd.length < (isLong ? 32 : 20)) return {};
  const view = viewOf(mdhd);
  const ticksPerSecond = view.getUint32(isLong ? 20 : 12);
  const ticks = isLong ? Number(view.getBigUint64(24)) : view.getUint32(16);
  return ticksPerSecond === 0 || ticks === 0 ? {} : { durationSeconds: ticks / ticksPerSecond };
}

/** The first entry, which begins after version and count. */
function entryOf(stsd: Uint8Array): Partial<ContainerFacts> {
  const entry = stsd.subarray(8);
  if (entry.length < 36) return {};
  const view = viewOf(entry);
  const name = nameAt(entry, 4);
  const channels = view.getUint16(24);
  // 16.16 fixed point; 0 where the rate does not fit.
  const sampleRateHz = view.getUint32(32) >>> 16;
  return {
    codec: CODECS.get(name) ?? null,
    channels: channels === 0 ? null : channels,
    sampleRateHz: sampleRateHz === 0 ? null : sampleRateHz,
    ...(name === "mp4a" ? aacChannels(boxesIn(entry.subarray(36), "esds")[0]) : {}),
  };
}

const ES = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;
/** Of their own fields, before the descriptors that they hold. */
const FIELDS_BYTES = new Map([
  [ES, 3],
  [DECODER_CONFIG, 13],
]);

/** The entry of AAC says 2 whatever is true; its AudioSpecificConfig knows (ISO/IEC 14496-1 7.2.6, 14496-3 1.6.2). */
function aacChannels(esds: Uint8Array | undefined): Partial<ContainerFacts> {
  let rest = esds?.subarray(4) ?? new Uint8Array(0);
  while (rest.length > 2) {
    const tag = rest[0] ?? 0;
    // A length takes up to four bytes of seven bits.
    const lengthEnd = 1 + rest.subarray(1, 4).findIndex((byte) => byte < 0x80);
    const start = (lengthEnd === 0 ? 4 : lengthEnd) + 1;
    if (tag === DECODER_SPECIFIC_INFO) {
      const configuration = ((rest[start + 1] ?? 0) >>> 3) & 0xf;
      // 0: told elsewhere. 7 stands for eight.
      return configuration === 0 || configuration > 7 ? {} : { channels: configuration === 7 ? 8 : configuration };
    }
    const fields = FIELDS_BYTES.get(tag);
    if (fields === undefined) return {};
    rest = rest.subarray(start + fields);
  }
  return {};
}
