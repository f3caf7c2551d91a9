/** Audio and picture files, made byte by byte: what a test needs and no encoder gives on demand. */

export interface FrameShape {
  /** 3: MPEG 1; 2: MPEG 2; 0: MPEG 2.5. */
  readonly version?: 0 | 2 | 3;
  readonly layer?: 1 | 2 | 3;
  readonly bitrateIndex?: number;
  readonly rateIndex?: number;
  readonly padding?: 0 | 1;
  readonly mono?: boolean;
  /** Free format, of so many bytes without padding. */
  readonly freeBytes?: number;
}

const KBPS = {
  mpeg1: {
    1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  mpeg2: {
    1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
};

/** One whole frame; its body is zero. Layer III, 128 kbit/s at 44.1 kHz (417 bytes) unless told otherwise. */
export function frame(shape: FrameShape = {}): Uint8Array {
  const { version = 3, layer = 3, bitrateIndex = 9, rateIndex = 0, padding = 0, mono = false, freeBytes } = shape;
  const rate = ([44_100, 48_000, 32_000][rateIndex] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const kbps = KBPS[version === 3 ? "mpeg1" : "mpeg2"][layer][bitrateIndex] ?? 0;
  const samples = layer === 1 ? 384 : layer === 2 || version === 3 ? 1_152 : 576;
  const slot = layer === 1 ? 4 : 1;
  const length = freeBytes ?? slot * Math.floor((samples * kbps * 125) / rate / slot);
  const bytes = new Uint8Array(length + slot * padding);
  const index = freeBytes === undefined ? bitrateIndex : 0;
  bytes.set([0xff, 0xe1 | (version << 3) | ((4 - layer) << 1), (index << 4) | (rateIndex << 2) | (padding << 1)]);
  bytes[3] = mono ? 0xc4 : 0x44;
  return bytes;
}

export function frames(count: number, shape: FrameShape = {}): Uint8Array {
  return joined(...Array.from({ length: count }, () => frame(shape)));
}

/** What follows the number of frames in an encoder's first frame. */
export interface InfoFields {
  /** The file's bytes, a table of 100 bytes to seek by, and a quality: each field is there when its flag is. */
  readonly sizeField?: boolean;
  readonly tableField?: boolean;
  readonly qualityField?: boolean;
  /** LAME's part: who wrote it, and so many samples before and after the music. */
  readonly lame?: { readonly encoder?: string; readonly delaySamples: number; readonly paddingSamples: number };
}

/** The frame that an encoder puts first, to say how many follow. Without a count, its flag is off. */
export function infoFrame(
  word: "Xing" | "Info",
  count: number | null,
  shape: FrameShape = {},
  fields: InfoFields = {},
): Uint8Array {
  const bytes = frame(shape);
  const mpeg1 = (shape.version ?? 3) === 3;
  const { sizeField = false, tableField = false, qualityField = false, lame } = fields;
  const flags = (count === null ? 0 : 1) | (sizeField ? 2 : 0) | (tableField ? 4 : 0) | (qualityField ? 8 : 0);
  const part = joined(
    text(word),
    bigEndian(flags),
    bigEndian(count ?? 0),
    sizeField ? bigEndian(417_000) : new Uint8Array(0),
    tableField ? new Uint8Array(100).fill(0x7f) : new Uint8Array(0),
    qualityField ? bigEndian(57) : new Uint8Array(0),
    lame === undefined ? new Uint8Array(0) : lamePart(lame),
  );
  bytes.set(part, 4 + (mpeg1 ? (shape.mono ? 17 : 32) : shape.mono ? 9 : 17));
  return bytes;
}

/** The encoder's name and version (9 bytes), 12 bytes on how it encoded, then twice 12 bits. */
function lamePart({ encoder = "LAME3.100", delaySamples, paddingSamples }: NonNullable<InfoFields["lame"]>) {
  const bytes = new Uint8Array(24).fill(0x55);
  bytes.set(text(encoder));
  bytes.set([delaySamples >> 4, ((delaySamples & 15) << 4) | (paddingSamples >> 8), paddingSamples & 0xff], 21);
  return bytes;
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** An ID3v2.4 tag of so many bytes after its header, which hold what looks like frames. */
export function id3v2(length: number): Uint8Array {
  return joined(id3v2Edge("ID3", length, 0), bait(length));
}

/** The same, with a footer. */
export function id3v2WithFooter(length: number): Uint8Array {
  return joined(id3v2Edge("ID3", length, 0x10), bait(length), id3v2Edge("3DI", length, 0x10));
}

function id3v2Edge(name: string, length: number, flags: number): Uint8Array {
  const sizes = [21, 14, 7, 0].map((shift) => (length >> shift) & 0x7f);
  return joined(text(name), Uint8Array.of(4, 0, flags, ...sizes));
}

export function id3v1(): Uint8Array {
  return joined(text("TAG"), new Uint8Array(125).fill(0x20));
}

/** With its extension in front. */
export function id3v1Extended(): Uint8Array {
  return joined(text("TAG+"), new Uint8Array(223).fill(0x20), id3v1());
}

/** An APEv2 tag with a header, of so many bytes after it, footer included. */
export function apeTag(length: number): Uint8Array {
  return joined(apeEdge(length, true), bait(length));
}

/** A tag as APEv1 has it: items, then a footer, whose size field counts both. */
export function apeTagWithoutHeader(itemBytes: number): Uint8Array {
  return joined(text("x".repeat(itemBytes)), apeEdge(itemBytes + 32, false));
}

function apeEdge(length: number, isHeader: boolean): Uint8Array {
  const edge = new Uint8Array(32);
  edge.set(text("APETAGEX"));
  const view = new DataView(edge.buffer);
  view.setUint32(8, isHeader ? 2_000 : 1_000, true);
  view.setUint32(12, length, true);
  view.setUint32(20, isHeader ? 0xa0000000 : 0, true);
  return edge;
}

/** Lyrics3: version 1 has no size, version 2 has one in front of its end. */
export function lyrics3(version: 1 | 2, bytes: number): Uint8Array {
  const body = text(`LYRICSBEGIN${"la ".repeat(bytes / 3)}`);
  return joined(body, text(version === 1 ? "LYRICSEND" : `${String(body.length).padStart(6, "0")}LYRICS200`));
}

/** Fraunhofer's header frame. */
export function vbriFrame(count: number): Uint8Array {
  const bytes = frame();
  bytes.set(joined(text("VBRI"), Uint8Array.of(0, 1, 0, 0, 0, 75), bigEndian(417_000), bigEndian(count)), 36);
  return bytes;
}

/** Bytes that a scan out of step would take for frames. */
export function bait(length: number): Uint8Array {
  return joined(...Array.from({ length: Math.ceil(length / 104) }, () => frame({ bitrateIndex: 1 }))).slice(0, length);
}

/** A WAV of silence; the sizes in its header can lie. */
export function wav(dataBytes: number, riffBytes = 36 + dataBytes): Uint8Array {
  const header = new Uint8Array(44);
  header.set(text("RIFF"));
  header.set(text("WAVEfmt "), 8);
  header.set(text("data"), 36);
  new DataView(header.buffer).setUint32(4, riffBytes, true);
  new DataView(header.buffer).setUint32(40, dataBytes, true);
  return joined(header, new Uint8Array(dataBytes));
}

export interface WavShape {
  /** 1: integers; 3: floats. */
  readonly kind?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly bits?: number;
  /** The longer format, whose kind stands in its last 16 bytes. */
  readonly extensible?: boolean;
}

/** A WAV's `fmt ` chunk: 16 bits, stereo, 44.1 kHz unless told otherwise. */
export function wavFormat(shape: WavShape = {}): Uint8Array {
  const { kind = 1, channels = 2, sampleRateHz = 44_100, bits = 16, extensible = false } = shape;
  const body = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(body.buffer);
  const frameBytes = (channels * bits) >> 3;
  view.setUint16(0, extensible ? 0xfffe : kind, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, sampleRateHz * frameBytes, true);
  view.setUint16(12, frameBytes, true);
  view.setUint16(14, bits, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    view.setUint16(24, kind, true);
    body.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 26);
  }
  return riffChunk("fmt ", body);
}

/** A chunk of a RIFF file, padded to an even place; the size it claims can lie. */
export function riffChunk(name: string, body: Uint8Array, claimedBytes = body.length): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, claimedBytes, true);
  return joined(text(name), size, body, new Uint8Array(body.length % 2));
}

/** A WAV of these chunks. */
export function riffWave(...chunks: readonly Uint8Array[]): Uint8Array {
  return riffChunk("RIFF", joined(text("WAVE"), ...chunks));
}

export function webp(dataBytes: number): Uint8Array {
  const bytes = wav(dataBytes);
  bytes.set(text("WEBPVP8 "), 8);
  return bytes;
}

export function png(): Uint8Array {
  return joined(
    Uint8Array.of(0x89),
    text("PNG\r\n\u001a\n"),
    new Uint8Array(300),
    Uint8Array.of(0, 0, 0, 0),
    text("IEND"),
    Uint8Array.of(0xae, 0x42, 0x60, 0x82),
  );
}

export function jpeg(tail = 0): Uint8Array {
  return joined(
    Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
    new Uint8Array(300),
    Uint8Array.of(0xff, 0xd9),
    new Uint8Array(tail),
  );
}

/** One byte for each character. */
export function text(chars: string): Uint8Array {
  return Uint8Array.from(chars, (char) => char.charCodeAt(0));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** The bytes in pieces that end at these places (taken modulo the length). */
export function chunked(bytes: Uint8Array, borders: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set(borders.map((border) => border % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.slice(start, ends[index] ?? bytes.length));
}

/** So many AAC frames in ADTS, 200 bytes each. */
export function adts(count: number): Uint8Array {
  const bytes = new Uint8Array(200);
  bytes.set([0xff, 0xf1, 0x50, 0x80, 200 >> 3, (200 & 7) << 5, 0xfc]);
  return joined(...Array.from({ length: count }, () => bytes));
}
