/** All measures of a sound but its beat and its key, in one pass. What could not be measured is null, never 0. Pure. */
import { bandwidthMeter, type Bandwidth } from "./bandwidth.ts";
import { blockMeter } from "./blocks.ts";
import { breaks, type Breaks } from "./flaws/breaks.ts";
import { clicksMeter, type Clicks } from "./flaws/clicks.ts";
import { deadChannel, type DeadChannel } from "./flaws/dead-channel.ts";
import { ending, type Ending } from "./flaws/ending.ts";
import { flatTopsMeter, type FlatTops } from "./flaws/flat-tops.ts";
import { levelsMeter, type Levels } from "./levels.ts";
import { loudnessMeter, type Loudness } from "./loudness.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf } from "./sample.ts";
import { silence, type Silence } from "./silence.ts";
import { stereo, type Stereo } from "./stereo.ts";
import { truePeakMeter, type TruePeak } from "./true-peak.ts";
import { waveformMeter, type Waveform } from "./waveform.ts";

type Levelled = Loudness & TruePeak & Levels & Silence & Stereo & Bandwidth;
type Flaws = Breaks & Clicks & DeadChannel & Ending & FlatTops;

export type SoundFacts = Levelled & Flaws & { readonly durationSeconds: number; readonly waveform: Waveform };

export function soundMeter(shape: PcmShape): Meter<SoundFacts> {
  const loudness = loudnessMeter(shape);
  const truePeak = truePeakMeter(shape);
  const levels = levelsMeter(shape);
  const bandwidth = bandwidthMeter(shape);
  const waveform = waveformMeter(shape);
  const clicks = clicksMeter(shape);
  const flatTops = flatTopsMeter(shape);
  const blocks = blockwise(shape);
  const meters = [loudness, truePeak, levels, bandwidth, waveform, clicks, flatTops, blocks];
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
      ...blocks.finish(),
      ...bandwidth.finish(),
      ...clicks.finish(),
      ...flatTops.finish(),
      waveform: waveform.finish(),
    }),
  };
}

/** What is read off the same blocks. */
function blockwise(shape: PcmShape): Meter<Silence & Stereo & Breaks & DeadChannel & Ending> {
  const listeners = [silence(shape), stereo(shape), breaks(shape), deadChannel(shape), ending(shape)] as const;
  return blockMeter(shape, {
    hear(block) {
      for (const listener of listeners) listener.hear(block);
    },
    finish() {
      const [a, b, c, d, e] = listeners;
      return { ...a.finish(), ...b.finish(), ...c.finish(), ...d.finish(), ...e.finish() };
    },
  });
}
