/**
 * The notes that the provider writes down of a song's stems, and the file of them: it sends none itself. Pure.
 *
 * Source: the provider's page (start and end in seconds, as numbers or in words; velocity from 0 to 1).
 */
import { sha256Hex } from "../../ids.ts";
import { isRecord, listOf, toText } from "../loose-values.ts";
import { MAX_TICK, TICKS_PER_SECOND, writeMidiFile, type MidiNote } from "./midi-file.ts";

/** In place of a link: the notes are in the message itself, and are known by their hash. */
export const NOTES_SCHEME = "notes:";

/** A song has some fifteen stems; the bound is for who lies. */
export const MAX_INSTRUMENTS = 128;
/** The tenth, where the drums are. */
const DRUM_CHANNEL = 9;
const CHANNELS = 16;

/** What stands for a link to the notes in this list of instruments; null where none lists any. */
export function notesLink(instruments: unknown): string | null {
  const isEmpty = listOf(instruments).every(
    (instrument) => !isRecord(instrument) || !listOf(instrument["notes"]).length,
  );
  return isEmpty ? null : `${NOTES_SCHEME}${sha256Hex(JSON.stringify(instruments))}`;
}

/** A track for each instrument. A string is the reason why there is no file. */
export function midiFile(instruments: unknown): Uint8Array | string {
  const played = listOf(instruments).filter(isRecord);
  if (played.length > MAX_INSTRUMENTS)
    return `too_many_instruments: ${played.length} are listed, and a file here has at most ${MAX_INSTRUMENTS}`;
  const tracks = played.map((instrument, index) => {
    const name = toText(instrument["name"], 100) ?? "";
    const notes = listOf(instrument["notes"]).flatMap((note) => noteOf(note) ?? []);
    return { name, channel: channelOf(name, index), notes };
  });
  return tracks.every(({ notes }) => notes.length === 0)
    ? "unreadable_notes: none has a pitch from 0 to 127 and times that a MIDI file can hold"
    : writeMidiFile(tracks);
}

/** Null for what is no note, or is one at a time that no file can hold. */
function noteOf(value: unknown): MidiNote | null {
  if (!isRecord(value)) return null;
  const [pitch, start, end, velocity] = ["pitch", "start", "end", "velocity"].map((field) => numberOf(value[field]));
  if (pitch == null || start == null || end == null || pitch < 0 || pitch > 127 || start < 0 || end < start)
    return null;
  const startTick = Math.round(start * TICKS_PER_SECOND);
  const endTick = Math.max(startTick + 1, Math.round(end * TICKS_PER_SECOND));
  if (endTick > MAX_TICK) return null;
  const loud = velocity ?? 1;
  return {
    pitch: Math.round(pitch),
    startTick,
    endTick,
    velocity: Math.min(127, Math.max(1, Math.round(loud <= 1 ? loud * 127 : loud))),
  };
}

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

function channelOf(name: string, index: number): number {
  if (/drum|percussion/i.test(name)) return DRUM_CHANNEL;
  const channel = index % (CHANNELS - 1);
  return channel < DRUM_CHANNEL ? channel : channel + 1;
}
