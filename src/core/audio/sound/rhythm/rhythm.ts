/** What is read off the onsets of a sound: its tempo, whether it only repeats itself, and how to find it again. Pure. */
import { spectrogramReader, type Spectrogram } from "../../fit/spectrogram.ts";
import { repetitionReader, type Repetition } from "../flaws/repetition.ts";
import { onsetEnvelope } from "./onset.ts";
import type { Meter, PcmShape } from "../pcm.ts";
import { tempoReader, type Tempo } from "./tempo.ts";

interface Rhythm extends Tempo, Repetition {
  /** Null for a sound that is too short. */
  readonly spectrogram: Spectrogram | null;
}

export function rhythmMeter(shape: PcmShape): Meter<Rhythm> {
  const onsets = onsetEnvelope(shape);
  const tempo = tempoReader(onsets.hopsPerSecond);
  const repetition = repetitionReader(onsets.hopsPerSecond);
  const spectrogram = spectrogramReader(onsets.hopsPerSecond, onsets.binHz);
  return {
    push: (sound) =>
      onsets.push(sound, (onset, power) => {
        tempo.push(onset);
        repetition.push(onset);
        spectrogram.push(power);
      }),
    finish: () => ({ ...tempo.finish(), ...repetition.finish(), spectrogram: spectrogram.finish() }),
  };
}
