/**
 * The highest peak between the samples: 4 times oversampled, by ITU-R BS.1770-4, Annex 2.
 *
 * A sample's own magnitude counts as well, since none of the four phases falls on a sample. Most of the sound is not
 * interpolated: the sum of the coefficients' magnitudes bounds what a stretch can reach, and one that cannot reach
 * over the peak so far is passed over. The result is the same as without. Pure.
 */
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, sampleAt } from "./sample.ts";

export interface TruePeak {
  /** Null for digital silence. */
  readonly truePeakDbtp: number | null;
}

/** The first two phases of the filter; the other two are the same read backwards. */
const EIGHTH = [
  0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
  -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const THREE_EIGHTHS = [
  -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
  -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];

const TAPS = 12;
const HISTORY = TAPS - 1;
const MIDDLE = TAPS / 2;
const BLOCK = 1024;
/** How many outputs share one bound. More than the history, so that two neighbours hold all that they read. */
const SPAN = 16;

/**
 * With s = x[k] + x[11-k] and d = x[k] - x[11-k], a phase and its mirror are Σ even·s ± Σ odd·d, and the greater
 * magnitude of the two is |Σ even·s| + |Σ odd·d|: half the multiplications.
 */
const [E0, E1, E2, E3, E4, E5] = halves(EIGHTH, 1);
const [P0, P1, P2, P3, P4, P5] = halves(EIGHTH, -1);
const [F0, F1, F2, F3, F4, F5] = halves(THREE_EIGHTHS, 1);
const [Q0, Q1, Q2, Q3, Q4, Q5] = halves(THREE_EIGHTHS, -1);

/** What the two samples in the middle, and the ten around them, can add at most for a magnitude of 1. */
const INNER = Math.max(reach(EIGHTH, true), reach(THREE_EIGHTHS, true));
const OUTER = Math.max(reach(EIGHTH, false), reach(THREE_EIGHTHS, false));

export function truePeakMeter({ channels }: PcmShape): Meter<TruePeak> {
  const peaks = Array.from({ length: channels }, () => channelPeak());
  return {
    push(sound) {
      for (const [n, peak] of peaks.entries()) peak.push(channelOf(sound, n));
    },
    finish() {
      const peak = Math.max(...peaks.map((channel) => channel.finish()));
      return { truePeakDbtp: peak === 0 ? null : 20 * Math.log10(peak) };
    },
  };
}

/** The peak of one channel. The blocks do not depend on the stretches, so neither does the last digit of the result. */
function channelPeak() {
  const window = new Float32Array(HISTORY + BLOCK);
  let filled = HISTORY;
  let peak = 0;

  function push(samples: Float32Array): void {
    for (let from = 0; from < samples.length;) {
      const to = Math.min(samples.length, from + window.length - filled);
      window.set(samples.subarray(from, to), filled);
      filled += to - from;
      from = to;
      if (filled < window.length) continue;
      peak = peakOf(window, peak);
      window.copyWithin(0, BLOCK);
      filled = HISTORY;
    }
  }

  return {
    push,
    /** The last samples have yet to pass through the middle of the filter: silence follows them. */
    finish(): number {
      push(new Float32Array(2 * BLOCK));
      return peak;
    },
  };
}

function peakOf(window: Float32Array, before: number): number {
  let peak = before;
  let last = magnitude(window, 0, HISTORY, 0);
  for (let start = 0; start < BLOCK; start += SPAN) {
    const from = start + HISTORY;
    // What stays under this cannot reach over the peak, whatever it is.
    const quiet = peak / (INNER + OUTER);
    const next = magnitude(window, from, from + SPAN, quiet);
    const highest = next > last ? next : last;
    last = next;
    if (next > peak) peak = next;
    if (highest > quiet) peak = spanPeak(window, start, highest, peak);
  }
  return peak;
}

/** Of samples, and at least so much: a branch that is seldom taken costs nothing. */
function magnitude(window: Float32Array, from: number, to: number, least: number): number {
  let highest = least;
  for (let n = from; n < to; n++) {
    const size = Math.abs(sampleAt(window, n));
    if (size > highest) highest = size;
  }
  return highest;
}

/** The same for each output alone: it is passed over when neither sample in its middle is high enough. */
function spanPeak(window: Float32Array, start: number, highest: number, before: number): number {
  let peak = before;
  const needed = (before - OUTER * highest) / INNER;
  let right = Math.abs(sampleAt(window, start + MIDDLE - 1));
  for (let n = start; n < start + SPAN; n++) {
    const left = right;
    right = Math.abs(sampleAt(window, n + MIDDLE));
    if (left <= needed && right <= needed) continue;
    const between = interpolated(window, n);
    if (between > peak) peak = between;
  }
  return peak;
}

/** The greatest magnitude of the four phases over the twelve samples from `n` on. */
function interpolated(window: Float32Array, n: number): number {
  const x0 = sampleAt(window, n);
  const x1 = sampleAt(window, n + 1);
  const x2 = sampleAt(window, n + 2);
  const x3 = sampleAt(window, n + 3);
  const x4 = sampleAt(window, n + 4);
  const x5 = sampleAt(window, n + 5);
  const x6 = sampleAt(window, n + 6);
  const x7 = sampleAt(window, n + 7);
  const x8 = sampleAt(window, n + 8);
  const x9 = sampleAt(window, n + 9);
  const x10 = sampleAt(window, n + 10);
  const x11 = sampleAt(window, n + 11);
  const s0 = x0 + x11;
  const s1 = x1 + x10;
  const s2 = x2 + x9;
  const s3 = x3 + x8;
  const s4 = x4 + x7;
  const s5 = x5 + x6;
  const d0 = x0 - x11;
  const d1 = x1 - x10;
  const d2 = x2 - x9;
  const d3 = x3 - x8;
  const d4 = x4 - x7;
  const d5 = x5 - x6;
  const outer =
    Math.abs(E0 * s0 + E1 * s1 + E2 * s2 + E3 * s3 + E4 * s4 + E5 * s5) +
    Math.abs(P0 * d0 + P1 * d1 + P2 * d2 + P3 * d3 + P4 * d4 + P5 * d5);
  const inner =
    Math.abs(F0 * s0 + F1 * s1 + F2 * s2 + F3 * s3 + F4 * s4 + F5 * s5) +
    Math.abs(Q0 * d0 + Q1 * d1 + Q2 * d2 + Q3 * d3 + Q4 * d4 + Q5 * d5);
  return outer > inner ? outer : inner;
}

type Half = readonly [number, number, number, number, number, number];

function halves(phase: readonly number[], sign: 1 | -1): Half {
  const half = (n: number) => ((phase[n] ?? 0) + sign * (phase[TAPS - 1 - n] ?? 0)) / 2;
  return [half(0), half(1), half(2), half(3), half(4), half(5)];
}

function reach(phase: readonly number[], inner: boolean): number {
  return phase.reduce((sum, tap, n) => (isInner(n) === inner ? sum + Math.abs(tap) : sum), 0);
}

function isInner(n: number): boolean {
  return n === MIDDLE - 1 || n === MIDDLE;
}
