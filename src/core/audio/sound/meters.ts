/** All measures of a sound but its beat and its key, in one pass. What could not be measured is null, never 0. Pure. */
import { bandwidthMeter, type Bandwidth } from "./bandwidth.ts";
import { blockMeter } from "./blocks.ts";
import { breaks, type Breaks } from "./flaws/breaks.ts";
import { clicksMeter, type Clicks } from "./flaws/clicks.ts";
import { deadChannel, type DeadChannel } from "./flaws/dead-channel.ts";
import { ending, type Ending } from "./flaws/ending.ts";
import { flatTopsMeter, type FlatTops } from "./flaws/flat-tops.ts";
import { levels, type Levels } from "./levels.ts";
import { loudnessMeter, type Loudness } from "./loudness.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { silence, type Silence } from "./silence.ts";
import { stereo, type Stereo } from "./stereo.ts";
import { truePeakMeter, type TruePeak } from "./true-peak.ts";
import { outline, type Waveform } from "./waveform.ts";

type Levelled = Loudness & TruePeak & Levels & Silence & Stereo & Bandwidth;
type Flaws = Breaks & Clicks & DeadChannel & Ending & FlatTops;

export type SoundFacts = Levelled & Flaws & { readonly waveform: Waveform };

export function soundMeter(shape: PcmShape): Meter<SoundFacts> {
  const meters = [
    loudnessMeter(shape),
    truePeakMeter(shape),
    bandwidthMeter(shape),
    clicksMeter(shape),
    flatTopsMeter(shape),
    blockwise(shape),
  ] as const;
  return {
    push(sound) {
      for (const meter of meters) meter.push(sound);
    },
    finish() {
      const [a, b, c, d, e, f] = meters;
      return { ...a.finish(), ...b.finish(), ...c.finish(), ...d.finish(), ...e.finish(), ...f.finish() };
    },
  };
}

/** What is read off the same blocks. */
function blockwise(shape: PcmShape) {
  const listeners = [
    levels(shape),
    silence(shape),
    stereo(shape),
    breaks(shape),
    deadChannel(shape),
    ending(shape),
    outline(shape),
  ] as const;
  return blockMeter(shape, {
    hear(block) {
      for (const listener of listeners) listener.hear(block);
    },
    finish() {
      const [a, b, c, d, e, f, g] = listeners;
      const level = { ...a.finish(), ...b.finish(), ...c.finish() };
      return { ...level, ...d.finish(), ...e.finish(), ...f.finish(), waveform: g.finish() };
    },
  });
}
