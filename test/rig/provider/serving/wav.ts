/** Recordings as WAV files: 16-bit PCM, stereo. Pure. Source: the RIFF/WAVE format. */
import { type Recording, SAMPLE_RATE } from "./synth.ts";

const FRAME_BYTES = 4;

/** The comment stands at the file's end, and keeps two files of the same music apart. */
export function wav({ left, right }: Pick<Recording, "left" | "right">, comment: string): Uint8Array<ArrayBuffer> {
  const format = Buffer.alloc(16);
  // PCM, two channels, samples and bytes a second, bytes of a frame, bits of a sample.
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(2, 2);
  format.writeUInt32LE(SAMPLE_RATE, 4);
  format.writeUInt32LE(SAMPLE_RATE * FRAME_BYTES, 8);
  format.writeUInt16LE(FRAME_BYTES, 12);
  format.writeUInt16LE(16, 14);
  const data = Buffer.alloc(left.length * FRAME_BYTES);
  for (let i = 0; i < left.length; i += 1) {
    data.writeInt16LE(Math.round((left[i] ?? 0) * 32_767), i * FRAME_BYTES);
    data.writeInt16LE(Math.round((right[i] ?? 0) * 32_767), i * FRAME_BYTES + 2);
  }
  const info = chunk("LIST", Buffer.from("INFO"), chunk("ICMT", Buffer.from(comment)));
  return new Uint8Array(chunk("RIFF", Buffer.from("WAVE"), chunk("fmt ", format), chunk("data", data), info));
}

/** Chunks are padded to an even length. */
function chunk(name: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.from(`${name}....`);
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}
