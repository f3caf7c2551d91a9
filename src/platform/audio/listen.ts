/**
 * Listens to a whole file, a stretch at a time, and measures it. Sound never exists whole; nothing here keeps the bytes.
 *
 * Whoever calls has checked by the bytes that the file is what `container.format` says.
 */
import { audioFacts, type AudioFacts } from "../../core/audio/facts.ts";
import { unheard, type ContainerFacts } from "../../core/audio/container/facts.ts";
import { FREE_FORMAT_CODEC } from "../../core/audio/container/mpeg-frame.ts";
import { folder } from "../../core/audio/sound/frames.ts";
import type { Pcm, PcmShape } from "../../core/audio/sound/pcm.ts";
import { soundMeter } from "../../core/audio/sound/meters.ts";
import { keyMeter } from "../../core/audio/sound/tonal/key.ts";
import { rhythmMeter } from "../../core/audio/sound/rhythm/rhythm.ts";
import type { Spectrogram } from "../../core/audio/fit/spectrogram.ts";
import { wavReader } from "../../core/audio/container/wav.ts";
import type { Waveform } from "../../core/audio/sound/waveform.ts";
import { mp3Decoder } from "./mp3-decoder.ts";

export type Analysis =
  | {
      readonly outcome: "done";
      readonly facts: AudioFacts;
      readonly waveform: Waveform;
      readonly spectrogram: Spectrogram | null;
    }
  | { readonly outcome: "skipped" | "failed"; readonly reason: string };

export interface AnalysisRules {
  /** libmpg123 (`mpg123.wasm`). */
  readonly mp3Module: WebAssembly.Module;
  /** A longer file is skipped. */
  readonly maxSeconds: number;
}

/** Rejects only where `bytes` does, or the decoder breaks. */
export async function analyze(
  bytes: AsyncIterable<Uint8Array>,
  container: ContainerFacts,
  rules: AnalysisRules,
): Promise<Analysis> {
  const { durationSeconds } = container;
  const tooLong = `longer than ASSESS_MAX_SECONDS (${rules.maxSeconds}): the sound was not looked into`;
  if (durationSeconds !== null && durationSeconds > rules.maxSeconds) return skipped(tooLong);
  const source = sourceOf(container, rules.mp3Module);
  if (typeof source === "string") return skipped(source);
  const listener = listenerOf(container);
  try {
    for await (const chunk of bytes) {
      source.read(chunk, listener.hear);
      if (listener.seconds() > rules.maxSeconds) return skipped(tooLong);
      const problem = source.problem() ?? listener.problem();
      if (problem !== null) return { outcome: "failed", reason: problem };
    }
    const heard = listener.finish();
    if (heard === null) return { outcome: "failed", reason: "no sound could be decoded" };
    const { waveform, spectrogram, ...facts } = heard;
    const all = { ...unheard(container), ...facts, decoderErrors: source.errors() + listener.strange() };
    return { outcome: "done", facts: rounded(all), waveform, spectrogram };
  } finally {
    source.end();
  }
}

type Hear = (sound: Pcm, sampleRateHz: number) => void;

interface Source {
  readonly read: (bytes: Uint8Array, hear: Hear) => void;
  readonly errors: () => number;
  readonly problem: () => string | null;
  readonly end: () => void;
}

/** A string says why there is none. */
function sourceOf({ format, codec }: ContainerFacts, mp3Module: WebAssembly.Module): Source | string {
  // The decoder makes noise of it.
  if (codec === FREE_FORMAT_CODEC) return "the sound of a free-format MP3 is not decoded";
  if (format === "mp3") {
    const decoder = mp3Decoder(mp3Module);
    return { read: decoder.decode, errors: decoder.errors, problem: () => null, end: decoder.free };
  }
  if (format === "wav") {
    const reader = wavReader();
    return { read: reader.push, errors: () => 0, problem: reader.problem, end: () => undefined };
  }
  return `the sound of ${format ?? "this format"} is not decoded: only that of MP3 and WAV is`;
}

type Heard = Partial<AudioFacts> & { readonly waveform: Waveform; readonly spectrogram: Spectrogram | null };

interface Listener {
  readonly hear: Hear;
  readonly seconds: () => number;
  readonly problem: () => string | null;
  /** Stretches of another sample rate, which were left out. */
  readonly strange: () => number;
  /** Null where nothing was heard. */
  readonly finish: () => Heard | null;
}

/** More than this is a file of two rates, and no damage. */
const MOST_STRANGE_SECONDS = 1;

/** Meters are made when the first sound tells its rate. */
function listenerOf({ channels, durationSeconds }: ContainerFacts): Listener {
  let meters: ReturnType<typeof metersOf> | null = null;
  let rate = 0;
  let frames = 0;
  // Sound at another rate than the first: what a decoder makes of damage.
  let strange = 0;
  let strangeFrames = 0;
  let problem: string | null = null;
  const mono = channels === 1;
  return {
    hear(sound: Pcm, sampleRateHz: number): void {
      if (meters === null) {
        rate = sampleRateHz;
        meters = metersOf({ sampleRateHz, channels: mono ? 1 : 2 });
      }
      if (sampleRateHz !== rate) {
        strange++;
        strangeFrames += sound[0]?.length ?? 0;
        if (strangeFrames > rate * MOST_STRANGE_SECONDS)
          problem = `the sample rate changes from ${rate} to ${sampleRateHz} Hz on the way`;
        return;
      }
      // The MP3 decoder gives a mono file's channel twice.
      const heard = mono ? sound.slice(0, 1) : sound;
      frames += heard[0]?.length ?? 0;
      meters.sound.push(heard);
      const folded = meters.fold(heard);
      meters.rhythm.push(folded);
      meters.key.push(folded);
    },
    strange: () => strange,
    seconds: () => (rate === 0 ? 0 : frames / rate),
    problem: () => problem,
    finish(): Heard | null {
      if (meters === null || frames === 0) return null;
      const seconds = { durationSeconds: durationSeconds ?? frames / rate };
      return { ...meters.sound.finish(), ...meters.rhythm.finish(), ...meters.key.finish(), ...seconds };
    },
  };
}

function metersOf(shape: PcmShape) {
  // Folded once for both.
  const { shape: low, fold } = folder(shape);
  return { sound: soundMeter(shape), fold, rhythm: rhythmMeter(low), key: keyMeter(low) };
}

function skipped(reason: string): Analysis {
  return { outcome: "skipped", reason };
}

/** More digits than a measure is good for are noise. */
function rounded(facts: AudioFacts): AudioFacts {
  return audioFacts.parse(JSON.parse(JSON.stringify(facts, threeDigits)));
}

function threeDigits(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value;
}
