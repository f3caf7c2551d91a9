/**
 * Which pitches sound at each moment, whatever their octave: a chromagram in thirds of a semitone.
 *
 * The sound is folded to one channel and averaged down to about 11 kHz. Spectral peaks from 65 to 1,100 Hz are placed
 * to a few cents by a parabola through their neighbours and count by their amplitude, each frame alike; higher up,
 * overtones would outweigh the notes (after E. Gómez, Tonal Description of Music Audio Signals, 2006). A third of a
 * semitone is fine enough to find out afterwards how the music is tuned.
 *
 * Pure: the values depend on the samples alone, not on how they are split into stretches.
 */
import { sampleAt } from "../sample.ts";
import { hannSpectrum } from "../fft.ts";
import type { Pcm, PcmShape } from "../pcm.ts";
import { framer } from "../frames.ts";

export const BINS_PER_SEMITONE = 3;
export const CHROMA_BINS = 12 * BINS_PER_SEMITONE;

const FRAME = 8192;
const LOWEST_HZ = 65;
const HIGHEST_HZ = 1100;
/** Of bin 0: A, as the standard pitch has it. */
const REFERENCE_HZ = 440;
/** A peak of less than this share of the frame's highest power is the window's own side lobe, or noise. */
const LEAST_SHARE = 1e-4;
/** Mean power of the frame's samples under which it counts as silence: -60 dB of full scale. */
const SILENT_POWER = 1e-6;

interface Chromagram {
  readonly binHz: number;
  /** What a full-scale sine makes of its bin in a power spectrum. */
  readonly fullScale: number;
  /**
   * Hands over the chroma of each frame that is not silent, from A upwards, and the spectrum that it was read off, both
   * for the time of the call. The sum of a chroma is 1, or 0 where nothing has a pitch.
   */
  push(sound: Pcm, hear: (chroma: Float32Array, power: Float32Array) => void): void;
}

export function chromagram(shape: PcmShape): Chromagram {
  const frames = framer(shape, FRAME, FRAME);
  const spectrumOf = hannSpectrum(FRAME);
  const chromaOf = frameChroma(frames.rateHz);
  return {
    binHz: frames.rateHz / FRAME,
    fullScale: (FRAME / 4) ** 2,
    push: (sound, hear) =>
      frames.push(sound, (frame) => {
        let energy = 0;
        for (let at = 0; at < FRAME; at++) energy += sampleAt(frame, at) ** 2;
        if (energy < SILENT_POWER * FRAME) return;
        const power = spectrumOf(frame);
        hear(chromaOf(power), power);
      }),
  };
}

function frameChroma(rateHz: number): (power: Float32Array) => Float32Array {
  const chroma = new Float32Array(CHROMA_BINS);
  const from = Math.ceil((LOWEST_HZ / rateHz) * FRAME);
  const to = Math.floor((HIGHEST_HZ / rateHz) * FRAME);
  return (power) => {
    chroma.fill(0);
    let highest = 0;
    for (let bin = from; bin <= to; bin++) highest = Math.max(highest, sampleAt(power, bin));
    let total = 0;
    for (let bin = from; bin <= to; bin++) {
      const here = sampleAt(power, bin);
      if (here < highest * LEAST_SHARE) continue;
      const [below, above] = [sampleAt(power, bin - 1), sampleAt(power, bin + 1)];
      if (here <= below || here < above) continue;
      const [l, m, r] = [Math.log(below), Math.log(here), Math.log(above)];
      const hertz = ((bin + (l - r) / (2 * (l - 2 * m + r))) * rateHz) / FRAME;
      const place = Math.round(CHROMA_BINS * Math.log2(hertz / REFERENCE_HZ));
      const index = ((place % CHROMA_BINS) + CHROMA_BINS) % CHROMA_BINS;
      const weight = Math.sqrt(here);
      chroma[index] = sampleAt(chroma, index) + weight;
      total += weight;
    }
    if (total > 0) for (let index = 0; index < CHROMA_BINS; index++) chroma[index] = sampleAt(chroma, index) / total;
    return chroma;
  };
}
