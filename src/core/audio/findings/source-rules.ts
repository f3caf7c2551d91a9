/** The rules on a file that is to be submitted as a source. Pure. */
import { LIMITS } from "./limits.ts";
import type { Rule } from "./findings.ts";

/** Formats whose low rate is a loss. */
const LOSSY = new Set(["mp3", "aac", "m4a", "ogg"]);

export const sourceRules = {
  too_long: ({ facts: { durationSeconds } }) => {
    const limit = LIMITS.sourceSeconds;
    if (durationSeconds === null || durationSeconds <= limit) return null;
    const message = `It lasts ${durationSeconds.toFixed(1)} s; the provider takes ${limit} s at most: shorten it.`;
    return { level: "fail", message, measured: durationSeconds, limit };
  },
  very_short: ({ facts: { durationSeconds } }) => {
    const limit = LIMITS.shortSourceSeconds;
    if (durationSeconds === null || durationSeconds >= limit) return null;
    const message = `It lasts only ${durationSeconds.toFixed(1)} s: under ${limit} s there is little to build on.`;
    return { level: "warn", message, measured: durationSeconds, limit };
  },
  low_bitrate: ({ facts: { bitrateKbps, format } }) => {
    const limit = LIMITS.sourceKbps;
    if (bitrateKbps === null || bitrateKbps >= limit || (format !== null && !LOSSY.has(format))) return null;
    const message = `It has ${bitrateKbps.toFixed(0)} kbit/s: take a source of ${limit} kbit/s or more.`;
    return { level: "warn", message, measured: bitrateKbps, limit };
  },
  mono: ({ facts: { channels } }) =>
    channels === 1 ? { level: "info", message: "The source is mono.", measured: 1, limit: null } : null,
} as const satisfies Readonly<Record<string, Rule>>;
