/** What is read off the onset envelope of a sound: its tempo, and whether it only repeats itself. Pure. */
import { repetitionReader, type Repetition } from "./flaws/repetition.ts";
import { onsetEnvelope } from "./onset.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { tempoReader, type Tempo } from "./tempo.ts";

export function rhythmMeter(shape: PcmShape): Meter<Tempo & Repetition> {
  const onsets = onsetEnvelope(shape);
  const tempo = tempoReader(onsets.hopsPerSecond);
  const repetition = repetitionReader(onsets.hopsPerSecond);
  return {
    push: (sound) =>
      onsets.push(sound, (onset) => {
        tempo.push(onset);
        repetition.push(onset);
      }),
    finish: () => ({ ...tempo.finish(), ...repetition.finish() }),
  };
}
