/**
 * How much begins in the sound at each moment: the onset envelope, from which a beat can be read.
 *
 * Spectral flux over mel bands: the rise of each band's level in decibels against a few hops before, falls ignored,
 * added up (S. Dixon, Onset Detection Revisited, 2006; the bands and the logarithm after D. Ellis, Beat Tracking by
 * Dynamic Programming, 2007). The sound is folded to one channel and averaged down to about 11 kHz first. The mean is
 * a poor lowpass, and a hi-hat folds down into what is heard: when it sounds matters here, not its pitch.
 *
 * Pure: the values depend on the samples alone, not on how they are split into stretches.
 */
import { hannSpectrum } from "../fft.ts";
import type { Pcm, PcmShape } from "../pcm.ts";
import { framer } from "../frames.ts";

const FRAME = 512;
const HOP = 128;
const BANDS = 24;
const LOWEST_HZ = 30;
const HIGHEST_HZ = 5000;
/** Against how many hops before a level is held: a window of four hops spreads an onset over several. */
const RISE_HOPS = 2;
/** Band power under which nothing is heard: about -70 dB of full scale, so that dither has no onsets. */
const FLOOR = 1e-7;

interface OnsetEnvelope {
  readonly hopsPerSecond: number;
  /** How far the bins of a spectrum lie apart. */
  readonly binHz: number;
  /**
   * Hands each value to `hear` in order, one per hop, and the spectrum that it was read off, for the time of the call.
   * Zero means that nothing begins. A sine of full scale has about the power 1 in its bin.
   */
  push(sound: Pcm, hear: (onset: number, power: Float32Array) => void): void;
}

export function onsetEnvelope(shape: PcmShape): OnsetEnvelope {
  const frames = framer(shape, FRAME, HOP);
  // A sine of full scale has about the power 1.
  const spectrumOf = hannSpectrum(FRAME, 4 / FRAME);
  const rise = bandRise(frames.rateHz);
  return {
    hopsPerSecond: frames.rateHz / HOP,
    binHz: frames.rateHz / FRAME,
    push: (sound, hear) =>
      frames.push(sound, (frame) => {
        const power = spectrumOf(frame);
        hear(rise(power), power);
      }),
  };
}

/** The flux of one frame after another. The first have nothing before them, and are zero. */
function bandRise(rateHz: number): (power: Float32Array) => number {
  const bands = melBands(rateHz);
  const past = Array.from({ length: RISE_HOPS }, () => new Float64Array(BANDS));
  let hops = 0;
  return (power) => {
    const before = past[hops % RISE_HOPS] ?? new Float64Array(BANDS);
    let flux = 0;
    let band = 0;
    for (const { from, weights } of bands) {
      let level = FLOOR;
      for (let at = 0; at < weights.length; at++) level += (power[from + at] ?? 0) * (weights[at] ?? 0);
      const db = 10 * Math.log10(level);
      if (hops >= RISE_HOPS) flux += Math.max(0, db - (before[band] ?? 0));
      before[band++] = db;
    }
    hops++;
    return flux;
  };
}

interface Band {
  readonly from: number;
  readonly weights: Float32Array;
}

/** Triangles, evenly spaced on the mel scale (O'Shaughnessy), each from the middle of one neighbour to the other's. */
function melBands(rateHz: number): readonly Band[] {
  const lowest = mel(LOWEST_HZ);
  const step = (mel(Math.min(HIGHEST_HZ, rateHz / 2)) - lowest) / (BANDS + 1);
  const edge = (index: number): number => (hertz(lowest + step * index) / rateHz) * FRAME;
  return Array.from({ length: BANDS }, (_, band) => {
    const [low, middle, high] = [edge(band), edge(band + 1), edge(band + 2)];
    const from = Math.ceil(low);
    const weights = Float32Array.from({ length: Math.floor(high) - from + 1 }, (_, at) =>
      Math.min((from + at - low) / (middle - low), (high - from - at) / (high - middle)),
    );
    return { from, weights };
  });
}

function mel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

function hertz(mels: number): number {
  return 700 * (10 ** (mels / 2595) - 1);
}
