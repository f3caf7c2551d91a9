/**
 * Writes a Standard MIDI File of format 1, in a time linear in its notes. Pure.
 *
 * Source: the Standard MIDI File 1.0 specification. Names are UTF-8: it leaves their encoding open.
 */

export interface MidiNote {
  /** 0 to 127. */
  readonly pitch: number;
  readonly startTick: number;
  /** After the start, and at most `MAX_TICK`. */
  readonly endTick: number;
  /** 1 to 127. */
  readonly velocity: number;
}

export interface MidiTrack {
  readonly name: string;
  /** 0 to 15. */
  readonly channel: number;
  readonly notes: readonly MidiNote[];
}

/** 120 quarters a minute: two a second. */
const TICKS_PER_QUARTER = 480;
export const TICKS_PER_SECOND = 2 * TICKS_PER_QUARTER;
const MICROSECONDS_PER_QUARTER = 500_000;
/** A number of variable length has four groups of 7 bits. */
export const MAX_TICK = 0x0f_ff_ff_ff;

const NOTE_ON = 0x90;
const NOTE_OFF = 0x80;
const TRACK_NAME = [0, 0xff, 0x03] as const;
const END_OF_TRACK = [0, 0xff, 0x2f, 0] as const;
const TEMPO = [0, 0xff, 0x51, 3, ...bigEndian(MICROSECONDS_PER_QUARTER, 3)] as const;

export function writeMidiFile(tracks: readonly MidiTrack[]): Uint8Array {
  const file: number[] = [];
  const header = [1, tracks.length + 1, TICKS_PER_QUARTER].flatMap((value) => bigEndian(value, 2));
  pushChunk(file, "MThd", header);
  pushChunk(file, "MTrk", [...TEMPO, ...END_OF_TRACK]);
  for (const track of tracks) pushChunk(file, "MTrk", bytesOf(track));
  return Uint8Array.from(file);
}

/** Times are told as what passed since the event before. A note ends before the next one of its pitch begins. */
function bytesOf({ name, channel, notes }: MidiTrack): number[] {
  const title = new TextEncoder().encode(name);
  const bytes: number[] = [...TRACK_NAME];
  pushVariable(bytes, title.length);
  bytes.push(...title);
  const events = notes
    .flatMap(({ pitch, startTick, endTick, velocity }) => [
      { tick: startTick, status: NOTE_ON, pitch, velocity },
      { tick: endTick, status: NOTE_OFF, pitch, velocity: 0 },
    ])
    .toSorted((a, b) => a.tick - b.tick || a.status - b.status);
  let last = 0;
  for (const { tick, status, pitch, velocity } of events) {
    pushVariable(bytes, tick - last);
    bytes.push(status | channel, pitch, velocity);
    last = tick;
  }
  bytes.push(...END_OF_TRACK);
  return bytes;
}

function pushChunk(file: number[], type: string, bytes: readonly number[]): void {
  file.push(...new TextEncoder().encode(type), ...bigEndian(bytes.length, 4));
  for (const byte of bytes) file.push(byte);
}

/** 7 bits in each byte; all but the last have the eighth. */
function pushVariable(bytes: number[], value: number): void {
  for (let shift = 21; shift > 0; shift -= 7) if (value >> shift > 0) bytes.push(((value >> shift) & 0x7f) | 0x80);
  bytes.push(value & 0x7f);
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => (value >> (8 * (bytes - 1 - index))) & 0xff);
}
