/** Sounds with a beat that is known from how they are made, and sounds with none. The same for the same seed. */
import { joined, noise } from "./signals.ts";

export interface Rhythm {
  readonly sampleRateHz: number;
  readonly seconds: number;
  readonly bpm: number;
  /** Where the second eighth falls within the beat: 1/2 is straight, 2/3 is swing. */
  readonly offbeat?: number;
}

/** A kick on each beat, a snare on every second, a hat on the eighths, a bass note on the beats. */
export function drums({ sampleRateHz, seconds, bpm, offbeat = 0.5 }: Rhythm): Float32Array {
  const sound = noise(Math.round(seconds * sampleRateHz), 0.003, bpm);
  const beatSeconds = 60 / bpm;
  for (let beat = 0; (beat + 1) * beatSeconds < seconds; beat++) {
    const at = (beat + 0.3) * beatSeconds * sampleRateHz;
    ring(sound, at, 0.5, 60 / sampleRateHz, 0.03 * sampleRateHz);
    ring(sound, at, 0.2, (55 + 11 * (beat % 5)) / sampleRateHz, 0.1 * sampleRateHz);
    burst(sound, at, 0.15, 0.008 * sampleRateHz, beat);
    burst(sound, at + offbeat * beatSeconds * sampleRateHz, 0.07, 0.008 * sampleRateHz, beat + 1000);
    if (beat % 2 === 1) burst(sound, at, 0.4, 0.03 * sampleRateHz, beat + 2000);
  }
  return sound;
}

/** Syllables as somebody speaks them: never evenly. */
export function clicks(sampleRateHz: number, seconds: number, seed: number): Float32Array {
  const sound = noise(Math.round(seconds * sampleRateHz), 0.003, 1);
  const gaps = noise(1000, 1, seed);
  for (let click = 0, at = 0; at < sound.length; click++) {
    burst(sound, at, 0.4, 0.02 * sampleRateHz, click);
    at += (0.4 + 0.3 * (gaps[click] ?? 0)) * sampleRateHz;
  }
  return sound;
}

/** Notes all alike, none of them a beat more than another. */
export function evenNotes(sampleRateHz: number, seconds: number, perMinute: number): Float32Array {
  const sound = noise(Math.round(seconds * sampleRateHz), 0.003, 1);
  const gap = (60 / perMinute) * sampleRateHz;
  for (let note = 0; note * gap < sound.length; note++) burst(sound, note * gap, 0.4, 0.01 * sampleRateHz, note);
  return sound;
}

export function twoTempi(sampleRateHz: number, seconds: number, first: number, second: number): Float32Array {
  const half = { sampleRateHz, seconds: seconds / 2 };
  return joined(drums({ ...half, bpm: first }), drums({ ...half, bpm: second }));
}

function burst(sound: Float32Array, at: number, peak: number, fade: number, seed: number): void {
  const hiss = noise(Math.round(5 * fade), peak, seed);
  add(sound, at, hiss, fade);
}

function ring(sound: Float32Array, at: number, peak: number, cyclesPerSample: number, fade: number): void {
  const wave = Float32Array.from(
    { length: Math.round(5 * fade) },
    (_, n) => peak * Math.sin(2 * Math.PI * cyclesPerSample * n),
  );
  add(sound, at, wave, fade);
}

function add(sound: Float32Array, at: number, wave: Float32Array, fade: number): void {
  const start = Math.round(at);
  const length = Math.min(wave.length, sound.length - start);
  for (let n = 0; n < length; n++) sound[start + n] = (sound[start + n] ?? 0) + (wave[n] ?? 0) * Math.exp(-n / fade);
}
