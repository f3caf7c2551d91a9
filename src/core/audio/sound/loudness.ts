/**
 * How loud a sound is, and how much its loudness moves.
 *
 * Integrated loudness by ITU-R BS.1770-4 and EBU R 128: blocks of 400 ms that overlap by 75 %, gated at -70 LUFS and
 * then at 10 LU under what is left. Loudness range by EBU Tech 3342: windows of 3 s, gated at -70 LUFS and 20 LU, from
 * the 10th to the 95th percentile. The channel of a mono file counts once.
 *
 * It keeps one number per 100 ms. Pure.
 */
import { kWeighting } from "./k-weighting.ts";
import type { Meter, PcmShape } from "./pcm.ts";
import { channelOf, valueAt } from "./sample.ts";

export interface Loudness {
  /** Null when no block of 400 ms is over -70 LUFS. */
  readonly integratedLufs: number | null;
  /** Null when no window of 3 s is over -70 LUFS. */
  readonly loudnessRangeLu: number | null;
}

const STEPS_PER_SECOND = 10;
const BLOCK_STEPS = 4;
const WINDOW_STEPS = 30;

const OFFSET_DB = -0.691;
const ABSOLUTE_GATE_LUFS = -70;
const INTEGRATED_GATE_LU = -10;
const RANGE_GATE_LU = -20;
const LOW_PERCENTILE = 0.1;
const HIGH_PERCENTILE = 0.95;

export function loudnessMeter({ sampleRateHz, channels }: PcmShape): Meter<Loudness> {
  const filters = Array.from({ length: channels }, () => kWeighting(sampleRateHz));
  const powers: number[] = [];
  let frame = 0;
  let stepStart = 0;
  let stepEnd = Math.round(sampleRateHz / STEPS_PER_SECOND);

  function endStep(): void {
    let energy = 0;
    for (const filter of filters) energy += filter.takeEnergy();
    powers.push(energy / (stepEnd - stepStart));
    stepStart = stepEnd;
    // From the count, so that rates which 10 does not divide do not drift.
    stepEnd = Math.round(((powers.length + 1) * sampleRateHz) / STEPS_PER_SECOND);
  }

  return {
    push(sound) {
      const frames = channelOf(sound, 0).length;
      for (let from = 0; from < frames;) {
        const to = Math.min(frames, from + stepEnd - frame);
        for (const [n, filter] of filters.entries()) filter.pass(channelOf(sound, n), from, to);
        frame += to - from;
        from = to;
        if (frame === stepEnd) endStep();
      }
    },
    finish() {
      const steps = Float64Array.from(powers);
      return { integratedLufs: integrated(steps), loudnessRangeLu: range(steps) };
    },
  };
}

function integrated(steps: Float64Array): number | null {
  const blocks = gated(overlapping(steps, BLOCK_STEPS), INTEGRATED_GATE_LU);
  return blocks.length === 0 ? null : loudnessOf(mean(blocks));
}

function range(steps: Float64Array): number | null {
  const windows = gated(overlapping(steps, WINDOW_STEPS), RANGE_GATE_LU).toSorted();
  if (windows.length === 0) return null;
  return loudnessOf(percentile(windows, HIGH_PERCENTILE)) - loudnessOf(percentile(windows, LOW_PERCENTILE));
}

/** The mean power of every run of so many steps. */
function overlapping(steps: Float64Array, length: number): Float64Array {
  const means = new Float64Array(Math.max(0, steps.length - length + 1));
  for (let start = 0; start < means.length; start++) {
    let sum = 0;
    for (let n = start; n < start + length; n++) sum += valueAt(steps, n);
    means[start] = sum / length;
  }
  return means;
}

/** What is over the absolute gate, and then over the one relative to the mean of that. */
function gated(powers: Float64Array, relativeGateLu: number): Float64Array {
  const absolute = powerOf(ABSOLUTE_GATE_LUFS);
  const audible = powers.filter((power) => power > absolute);
  const relative = mean(audible) * 10 ** (relativeGateLu / 10);
  return audible.filter((power) => power > relative);
}

function percentile(sorted: Float64Array, share: number): number {
  return valueAt(sorted, Math.round((sorted.length - 1) * share));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function loudnessOf(power: number): number {
  return OFFSET_DB + 10 * Math.log10(power);
}

function powerOf(lufs: number): number {
  return 10 ** ((lufs - OFFSET_DB) / 10);
}
