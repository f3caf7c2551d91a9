/**
 * What a MIDI file knows of its own music: the tempo, where it keeps one, and the key that its notes are in.
 *
 * Few files name their key, and many of those name C major for want of another. So it is read off the notes: how long
 * each pitch class sounds, held against two profiles of keys (Krumhansl and Kessler, 1982; D. Temperley, 2007).
 * Where the two differ, or the best is not clearly ahead, it counts as unknown.
 */
import { readFile } from "node:fs/promises";
import { parseMidi, type MidiEvent } from "midi-file";

export interface Score {
  /** Null where the tempo changes for more than a twentieth of the time. */
  readonly bpm: number | null;
  /** As `A minor`, or null. */
  readonly key: string | null;
}

const MICROSECONDS_PER_MINUTE = 60_000_000;
const DEFAULT_BEAT_MICROSECONDS = 500_000;
const SAME_TEMPO = 0.01;
const MOSTLY = 0.95;
const DRUMS_CHANNEL = 9;
/** A longer note says no more. */
const LONGEST_BEATS = 4;
const FEWEST_NOTES = 50;
const LEAST_MARGIN = 0.05;
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const KRUMHANSL = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
};
const TEMPERLEY = {
  major: [0.748, 0.06, 0.488, 0.082, 0.67, 0.46, 0.096, 0.715, 0.104, 0.366, 0.057, 0.4],
  minor: [0.712, 0.084, 0.474, 0.618, 0.049, 0.46, 0.105, 0.747, 0.404, 0.067, 0.133, 0.33],
};

interface Timed {
  readonly at: number;
  readonly event: MidiEvent;
}

/** Null where there is no file, or none that can be read. */
export async function scoreOf(path: string): Promise<Score | null> {
  try {
    const { header, tracks } = parseMidi(await readFile(path));
    const { ticksPerBeat } = header;
    if (ticksPerBeat === undefined) return null;
    const events = tracks.flatMap(timed).toSorted((a, b) => a.at - b.at);
    return { bpm: tempoOf(events), key: keyOf(events, ticksPerBeat) };
  } catch {
    return null;
  }
}

function timed(track: readonly MidiEvent[]): readonly Timed[] {
  let at = 0;
  return track.map((event) => {
    at += event.deltaTime;
    return { at, event };
  });
}

/** Shares are of time, not of beats. */
function tempoOf(events: readonly Timed[]): number | null {
  const end = events.at(-1)?.at ?? 0;
  const changes = events.flatMap(({ at, event }) =>
    event.type === "setTempo" ? [{ at, beatMicroseconds: event.microsecondsPerBeat }] : [],
  );
  const tempi = changes[0]?.at === 0 ? changes : [{ at: 0, beatMicroseconds: DEFAULT_BEAT_MICROSECONDS }, ...changes];
  const stretches = tempi.map(({ at, beatMicroseconds }, index) => ({
    beatMicroseconds,
    time: ((tempi[index + 1]?.at ?? end) - at) * beatMicroseconds,
  }));
  const whole = stretches.reduce((sum, { time }) => sum + time, 0);
  const [longest] = stretches.toSorted((a, b) => b.time - a.time);
  if (longest === undefined || whole === 0) return null;
  const like = stretches.filter(
    ({ beatMicroseconds }) => Math.abs(beatMicroseconds / longest.beatMicroseconds - 1) < SAME_TEMPO,
  );
  const share = like.reduce((sum, { time }) => sum + time, 0) / whole;
  return share < MOSTLY ? null : MICROSECONDS_PER_MINUTE / longest.beatMicroseconds;
}

function keyOf(events: readonly Timed[], ticksPerBeat: number): string | null {
  const sounding = new Map<string, number>();
  const durations = Array.from({ length: 12 }, () => 0);
  let notes = 0;
  for (const { at, event } of events) {
    if (event.type !== "noteOn" && event.type !== "noteOff") continue;
    if (event.channel === DRUMS_CHANNEL) continue;
    const name = `${event.channel}/${event.noteNumber}`;
    const begun = sounding.get(name);
    if (begun !== undefined) {
      const pitch = event.noteNumber % 12;
      durations[pitch] = (durations[pitch] ?? 0) + Math.min(at - begun, LONGEST_BEATS * ticksPerBeat);
      sounding.delete(name);
    }
    if (event.type === "noteOff" || event.velocity === 0) continue;
    sounding.set(name, at);
    notes += 1;
  }
  if (notes < FEWEST_NOTES) return null;
  const [one, other] = [best(durations, KRUMHANSL), best(durations, TEMPERLEY)];
  return one.name === other.name && Math.min(one.margin, other.margin) >= LEAST_MARGIN ? one.name : null;
}

function best(durations: readonly number[], profiles: typeof KRUMHANSL): { name: string; margin: number } {
  const scored = NAMES.flatMap((name, tonic) => {
    const turned = durations.map((_, pitch) => durations[(pitch + tonic) % 12] ?? 0);
    return [
      { name: `${name} major`, score: correlation(turned, profiles.major) },
      { name: `${name} minor`, score: correlation(turned, profiles.minor) },
    ];
  }).toSorted((a, b) => b.score - a.score);
  const [first, second] = scored;
  return { name: first?.name ?? "", margin: (first?.score ?? 0) - (second?.score ?? 0) };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - ma, (b[index] ?? 0) - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
