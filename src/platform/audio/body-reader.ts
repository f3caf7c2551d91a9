/** Reads the body of a response chunk by chunk, with a bound on silence. */
import { HEAD_BYTES } from "../../core/audio/format.ts";
import type { StallWatch } from "./stall-watch.ts";

/** Asked for no size, the runtime gives 4 KiB at a time, and each piece costs a turn of the loop. */
const CHUNK_BYTES = 128 * 1_024;

export type BodyReader = ReadableStreamBYOBReader;

export function bodyReader(response: Response): BodyReader {
  return (response.body ?? new Blob([]).stream()).getReader({ mode: "byob" });
}

export interface Head {
  /** The first bytes, enough to tell the format. */
  readonly bytes: Uint8Array;
  /** The connection broke behind them. */
  readonly isBroken: boolean;
}

/** Rejects where the connection broke in it. */
export async function readHead(reader: BodyReader, watch: StallWatch): Promise<Uint8Array> {
  const { bytes, isBroken } = await readHeadSoFar(reader, watch);
  if (isBroken) throw new Error("the connection broke");
  return bytes;
}

/** Rejects where the connection broke before the first byte. */
export async function readHeadSoFar(reader: BodyReader, watch: StallWatch): Promise<Head> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isBroken = false;
  while (length < HEAD_BYTES && !isBroken) {
    try {
      const chunk = await readChunk(reader, watch);
      if (chunk === null) break;
      chunks.push(chunk);
      length += chunk.length;
    } catch (error) {
      if (length === 0) throw error;
      isBroken = true;
    }
  }
  return { bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()), isBroken };
}

/** Null at the end. */
export async function readChunk(reader: BodyReader, watch: StallWatch): Promise<Uint8Array | null> {
  watch.restart();
  const { done, value } = await reader.read(new Uint8Array(CHUNK_BYTES));
  watch.pause();
  return done ? null : value;
}

/** A length counts only for bytes that arrive as they were sent: of a decoded body it tells the encoded one. */
export function announcedBytes(response: Pick<Response, "headers">): number | null {
  const encoding = response.headers.get("content-encoding") ?? "identity";
  const length = response.headers.get("content-length");
  return length !== null && encoding === "identity" && /^\d{1,15}$/.test(length) ? Number(length) : null;
}
