/** Reads what a FLAC file says in its first block. Source: RFC 9639, section 8.2. Pure. */
import type { ContainerFacts, ContainerReader } from "./facts.ts";
import { joined, viewOf } from "./part-walker.ts";

/** Mark, block header, STREAMINFO. */
export const FLAC_HEAD_BYTES = 42;
const STREAM_INFO = 0;
const RATE_BYTE = 18;

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
  return {
    push(chunk) {
      if (head.length < FLAC_HEAD_BYTES) head = joined(head, chunk.subarray(0, FLAC_HEAD_BYTES - head.length));
    },
    lacksBytes: () => 0,
    finish: () => null,
    facts: () => flacFacts(head),
  };
}
