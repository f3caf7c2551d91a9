/**
 * How much an onset envelope resembles itself some time later: its autocorrelation, a window at a time.
 *
 * What is held does not grow with the sound: one window of the envelope, and the sum over the windows so far. Each
 * window counts the same however loud it is; one in which nothing begins does not count. Pure.
 */
import { valueAt } from "../sample.ts";

const WINDOW_SECONDS = 12;
/** A shorter stretch holds too few beats to tell how far apart they are. */
const SHORTEST_SECONDS = 6;
/** The mean around each moment is taken off, so that a swell is not a beat. */
const SWELL_SECONDS = 0.5;
/** The variance of a window in which nothing begins: the ripple of a steady tone is less, but for some under 100 Hz. */
const LEAST_VARIANCE = 1;

/** `at(lag)`: from 1 (the same again) through 0 (unrelated), between whole hops too; 0 past the longest lag. */
export interface Recurrence {
  at(lagHops: number): number;
}

interface RecurrenceMeter {
  push(onset: number): void;
  /** Null when no window had anything in it. */
  finish(): Recurrence | null;
}

export function recurrenceMeter(hopsPerSecond: number, longestLagSeconds: number): RecurrenceMeter {
  const size = Math.round(WINDOW_SECONDS * hopsPerSecond);
  const shortest = Math.round(SHORTEST_SECONDS * hopsPerSecond);
  const swell = Math.round(SWELL_SECONDS * hopsPerSecond);
  const window = new Float64Array(size);
  const sums = new Float64Array(Math.round(longestLagSeconds * hopsPerSecond) + 1);
  let filled = 0;
  let fresh = 0;
  let windows = 0;
  const count = (onsets: Float64Array): void => {
    const correlation = autocorrelation(withoutSwell(onsets, swell), sums.length);
    if (correlation === null) return;
    for (let lag = 0; lag < sums.length; lag++) sums[lag] = valueAt(sums, lag) + valueAt(correlation, lag);
    windows++;
  };
  return {
    push(onset) {
      window[filled++] = onset;
      fresh++;
      if (filled < size) return;
      count(window);
      filled = size >> 1;
      fresh = 0;
      window.copyWithin(0, size - filled);
    },
    finish() {
      if (fresh > 0 && filled >= shortest) count(window.subarray(0, filled));
      return windows === 0 ? null : recurrence(sums.map((sum) => sum / windows));
    },
  };
}

function recurrence(correlation: Float64Array): Recurrence {
  return {
    at(lagHops) {
      const whole = Math.floor(lagHops);
      const rest = lagHops - whole;
      return valueAt(correlation, whole) * (1 - rest) + valueAt(correlation, whole + 1) * rest;
    },
  };
}

function withoutSwell(onsets: Float64Array, reach: number): Float64Array {
  const upTo = new Float64Array(onsets.length + 1);
  for (let at = 0; at < onsets.length; at++) upTo[at + 1] = valueAt(upTo, at) + valueAt(onsets, at);
  return onsets.map((onset, at) => {
    const from = Math.max(0, at - reach);
    const to = Math.min(onsets.length, at + reach + 1);
    return onset - (valueAt(upTo, to) - valueAt(upTo, from)) / (to - from);
  });
}

/** Per pair of moments, so that a long lag, which has fewer pairs, weighs no less. Null when there is nothing. */
function autocorrelation(values: Float64Array, lags: number): Float64Array | null {
  const products = new Float64Array(lags);
  // Four lags at once: each value is read once for all of them, and no sum waits for another.
  for (let lag = 0; lag < lags; lag += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let [x, y, z] = [0, 0, 0];
    for (let at = lag; at < values.length; at++) {
      const value = valueAt(values, at);
      const w = valueAt(values, at - lag);
      a += value * w;
      b += value * x;
      c += value * y;
      d += value * z;
      z = y;
      y = x;
      x = w;
    }
    for (const [n, sum] of [a, b, c, d].entries()) products[lag + n] = sum / (values.length - lag - n);
  }
  const self = valueAt(products, 0);
  // Written so that a window with a sample that is not a number is dropped too.
  return self >= LEAST_VARIANCE ? products.map((product) => product / self) : null;
}
