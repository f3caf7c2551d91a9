/** What is read off the onsets of a sound: its tempo, whether it only repeats itself, and how to find it again. Pure. */
import { rhythmPrintReader } from "../../fit/rhythm-print.ts";
import { repetitionReader, type Repetition } from "../flaws/repetition.ts";
import { onsetEnvelope } from "./onset.ts";
import type { Meter, PcmShape } from "../pcm.ts";
import { tempoReader, type Tempo } from "./tempo.ts";

interface Rhythm extends Tempo, Repetition {
  /** Null for a sound that is too short. */
  readonly rhythm: string | null;
}

export function rhythmMeter(shape: PcmShape): Meter<Rhythm> {
  const onsets = onsetEnvelope(shape);
  const tempo = tempoReader(onsets.hopsPerSecond);
  const repetition = repetitionReader(onsets.hopsPerSecond);
  const print = rhythmPrintReader(onsets.hopsPerSecond);
  return {
    push: (sound) =>
      onsets.push(sound, (onset, rises) => {
        tempo.push(onset);
        repetition.push(onset);
        print.push(rises);
      }),
    finish: () => ({ ...tempo.finish(), ...repetition.finish(), rhythm: print.finish() }),
  };
}
