/**
 * What goes wrong with music, done to good music: 35 kinds, of the file, its level, its time, its channels, its tone.
 *
 * Pure. Sound is changed before the encoder, bytes after it. Where only the request shows the fault, `asked` says what
 * the request knows of the whole.
 */
import type { FindingCode } from "../../../src/core/audio/findings/findings.ts";

export type Channels = readonly [left: Float32Array, right: Float32Array];

interface Known {
  /** What was announced, or null. */
  readonly claimedSeconds: number | null;
  /** That the original is the source that was uploaded. */
  readonly hasSource: boolean;
}

export interface Damage {
  readonly name: string;
  /** Any of these names the fault. */
  readonly codes: readonly FindingCode[];
  readonly sound?: (sound: Channels, rateHz: number) => Channels;
  readonly bytes?: (bytes: Uint8Array) => Uint8Array;
  readonly known?: Known;
}

/** Of each track, from its start. */
export const EXCERPT_SECONDS = 40;

const CLAIMED: Known = { claimedSeconds: EXCERPT_SECONDS, hasSource: false };
const OF_SOURCE: Known = { claimedSeconds: null, hasSource: true };

export const DAMAGES: readonly Damage[] = [
  // The file.
  { name: "cut at 60 %", codes: ["truncated", "duration_mismatch"], bytes: (all) => part(all, 0, 0.6), known: CLAIMED },
  { name: "no audio at all", codes: ["not_audio"], bytes: () => new TextEncoder().encode(PAGE) },
  { name: "4 kB overwritten", codes: ["resyncs", "decoder_errors"], bytes: (all) => overwritten(all, 1) },
  { name: "20 times 4 kB overwritten", codes: ["resyncs", "decoder_errors"], bytes: (all) => overwritten(all, 20) },
  { name: "10 kB lost in the middle", codes: ["resyncs", "truncated", "decoder_errors"], bytes: lostBytes },
  // Its level.
  { name: "silent", codes: ["mostly_silent", "too_quiet"], sound: (all) => each(all, () => 0) },
  { name: "30 dB too quiet", codes: ["too_quiet"], sound: (all) => each(all, (x) => x * 0.0316) },
  { name: "clipped by 12 dB", codes: ["clipped", "too_loud"], sound: (all) => clipped(all, 12, 0) },
  { name: "clipped by 12 dB, turned down by 1", codes: ["clipped"], sound: (all) => clipped(all, 12, 1) },
  { name: "clipped by 12 dB, turned down by 6", codes: ["clipped"], sound: (all) => clipped(all, 12, 6) },
  { name: "offset of 10 %", codes: ["dc_offset"], sound: (all) => each(all, (x) => x * 0.85 + 0.1) },
  // Its time.
  { name: "4 s of silence before", codes: ["leading_silence"], sound: (all, rate) => padded(all, 4 * rate, 0) },
  { name: "10 s of silence after", codes: ["trailing_silence"], sound: (all, rate) => padded(all, 0, 10 * rate) },
  { name: "gap of 4 s", codes: ["silent_gap"], sound: (all, rate) => gap(all, rate, 4) },
  { name: "gap of 2 s", codes: ["silent_gap"], sound: (all, rate) => gap(all, rate, 2) },
  { name: "gap of 1 s", codes: ["silent_gap", "dropouts"], sound: (all, rate) => gap(all, rate, 1) },
  { name: "dropouts of 50 ms, 6 a minute", codes: ["dropouts"], sound: dropouts },
  { name: "clicks, 20 a minute", codes: ["clicks"], sound: clicks },
  { name: "stutter: 100 ms five times, 6 a minute", codes: ["repeats", "dropouts", "clicks"], sound: stutter },
  { name: "2 s over and over", codes: ["repeats"], sound: (all, rate) => looped(all, 2 * rate) },
  { name: "8 s over and over", codes: ["repeats"], sound: (all, rate) => looped(all, 8 * rate) },
  { name: "half of the piece", codes: ["half_length"], sound: (all) => sliced(all, 0, 0.5), known: OF_SOURCE },
  {
    name: "80 % of what was announced",
    codes: ["duration_mismatch"],
    sound: (all) => sliced(all, 0, 0.8),
    known: CLAIMED,
  },
  { name: "breaks off", codes: ["abrupt_end"], sound: (all) => sliced(all, 0, 0.631) },
  { name: "12 % faster", codes: ["tempo_mismatch"], sound: faster, known: OF_SOURCE },
  // Its channels.
  { name: "right side inverted", codes: ["phase_cancels"], sound: ([l, r]) => [l, r.map((x) => -x)] },
  { name: "right side dead", codes: ["unbalanced", "dead_channel"], sound: ([l, r]) => [l, r.map(() => 0)] },
  { name: "right side dead from the middle on", codes: ["dead_channel"], sound: ([l, r]) => [l, halfDead(r)] },
  { name: "right side 12 dB lower", codes: ["unbalanced"], sound: ([l, r]) => [l, r.map((x) => x * 0.25)] },
  // Its tone.
  { name: "nothing over 5 kHz", codes: ["narrow_bandwidth"], sound: (all, rate) => lowPassed(all, rate, 5_000) },
  { name: "nothing over 9 kHz", codes: ["narrow_bandwidth"], sound: (all, rate) => lowPassed(all, rate, 9_000) },
  { name: "8 bits", codes: ["noise"], sound: (all) => each(all, (x) => Math.round(x * 128) / 128) },
  { name: "hiss at -45 dBFS", codes: ["noise"], sound: (all) => hissing(all, 0.0056) },
  {
    name: "hum at -40 dBFS, and a rest of 5 s",
    codes: ["noise"],
    sound: (all, rate) => humming(gap(all, rate, 5), rate, 0.0141),
  },
  { name: "hum at -40 dBFS under the music", codes: ["noise"], sound: (all, rate) => humming(all, rate, 0.0141) },
];

