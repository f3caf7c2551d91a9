/**
 * What a file's container says, known from the bytes that stream by while it is copied. **Persisted**: see `audioFacts`.
 * Pure.
 */
import type * as z from "zod";
import { audioFacts, type AudioFacts } from "../facts.ts";

export const containerFacts = audioFacts.pick({
  format: true,
  codec: true,
  durationSeconds: true,
  sampleRateHz: true,
  channels: true,
  bitrateKbps: true,
  junkBytes: true,
  resyncs: true,
  frames: true,
  declaredFrames: true,
  missingBytes: true,
  trailingBytes: true,
});

export type ContainerFacts = z.infer<typeof containerFacts>;

/** Reads a container as its bytes arrive. */
export interface ContainerReader {
  push(chunk: Uint8Array): void;
  /** After the last bytes: why the file is not whole (a reason of `verify`), or null. */
  finish(): string | null;
  /** Bytes that its last part lacks. */
  lacksBytes(): number;
  facts(): Partial<ContainerFacts>;
}

const UNMEASURED = audioFacts.parse(Object.fromEntries(Object.keys(audioFacts.shape).map((name) => [name, null])));

/** All facts, of which those that need the sound are not measured. */
export function unheard(container: Partial<ContainerFacts>): AudioFacts {
  return { ...UNMEASURED, ...container };
}
