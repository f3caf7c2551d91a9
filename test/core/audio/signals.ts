/** Sounds whose measures are known from how they are made. */
import type { Meter, Pcm, PcmShape } from "../../../src/core/audio/sound/pcm.ts";

export const RATES_HZ = [44_100, 48_000] as const;

export const STEREO: PcmShape = { sampleRateHz: 44_100, channels: 2 };
export const MONO: PcmShape = { sampleRateHz: 44_100, channels: 1 };

/** What a meter says of a sound given in one stretch. */
export function measure<Result>(meter: (shape: PcmShape) => Meter<Result>, shape: PcmShape, sound: Pcm): Result {
  const running = meter(shape);
  running.push(sound);
  return running.finish();
}

/** What a meter says of a sound given in stretches of these lengths, over and over. */
export function measureSplit<Result>(
  meter: (shape: PcmShape) => Meter<Result>,
  shape: PcmShape,
  sound: Pcm,
  lengths: readonly number[],
): Result {
  const running = meter(shape);
  const frames = sound[0]?.length ?? 0;
  const scratch = sound.map(() => new Float32Array(Math.max(...lengths)));
  for (let start = 0, turn = 0; start < frames; turn++) {
    const end = Math.min(frames, start + (lengths[turn % lengths.length] ?? frames));
    // A decoder reuses its memory, so what a meter keeps beyond the call must be its own.
    running.push(sound.map((channel, n) => copiedTo(scratch[n] ?? channel, channel.subarray(start, end))));
    for (const memory of scratch) memory.fill(Number.NaN);
    start = end;
  }
  return running.finish();
}

function copiedTo(memory: Float32Array, samples: Float32Array): Float32Array {
  memory.set(samples);
  return memory.subarray(0, samples.length);
}

/** A sine; the level is the peak's, the phase in degrees. */
export function sine(
  sampleRateHz: number,
  seconds: number,
  frequencyHz: number,
  peak: number,
  phaseDegrees = 0,
): Float32Array {
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
  const phase = (phaseDegrees * Math.PI) / 180;
  for (let n = 0; n < samples.length; n++) samples[n] = peak * Math.sin(n * step + phase);
  return samples;
}

/** White noise, even between -peak and peak, the same for the same seed. */
export function noise(frames: number, peak: number, seed: number): Float32Array {
  const samples = new Float32Array(frames);
  let state = seed + 1;
  for (let n = 0; n < frames; n++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    samples[n] = (peak * state) / 2 ** 31;
  }
  return samples;
}

export function silence(frames: number): Float32Array {
  return new Float32Array(frames);
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function scaled(samples: Float32Array, factor: number): Float32Array {
  return samples.map((sample) => sample * factor);
}

export function amplitude(decibels: number): number {
  return 10 ** (decibels / 20);
}
