/**
 * One MPEG audio frame header, Layer III. Pure. Source: ISO 11172-3 section 2.4.2.3, ISO 13818-3 for the low rates.
 */
export interface Frame {
  /** Header included. */
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  readonly mpeg1: boolean;
}

const KBPS_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_MPEG1 = [44_100, 48_000, 32_000];

/** The frame whose header stands at `offset`, or null. Free format (no bitrate in the header) is not read. */
export function frameAt(bytes: Uint8Array, offset: number): Frame | null {
  const second = bytes[offset + 1];
  const third = bytes[offset + 2];
  const fourth = bytes[offset + 3];
  if (bytes[offset] !== 0xff || second === undefined || third === undefined || fourth === undefined) return null;
  // Eleven sync bits, then layer III.
  if ((second & 0xe0) !== 0xe0 || (second & 0x06) !== 0x02) return null;
  const version = (second >> 3) & 3;
  const mpeg1 = version === 3;
  const kbps = (mpeg1 ? KBPS_MPEG1 : KBPS_MPEG2)[third >> 4];
  const baseRate = RATES_MPEG1[(third >> 2) & 3];
  if (version === 1 || kbps === undefined || kbps === 0 || baseRate === undefined || (fourth & 3) === 2) return null;
  const sampleRateHz = mpeg1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const samples = mpeg1 ? 1152 : 576;
  const padding = (third >> 1) & 1;
  return {
    bytes: Math.floor(((samples / 8) * kbps * 1_000) / sampleRateHz) + padding,
    samples,
    sampleRateHz,
    channels: fourth >> 6 === 3 ? 1 : 2,
    mpeg1,
  };
}
