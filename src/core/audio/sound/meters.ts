/** All measures of a sound but its tempo, in one pass. What could not be measured is null, never 0. Pure. */
import { bandwidthMeter, type Bandwidth } from "./bandwidth.ts";
import { levelsMeter, type Levels } from "./levels.ts";
import { loudnessMeter, type Loudness } from "./loudness.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf } from "./sample.ts";
import { silenceMeter, type Silence } from "./silence.ts";
import { stereoMeter, type Stereo } from "./stereo.ts";
import { truePeakMeter, type TruePeak } from "./true-peak.ts";
import { waveformMeter, type Waveform } from "./waveform.ts";

export interface SoundFacts extends Loudness, TruePeak, Levels, Silence, Stereo, Bandwidth {
  readonly durationSeconds: number;
  readonly waveform: Waveform;
}

export function soundMeter(shape: PcmShape): Meter<SoundFacts> {
  const loudness = loudnessMeter(shape);
  const truePeak = truePeakMeter(shape);
  const levels = levelsMeter(shape);
  const silence = silenceMeter(shape);
  const stereo = stereoMeter(shape);
  const bandwidth = bandwidthMeter(shape);
  const waveform = waveformMeter(shape);
  const meters = [loudness, truePeak, levels, silence, stereo, bandwidth, waveform];
  let frames = 0;
  return {
    push(sound) {
      frames += channelOf(sound, 0).length;
      for (const meter of meters) meter.push(sound);
    },
    finish: () => ({
      durationSeconds: frames / shape.sampleRateHz,
      ...loudness.finish(),
      ...truePeak.finish(),
      ...levels.finish(),
      ...silence.finish(),
      ...stereo.finish(),
      ...bandwidth.finish(),
      waveform: waveform.finish(),
    }),
  };
}
