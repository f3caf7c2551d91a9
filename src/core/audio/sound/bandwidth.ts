/**
 * Up to which frequency a sound reaches: what an encoder's low pass cut off shows. And the noise in it, and how its
 * parts are spread over the sides.
 *
 * Every so often one window of each channel is transformed. A band is present in a window when its power is over an
 * absolute floor, and not too far under the loudest band; the sound reaches up to the highest band that is present
 * in enough windows, so that a single click, which has all frequencies, does not count. Pure.
 */
import { hann, realFft } from "./fft.ts";
import { noiseReader, type Noise } from "./flaws/noise.ts";
import { panningReader, type Panning } from "./panning.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

export interface Bandwidth extends Noise, Panning {
  /** The upper edge of the highest band. Null for silence, and for a sound shorter than one window. */
  readonly bandwidthHz: number | null;
}

const WINDOW = 4096;
/** From the start of one window to that of the next, for each channel: a fifth of a mono sound, a tenth of both sides. */
const HOP = 5 * WINDOW;
const BINS_PER_BAND = 8;
const BANDS = WINDOW / 2 / BINS_PER_BAND;

/** Per bin, of a full-scale sine: over the noise of 16 bits, which is at -131 dB. */
const FLOOR = 1e-12;
/** Under the loudest band of the window: over what a Hann window leaks and an encoder leaves of what it cuts off. */
const RANGE = 1e-9;
const PRESENT_SHARE = 0.05;

/** What a full-scale sine makes of its bin: (WINDOW / 2)², times the square of the window's mean. */
const FULL_SCALE = (WINDOW / 4) ** 2;

export function bandwidthMeter({ sampleRateHz, channels }: PcmShape): Meter<Bandwidth> {
  const transform = realFft(WINDOW);
  const shape = hann(WINDOW);
  const hop = channels * HOP;
  // Folded together, what is in opposite phase would vanish.
  const sides = Array.from({ length: channels }, () => ({
    window: new Float32Array(WINDOW),
    bands: new Float64Array(BANDS),
  }));
  const present = new Float64Array(BANDS);
  const bandHz = (BINS_PER_BAND * sampleRateHz) / WINDOW;
  const noise = noiseReader(sampleRateHz, bandHz, WINDOW);
  const panning = panningReader(sides.map(({ bands }) => bands));
  let windows = 0;
  let position = 0;

  function endWindow(): void {
    for (const { window, bands } of sides) {
      for (let n = 0; n < WINDOW; n++) window[n] = (window[n] ?? 0) * (shape[n] ?? 0);
      const loudest = bandPowers(transform(window), bands);
      if (loudest < FLOOR) continue;
      noise.hear(bands);
      windows++;
      const floor = Math.max(FLOOR, loudest * RANGE);
      for (let n = 0; n < BANDS; n++) if ((bands[n] ?? 0) > floor) present[n] = (present[n] ?? 0) + 1;
    }
    panning.hear();
  }

  return {
    push(sound) {
      const length = channelOf(sound, 0).length;
      for (let from = 0; from < length;) {
        const end = position < WINDOW ? WINDOW : hop;
        const to = Math.min(length, from + end - position);
        if (position < WINDOW)
          for (const [channel, { window }] of sides.entries())
            window.set(channelOf(sound, channel).subarray(from, to), position);
        position += to - from;
        from = to;
        if (position === WINDOW) endWindow();
        if (position === hop) position = 0;
      }
    },
    finish() {
      const highest = present.findLastIndex((count) => count > 0 && count >= windows * PRESENT_SHARE);
      const bandwidthHz = highest < 0 ? null : (highest + 1) * bandHz;
      return { bandwidthHz, ...noise.finish(), ...panning.finish() };
    },
  };
}

/** The mean power of the bins of each band, as a share of full scale; returns that of the loudest. */
function bandPowers(powers: Float32Array, bands: Float64Array): number {
  let loudest = 0;
  for (let band = 0; band < BANDS; band++) {
    let sum = 0;
    // From bin 1 on: an offset from zero is no sound.
    for (let n = 1; n <= BINS_PER_BAND; n++) sum += sampleAt(powers, band * BINS_PER_BAND + n);
    const mean = sum / BINS_PER_BAND / FULL_SCALE;
    bands[band] = mean;
    if (mean > loudest) loudest = mean;
  }
  return loudest;
}