const PAGE = `<!DOCTYPE html><html><body>${"Not found. ".repeat(200)}</body></html>`;

/** The same numbers in every run, even between 0 and 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

function each(sound: Channels, change: (sample: number, at: number) => number): Channels {
  return [sound[0].map((sample, at) => change(sample, at)), sound[1].map((sample, at) => change(sample, at))];
}

function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return bytes.slice(Math.round(bytes.length * from), Math.round(bytes.length * to));
}

function overwritten(bytes: Uint8Array, times: number): Uint8Array {
  const next = random(times);
  const damaged = bytes.slice();
  for (let time = 1; time <= times; time++) {
    const from = Math.floor((bytes.length * time) / (times + 1));
    for (let at = from; at < from + 4_096; at++) damaged[at] = Math.floor(next() * 256);
  }
  return damaged;
}

function lostBytes(bytes: Uint8Array): Uint8Array {
  const middle = bytes.length >> 1;
  return Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 10_001)]);
}

/** Driven by so many decibels over its own peak's full scale, cut there, and turned down. */
function clipped(sound: Channels, drivenDb: number, downDb: number): Channels {
  const peak = sound.reduce((most, channel) => channel.reduce((high, x) => Math.max(high, Math.abs(x)), most), 1e-9);
  const [gain, ceiling] = [10 ** (drivenDb / 20) / peak, 10 ** (-downDb / 20)];
  return each(sound, (x) => Math.max(-1, Math.min(1, x * gain)) * ceiling);
}

function padded(sound: Channels, before: number, after: number): Channels {
  return mapped(sound, (channel) => {
    const longer = new Float32Array(before + channel.length + after);
    longer.set(channel, before);
    return longer;
  });
}

function mapped([left, right]: Channels, change: (channel: Float32Array) => Float32Array): Channels {
  return [change(left), change(right)];
}

function sliced(sound: Channels, from: number, to: number): Channels {
  return mapped(sound, (channel) => channel.slice(Math.round(channel.length * from), Math.round(channel.length * to)));
}

function gap(sound: Channels, rate: number, seconds: number): Channels {
  const from = Math.round(sound[0].length * 0.43);
  return each(sound, (x, at) => (at >= from && at < from + seconds * rate ? 0 : x));
}

function dropouts(sound: Channels, rate: number): Channels {
  return each(sound, (x, at) => (at / rate > 3 && (at / rate) % 10.3 < 0.05 ? 0 : x));
}

function clicks(sound: Channels, rate: number): Channels {
  const next = random(7);
  const changed = mapped(sound, (channel) => channel.slice());
  for (let at = rate; at < sound[0].length; at += Math.round(rate * (2 + 2 * next()))) {
    const size = (next() < 0.5 ? -1 : 1) * (0.3 + 0.4 * next());
    for (const channel of changed) channel[at] = Math.max(-1, Math.min(1, (channel[at] ?? 0) + size));
  }
  return changed;
}

function stutter(sound: Channels, rate: number): Channels {
  const [period, length, times] = [Math.round(10.3 * rate), Math.round(0.1 * rate), 5];
  return mapped(sound, (channel) =>
    channel.map((x, at) =>
      at > period && at % period < length * times ? (channel[at - (at % period) + (at % length)] ?? 0) : x,
    ),
  );
}

function looped(sound: Channels, frames: number): Channels {
  const from = Math.round(sound[0].length * 0.4);
  return mapped(sound, (channel) => channel.map((_, at) => channel[from + (at % frames)] ?? 0));
}

/** As a tape does: the pitch rises too. */
function faster(sound: Channels): Channels {
  return mapped(sound, (channel) =>
    Float32Array.from({ length: Math.floor(channel.length / 1.12) }, (_, at) => {
      const [whole, rest] = [Math.floor(at * 1.12), (at * 1.12) % 1];
      return (channel[whole] ?? 0) * (1 - rest) + (channel[whole + 1] ?? 0) * rest;
    }),
  );
}

function halfDead(channel: Float32Array): Float32Array {
  return channel.map((x, at) => (at < channel.length / 2 ? x : 0));
}

/** A windowed sinc of 255 taps, by blocks of its own: there is no hurry. */
function lowPassed(sound: Channels, rate: number, hertz: number): Channels {
  const reach = 127;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const n = index - reach;
    const sinc = n === 0 ? (2 * hertz) / rate : Math.sin((2 * Math.PI * hertz * n) / rate) / (Math.PI * n);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * n) / (reach + 1)));
  });
  return mapped(sound, (channel) =>
    channel.map((_, at) => {
      let sum = 0;
      for (let n = 0; n < taps.length; n++) sum += (taps[n] ?? 0) * (channel[at + n - reach] ?? 0);
      return sum;
    }),
  );
}

function hissing(sound: Channels, rms: number): Channels {
  const next = random(3);
  return each(sound, (x) => x + rms * Math.sqrt(12) * (next() - 0.5));
}

function humming(sound: Channels, rate: number, rms: number): Channels {
  const step = (2 * Math.PI * 50) / rate;
  return each(sound, (x, at) => x + rms * (1.2 * Math.sin(step * at) + 0.6 * Math.sin(3 * step * at)));
}
