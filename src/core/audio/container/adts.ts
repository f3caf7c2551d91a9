/** Counts the frames of an AAC file in ADTS as its bytes arrive. Source: ISO 13818-7, section 6.2. Pure. */
import type { ContainerFacts, ContainerReader } from "./facts.ts";
import { partWalker } from "./part-walker.ts";

const HEADER_BYTES = 7;
const BLOCK_SAMPLES = 1_024;
/** Fewer may be chance. */
const LEAST_FRAMES = 3;
const RATES_HZ = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/** The frame whose header stands at `offset`, or null: twelve sync bits, layer 0, a sampling rate. */
export function adtsFrameAt(bytes: Uint8Array, offset: number) {
  const [first, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = bytes.subarray(
    offset,
    offset + HEADER_BYTES,
  );
  const sampleRateHz = RATES_HZ[(third >> 2) & 0xf];
  if (first !== 0xff || (second & 0xf6) !== 0xf0 || sampleRateHz === undefined) return null;
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  if (length < HEADER_BYTES) return null;
  const channels = ((third & 1) << 2) | (fourth >> 6);
  return { bytes: length, samples: BLOCK_SAMPLES * ((seventh & 3) + 1), sampleRateHz, channels };
}

/** Two frames in a row, or one that ends the bytes. */
export function startsWithAdts(bytes: Uint8Array): boolean {
  const first = adtsFrameAt(bytes, 0);
  return first !== null && (first.bytes + HEADER_BYTES > bytes.length || adtsFrameAt(bytes, first.bytes) !== null);
}

/** What follows the first frame that is none is passed over: a tag, mostly. */
export function adtsReader(): ContainerReader {
  let first: ReturnType<typeof adtsFrameAt> = null;
  let frames = 0;
  let samples = 0;
  let lastSamples = 0;
  const walker = partWalker((bytes) => {
    if (bytes.length < HEADER_BYTES) return 0;
    const frame = adtsFrameAt(bytes, 0);
    if (frame === null) return Number.POSITIVE_INFINITY;
    first ??= frame;
    frames += 1;
    lastSamples = frame.samples;
    samples += lastSamples;
    return frame.bytes;
  });

  function facts(): Partial<ContainerFacts> {
    const isCut = walker.lacksBytes() > 0;
    if (first === null || frames - (isCut ? 1 : 0) < LEAST_FRAMES) return {};
    const { sampleRateHz, channels } = first;
    const durationSeconds = (isCut ? samples - lastSamples : samples) / sampleRateHz;
    // 0 channels: told in the frames themselves.
    return { codec: "aac", sampleRateHz, channels: channels === 0 ? null : channels, durationSeconds };
  }

  return {
    push: walker.push,
    finish() {
      if (facts().durationSeconds === undefined) return "not_audio: no run of AAC frames was found";
      const lacks = walker.lacksBytes();
      return lacks > 0 ? `truncated: the last AAC frame lacks ${lacks} bytes` : null;
    },
    lacksBytes: walker.lacksBytes,
    facts,
  };
}
