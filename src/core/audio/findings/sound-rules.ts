/** The rules on what was measured of the sound itself. Pure; limits are in `limits.ts`. */
import { LIMITS } from "./limits.ts";
import type { Remark, Rule } from "./findings.ts";

export const soundRules = {
  mostly_silent: ({ facts: { silentShare } }) =>
    over(silentShare, "silentShare", "fail", (share) => `It is silent for ${percent(share)} of its time.`),
  too_quiet: ({ facts: { integratedLufs } }) => {
    return (
      under(
        integratedLufs,
        "faintestLufs",
        "fail",
        (lufs) => `At ${fixed(lufs)} LUFS there is next to nothing to hear.`,
      ) ??
      under(integratedLufs, "quietestLufs", "warn", quiet) ??
      under(integratedLufs, "quietLufs", "info", quiet)
    );
  },
  too_loud: ({ facts: { integratedLufs } }) =>
    over(integratedLufs, "loudestLufs", "warn", (lufs) => `At ${fixed(lufs)} LUFS it is crushed.`) ??
    over(
      integratedLufs,
      "loudLufs",
      "info",
      (lufs) => `At ${fixed(lufs)} LUFS it is loud: streaming services turn it down.`,
    ),
  true_peak_over: ({ facts: { truePeakDbtp } }) =>
    truePeakDbtp !== null && truePeakDbtp > LIMITS.corruptPeakDbtp
      ? null
      : over(
          truePeakDbtp,
          "highestPeakDbtp",
          "info",
          (peak) => `The true peak is ${fixed(peak)} dBTP: a player that does not turn it down clips it.`,
        ),
  corrupt_peak: ({ facts: { truePeakDbtp } }) =>
    over(
      truePeakDbtp,
      "corruptPeakDbtp",
      "fail",
      (peak) => `A peak of ${fixed(peak)} dBTP shows that the file is corrupt.`,
    ),
  clipped: ({ facts: { flatTopShare, clippedRunsPerMinute } }) =>
    over(
      flatTopShare,
      "flatTopShare",
      "warn",
      (share) => `It is clipped: ${percent(share)} of the samples are cut at one level, which is heard as distortion.`,
    ) ??
    over(
      clippedRunsPerMinute,
      "clippedRunsPerMinute",
      "info",
      (runs) => `It reaches full scale ${runs.toFixed(0)} times a minute.`,
    ),
  leading_silence: ({ facts: { leadingSilenceSeconds } }) => {
    return (
      over(leadingSilenceSeconds, "longLeadingSeconds", "warn", lateStart) ??
      over(leadingSilenceSeconds, "leadingSilenceSeconds", "info", lateStart)
    );
  },
  trailing_silence: ({ facts: { trailingSilenceSeconds, durationSeconds } }) => {
    const limit = Math.max(LIMITS.longTrailingSeconds, (durationSeconds ?? 0) * LIMITS.longTrailingShare);
    return (
      overNumber(trailingSilenceSeconds, limit, "warn", emptyEnd) ??
      over(trailingSilenceSeconds, "trailingSilenceSeconds", "info", emptyEnd)
    );
  },
  silent_gap: ({ facts: { longestGapSeconds, hardGapSeconds } }) => {
    return (
      over(
        hardGapSeconds,
        "hardGapSeconds",
        "warn",
        (seconds) => `The sound breaks off for ${fixed(seconds)} s and comes back as suddenly: there is a hole.`,
      ) ??
      over(longestGapSeconds, "longGapSeconds", "warn", stops) ??
      over(longestGapSeconds, "gapSeconds", "info", stops)
    );
  },
  dropouts: ({ facts: { dropoutsPerMinute } }) =>
    over(
      dropoutsPerMinute,
      "gatedPerMinute",
      "info",
      (times) => `Notes are cut off ${fixed(times)} times a minute: so it is played, or gated.`,
    ) ??
    over(
      dropoutsPerMinute,
      "dropoutsPerMinute",
      "warn",
      (times) => `The sound drops out for a moment, ${fixed(times)} times a minute.`,
    ),
  clicks: ({ facts: { clicksPerMinute } }) =>
    over(clicksPerMinute, "clicksPerMinute", "warn", (times) => `Something clicks ${fixed(times)} times a minute.`),
  dead_channel: ({ facts: { deadChannelShare } }) =>
    over(
      deadChannelShare,
      "deadChannelShare",
      "warn",
      (share) => `One side is dead for ${percent(share)} of the time while the other plays.`,
    ),
  repeats: ({ facts: { repetition, repetitionSeconds } }) =>
    over(
      repetition,
      "repetition",
      "warn",
      () => `It is the same ${fixed(repetitionSeconds ?? 0)} s over and over, from beginning to end.`,
    ),
  abrupt_end: ({ facts: { endLevelDb, durationSeconds }, asked: { claimedDurationSeconds } }) => {
    const isShort = (claimedDurationSeconds ?? 0) - (durationSeconds ?? Infinity) > LIMITS.durationSeconds;
    return over(endLevelDb, "endLevelDb", isShort ? "warn" : "info", () =>
      isShort ? "It breaks off in full sound, before its announced end." : "It ends in full sound: a loop, or a cut.",
    );
  },
  noise: ({ facts: { noiseFloorDbfs, humDbfs } }) =>
    over(
      noiseFloorDbfs,
      "noiseFloorDbfs",
      "warn",
      (floor) => `It hisses: flat noise at ${fixed(floor)} dBFS lies under the music.`,
    ) ??
    over(
      humDbfs,
      "humDbfs",
      "warn",
      (level) => `It hums: the tone of the mains runs through it at ${fixed(level)} dBFS.`,
    ),
  phase_cancels: ({ facts: { stereoCorrelation, monoLossDb } }) => {
    return (
      under(stereoCorrelation, "inverseCorrelation", "warn", outOfPhase) ??
      over(monoLossDb, "monoLossDb", "warn", (loss) => `Played in mono it loses ${fixed(loss)} dB: check the phase.`) ??
      under(stereoCorrelation, "lowestCorrelation", "info", outOfPhase)
    );
  },
  dual_mono: ({ facts: { dualMono } }) =>
    dualMono === true
      ? {
          level: "info",
          message: "Both channels are the same: it is mono in a stereo file.",
          measured: null,
          limit: null,
        }
      : null,
  dc_offset: ({ facts: { dcOffset } }) => {
    return (
      over(size(dcOffset), "largeDcOffset", "warn", offCentre) ?? over(size(dcOffset), "dcOffset", "info", offCentre)
    );
  },
  narrow_bandwidth: ({ facts: { bandwidthHz, sampleRateHz } }) => {
    if (sampleRateHz === null || sampleRateHz < LIMITS.fullBandSampleRateHz) return null;
    return (
      under(bandwidthHz, "dullBandwidthHz", "warn", (hz) => `${above(hz)}: it is muffled.`) ??
      under(bandwidthHz, "bandwidthHz", "info", (hz) => `${above(hz)}: it was upsampled, coded hard, or is soft.`)
    );
  },
  unbalanced: ({ facts: { balanceDb, balanceSpreadDb } }) =>
    over(
      size(balanceDb),
      "balanceDb",
      (balanceSpreadDb ?? 0) > LIMITS.balanceSpreadDb ? "info" : "warn",
      (db) => `The ${balanceDb !== null && balanceDb < 0 ? "right" : "left"} channel is louder by ${fixed(db)} dB.`,
    ),
  resyncs: ({ facts: { resyncs, junkBytes, trailingBytes } }) =>
    overNumber(
      resyncs,
      0,
      "warn",
      (times) =>
        `The run of frames breaks ${times} times (${junkBytes ?? "some"} foreign bytes): clicks or gaps are likely.`,
    ) ??
    over(
      // Those at the end are told by `odd_end`.
      junkBytes === null ? null : junkBytes - (trailingBytes ?? 0),
      "junkBytes",
      "warn",
      (bytes) => `The file holds ${bytes} bytes that are no audio.`,
    ),
  decoder_errors: ({ facts: { decoderErrors } }) =>
    overNumber(
      decoderErrors,
      0,
      "warn",
      (errors) => `The decoder stumbled ${errors} times: clicks or gaps are likely.`,
    ),
} as const satisfies Readonly<Record<string, Rule>>;

