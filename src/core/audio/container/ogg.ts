/**
 * Reads what an Ogg file says, as its bytes arrive: its codec by the first page, its length by the last.
 *
 * Sources: RFC 3533 (pages), RFC 7845 (Opus), the Vorbis I specification 4.2.2, the FLAC mapping of RFC 9639. Pure.
 */
import type { ContainerReader } from "./facts.ts";
import { FLAC_HEAD_BYTES, flacFacts } from "./flac.ts";
import { nameAt, partWalker, viewOf } from "./part-walker.ts";

const PAGE_HEADER_BYTES = 27;
const GRANULE_BYTE = 6;
const SERIAL_BYTE = 14;
const OPUS_RATE_HZ = 48_000;
const FLAC_BYTE = 9;

interface Stream {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Of `granuleRateHz`, before the sound begins. */
  readonly skipped: number;
  readonly granuleRateHz: number;
}

export function oggReader(): ContainerReader {
  let serial: number | null = null;
  let stream: Stream | null = null;
  let granule = 0;

  function page(bytes: Uint8Array): number {
    if (bytes.length < PAGE_HEADER_BYTES) return 0;
    if (nameAt(bytes, 0) !== "OggS") return Number.POSITIVE_INFINITY;
    const segments = bytes[PAGE_HEADER_BYTES - 1] ?? 0;
    const start = PAGE_HEADER_BYTES + segments;
    if (bytes.length < start) return 0;
    const size = bytes.subarray(PAGE_HEADER_BYTES, start).reduce((sum, length) => sum + length, start);
    const view = viewOf(bytes);
    if (serial === null) {
      if (bytes.length < size) return 0;
      serial = view.getUint32(SERIAL_BYTE, true);
      stream = streamOf(bytes.subarray(start, size));
    }
    // -1 stands on a page on which no packet ends.
    const position = view.getBigInt64(GRANULE_BYTE, true);
    if (view.getUint32(SERIAL_BYTE, true) === serial && position > 0n) granule = Number(position);
    return size;
  }

  const walker = partWalker(page);
  return {
    push: walker.push,
    lacksBytes: walker.lacksBytes,
    finish: () => walker.problem("Ogg page"),
    facts() {
      if (stream === null) return {};
      const { codec, sampleRateHz, channels, skipped, granuleRateHz } = stream;
      const durationSeconds = granule > skipped ? (granule - skipped) / granuleRateHz : null;
      return { codec, sampleRateHz, channels, durationSeconds };
    },
  };
}

/** By the packet of a first page. Null for what is no sound, or none that is known. */
function streamOf(packet: Uint8Array): Stream | null {
  const view = viewOf(packet);
  if (packet[0] === 1 && nameAt(packet, 1) === "vorb" && packet.length >= 16)
    return rated("vorbis", view.getUint32(12, true), packet[11] ?? 0);
  if (nameAt(packet, 0) === "Opus" && nameAt(packet, 4) === "Head" && packet.length >= 12) {
    const stream = rated("opus", OPUS_RATE_HZ, packet[9] ?? 0);
    return stream === null ? null : { ...stream, skipped: view.getUint16(10, true) };
  }
  const { sampleRateHz, channels } = flacFacts(packet.subarray(FLAC_BYTE, FLAC_BYTE + FLAC_HEAD_BYTES));
  return nameAt(packet, FLAC_BYTE) === "fLaC" ? rated("flac", sampleRateHz ?? 0, channels ?? 0) : null;
}

function rated(codec: string, sampleRateHz: number, channels: number): Stream | null {
  if (sampleRateHz === 0 || channels === 0) return null;
  return { codec, sampleRateHz, channels, skipped: 0, granuleRateHz: sampleRateHz };
}
