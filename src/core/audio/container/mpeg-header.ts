/**
 * What an encoder writes into a file's first frame instead of sound: how many frames follow, and what it put around the
 * music. Pure. Sources: the Xing/Info header as LAME writes it, and Fraunhofer's VBRI header.
 */
import type { Frame } from "./mpeg-frame.ts";
import { hasText } from "./mpeg-tags.ts";

export interface FileHeader {
  readonly frames: number;
  /** Put before the music by the encoder, and after it. */
  readonly delaySamples: number;
  readonly paddingSamples: number;
}

/** What is read of a first frame lies within so many bytes. */
export const FILE_HEADER_BYTES = 192;
const TOC_BYTES = 100;
/** From the start of LAME's part: name, version, replay gain and so on come before. */
const LAME_DELAY_OFFSET = 21;
const VBRI_OFFSET = 36;
const VBRI_FRAMES_OFFSET = VBRI_OFFSET + 14;

/** The header in a file's first frame, where it tells the number of frames. */
export function fileHeaderOf(head: Uint8Array, frame: Frame): FileHeader | null {
  return frame.layer === 3 ? (xingOf(head, frame) ?? vbriOf(head)) : null;
}

function xingOf(head: Uint8Array, frame: Frame): FileHeader | null {
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

function vbriOf(head: Uint8Array): FileHeader | null {
  if (!hasText(head, VBRI_OFFSET, "VBRI") || head.length < VBRI_FRAMES_OFFSET + 4) return null;
  const frames = new DataView(head.buffer, head.byteOffset + VBRI_FRAMES_OFFSET, 4).getUint32(0);
  return { frames, delaySamples: 0, paddingSamples: 0 };
}