function quiet(lufs: number): string {
  return `At ${fixed(lufs)} LUFS it is quiet: raise it by at least ${fixed(LIMITS.quietLufs - lufs)} dB.`;
}

function lateStart(seconds: number): string {
  return `It begins with ${fixed(seconds)} s of silence: trim the start.`;
}

function emptyEnd(seconds: number): string {
  return `It ends with ${fixed(seconds)} s of silence: trim the end.`;
}

function stops(seconds: number): string {
  return `The music stops for ${fixed(seconds)} s in the middle.`;
}

function outOfPhase(correlation: number): string {
  return `The channels are out of phase (correlation ${correlation.toFixed(2)}): parts vanish in mono.`;
}

function offCentre(offset: number): string {
  return `A constant offset of ${percent(offset)} of full scale costs headroom: filter it out below 20 Hz.`;
}

function above(hz: number): string {
  return `Nothing sounds above ${(hz / 1_000).toFixed(1)} kHz`;
}

type Sentence = (measured: number) => string;
type LimitName = keyof typeof LIMITS;

function over(measured: number | null, name: LimitName, level: Remark["level"], sentence: Sentence): Remark | null {
  return overNumber(measured, LIMITS[name], level, sentence);
}

function overNumber(measured: number | null, limit: number, level: Remark["level"], sentence: Sentence): Remark | null {
  if (measured === null || !(measured > limit)) return null;
  return { level, message: sentence(measured), measured, limit };
}

function under(measured: number | null, name: LimitName, level: Remark["level"], sentence: Sentence): Remark | null {
  const limit = LIMITS[name];
  if (measured === null || !(measured < limit)) return null;
  return { level, message: sentence(measured), measured, limit };
}

function size(value: number | null): number | null {
  return value === null ? null : Math.abs(value);
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
