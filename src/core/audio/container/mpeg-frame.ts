/**
 * One MPEG audio frame header, of any version and layer. Pure.
 *
 * Sources: ISO 11172-3 section 2.4.2.3, ISO 13818-3 for the low rates; MPEG 2.5 as Fraunhofer's encoders write it.
 */
export interface Frame {
  /** Header included. */
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  readonly layer: 1 | 2 | 3;
  readonly mpeg1: boolean;
  /** Version, layer, rate and whether the bitrate is free: the same in all frames of one encoder's file. */
  readonly kind: number;
}

/** Kbit/s by layer, for MPEG 1; 0 is free format. */
const KBPS_MPEG1 = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
};
const KBPS_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** For MPEG 2 and 2.5. */
const KBPS_MPEG2 = {
  1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  2: KBPS_LOW,
  3: KBPS_LOW,
};
const RATES_MPEG1 = [44_100, 48_000, 32_000];
const LAYERS = [null, 3, 2, 1] as const;
export const FRAME_HEADER_BYTES = 4;
/** What the codec is called where the bitrate is free: not every player, and not our decoder, plays it. */
export const FREE_FORMAT_CODEC = "mp3_free_format";

/**
 * The frame whose header stands at `offset`, or null. Of free format the header does not tell the length: there it is
 * `freeBytes`, the length without padding, and null while that is 0.
 */
export function frameAt(bytes: Uint8Array, offset: number, freeBytes = 0): Frame | null {
  const second = bytes[offset + 1];
  const third = bytes[offset + 2];
  const fourth = bytes[offset + 3];
  if (bytes[offset] !== 0xff || second === undefined || third === undefined || fourth === undefined) return null;
  if ((second & 0xe0) !== 0xe0) return null;
  const version = (second >> 3) & 3;
  const layer = LAYERS[(second >> 1) & 3] ?? null;
  if (version === 1 || layer === null) return null;
  const mpeg1 = version === 3;
  const kbps = (mpeg1 ? KBPS_MPEG1 : KBPS_MPEG2)[layer][third >> 4];
  const baseRate = RATES_MPEG1[(third >> 2) & 3];
  if (kbps === undefined || baseRate === undefined || (fourth & 3) === 2) return null;
  if (kbps === 0 && freeBytes === 0) return null;
  const sampleRateHz = mpeg1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const samples = layer === 1 ? 384 : layer === 2 || mpeg1 ? 1152 : 576;
  const slotBytes = layer === 1 ? 4 : 1;
  const padding = (third >> 1) & 1;
  const unpadded = kbps === 0 ? freeBytes : slotBytes * Math.floor((samples * kbps * 125) / sampleRateHz / slotBytes);
  return {
    bytes: unpadded + padding * slotBytes,
    samples,
    sampleRateHz,
    channels: fourth >> 6 === 3 ? 1 : 2,
    layer,
    mpeg1,
    kind: ((second & 0x1e) << 4) | (third & 0x0c) | (kbps === 0 ? 1 : 0),
  };
}

const FREE_LEAST_BYTES = 24;
/** Of LAME's highest free bitrate, 640 kbit/s, at the lowest rate, and some. */
const FREE_MOST_BYTES = 6_144;

/**
 * The length of the free-format frame at `offset` without its padding: two more headers of its kind follow in equal
 * steps. 0: there is no such frame. Null: more bytes are needed to tell, unless they are at their end.
 */
export function freeFrameBytes(bytes: Uint8Array, offset: number, atEnd: boolean): number | null {
  const least = frameAt(bytes, offset, FREE_LEAST_BYTES);
  if (least === null || (least.kind & 1) === 0) return 0;
  const last = Math.min(offset + FREE_MOST_BYTES, bytes.length - FRAME_HEADER_BYTES);
  for (let next = offset + least.bytes; next <= last; next += 1) {
    if (bytes[next] !== 0xff) continue;
    const size = next - offset - (least.bytes - FREE_LEAST_BYTES);
    const second = frameAt(bytes, next, size);
    if (second?.kind !== least.kind) continue;
    const third = next + second.bytes;
    if (third + FRAME_HEADER_BYTES > bytes.length && !atEnd) return null;
    if (frameAt(bytes, third, size)?.kind === least.kind) return size;
  }
  return atEnd || last === offset + FREE_MOST_BYTES ? 0 : null;
}

/** How many headers of one kind stand here in a row, up to `most`, and whether the bytes end before the next. */
export function runAt(bytes: Uint8Array, offset: number, most: number): { headers: number; toEnd: boolean } {
  const freeBytes = freeFrameBytes(bytes, offset, true) ?? 0;
  const first = frameAt(bytes, offset, freeBytes);
  let headers = 0;
  let next = offset;
  for (let frame = first; frame !== null && frame.kind === first?.kind; frame = frameAt(bytes, next, freeBytes)) {
    headers += 1;
    next += frame.bytes;
    if (headers === most) break;
  }
  return { headers, toEnd: headers > 0 && next + FRAME_HEADER_BYTES > bytes.length };
}
