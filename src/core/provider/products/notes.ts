/**
 * The notes that the provider writes down of a song's stems, and the file of them: it sends none itself. Pure.
 *
 * Source: the provider's page (start and end in seconds, as numbers or in words; velocity from 0 to 1) and the
 * Standard MIDI File format 1.
 */
import type { MidiEvent } from "midi-file";
// Without the parser, which the Worker would carry for nothing.
import writeMidi from "midi-file/lib/midi-writer.js";
import { sha256Hex } from "../../ids.ts";
import { isRecord, toText } from "../loose-values.ts";

/** In place of a link: the notes are in the message itself, and are known by their hash. */
export const NOTES_SCHEME = "notes:";

/** 120 quarters a minute: two a second. */
const TICKS_PER_QUARTER = 480;
const TICKS_PER_SECOND = 2 * TICKS_PER_QUARTER;
const MICROSECONDS_PER_QUARTER = 500_000;
/** The tenth, where the drums are. */
const DRUM_CHANNEL = 9;
const CHANNELS = 16;

/** What stands for a link to the notes in this list of instruments; null where there is no note. */
export function notesLink(instruments: unknown): string | null {
  const isEmpty = tracksOf(instruments).every(({ notes }) => notes.length === 0);
  return isEmpty ? null : `${NOTES_SCHEME}${sha256Hex(JSON.stringify(instruments))}`;
}

/** The instruments in a message that a link of `notesLink` stands for; null where it has others, or none. */
export function instrumentsOf(json: unknown, link: string): unknown {
  if (!isRecord(json)) return null;
  const data = isRecord(json["data"]) ? json["data"] : {};
  const places = [data, data["midiData"], json].map((place) => (isRecord(place) ? place["instruments"] : null));
  return places.find((instruments) => notesLink(instruments) === link) ?? null;
}

/** A track for each instrument. */
export function midiFile(instruments: unknown): Uint8Array {
  const tempo: MidiEvent[] = [
    { deltaTime: 0, meta: true, type: "setTempo", microsecondsPerBeat: MICROSECONDS_PER_QUARTER },
    { deltaTime: 0, meta: true, type: "endOfTrack" },
  ];
  const played = tracksOf(instruments).map(({ name, notes }, index) => eventsOf(name, notes, channelOf(name, index)));
  const header = { format: 1, numTracks: played.length + 1, ticksPerBeat: TICKS_PER_QUARTER } as const;
  return Uint8Array.from(writeMidi({ header, tracks: [tempo, ...played] }));
}

interface Note {
  readonly pitch: number;
  readonly startTick: number;
  readonly endTick: number;
  readonly velocity: number;
}

interface Instrument {
  readonly name: string;
  readonly notes: readonly Note[];
}

function tracksOf(instruments: unknown): readonly Instrument[] {
  if (!Array.isArray(instruments)) return [];
  return instruments.filter(isRecord).map(({ name, notes }) => ({
    name: toText(name, 100) ?? "",
    notes: Array.isArray(notes) ? notes.flatMap((note) => noteOf(note) ?? []) : [],
  }));
}

/** Null for what is no note. */
function noteOf(value: unknown): Note | null {
  if (!isRecord(value)) return null;
  const [pitch, start, end, velocity] = ["pitch", "start", "end", "velocity"].map((field) => numberOf(value[field]));
  if (pitch == null || start == null || end == null || pitch < 0 || pitch > 127 || start < 0 || end < start)
    return null;
  const startTick = Math.round(start * TICKS_PER_SECOND);
  const loud = velocity ?? 1;
  return {
    pitch: Math.round(pitch),
    startTick,
    endTick: Math.max(startTick + 1, Math.round(end * TICKS_PER_SECOND)),
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

/** Times are told as what passed since the event before. A note ends before the next one of its pitch begins. */
function eventsOf(name: string, notes: readonly Note[], channel: number): MidiEvent[] {
  const moments = notes
    .flatMap(({ pitch: noteNumber, startTick, endTick, velocity }) => [
      { tick: startTick, order: 1, event: { type: "noteOn", channel, noteNumber, velocity } as const },
      { tick: endTick, order: 0, event: { type: "noteOff", channel, noteNumber, velocity: 0 } as const },
    ])
    .toSorted((a, b) => a.tick - b.tick || a.order - b.order);
  let last = 0;
  const events = moments.map(({ tick, event }): MidiEvent => {
    const deltaTime = tick - last;
    last = tick;
    return Object.assign(event, { deltaTime });
  });
  const named: MidiEvent = { deltaTime: 0, meta: true, type: "trackName", text: name };
  return [named, ...events, { deltaTime: 0, meta: true, type: "endOfTrack" }];
}
