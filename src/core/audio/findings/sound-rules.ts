/** The rules on what was measured of the sound itself. Pure; limits and their reasons are in `finding-limits.ts`. */
import { LIMITS } from "./limits.ts";
import type { Remark, Rule } from "./findings.ts";

export const soundRules = {
  mostly_silent: ({ facts: { silentShare } }) =>
    over(silentShare, LIMITS.silentShare.value, "fail", (share) => `It is silent for ${percent(share)} of its time.`),
  too_quiet: ({ facts: { integratedLufs } }) =>
    under(
      integratedLufs,
      LIMITS.faintestLufs.value,
      "fail",
      (lufs) => `At ${fixed(lufs)} LUFS there is next to nothing to hear.`,
    ) ??
    under(
      integratedLufs,
      LIMITS.quietestLufs.value,
      "warn",
      (lufs, limit) => `At ${fixed(lufs)} LUFS it is quiet: raise it by at least ${fixed(limit - lufs)} dB.`,
    ),
  too_loud: ({ facts: { integratedLufs } }) =>
    over(
      integratedLufs,
      LIMITS.loudestLufs.value,
      "warn",
      (lufs, limit) =>
        `At ${fixed(lufs)} LUFS it is ${fixed(lufs - limit)} LU over ${limit}: streaming services turn it down.`,
    ),
  true_peak_over: ({ facts: { truePeakDbtp } }) =>
    truePeakDbtp !== null && truePeakDbtp > LIMITS.corruptPeakDbtp.value
      ? null
      : over(
          truePeakDbtp,
          LIMITS.highestPeakDbtp.value,
          "warn",
          (peak) => `The true peak is ${fixed(peak)} dBTP and clips when played: lower the level by ${fixed(peak)} dB.`,
        ),
  corrupt_peak: ({ facts: { truePeakDbtp } }) =>
    over(
      truePeakDbtp,
      LIMITS.corruptPeakDbtp.value,
      "fail",
      (peak) => `A peak of ${fixed(peak)} dBTP shows that the file is corrupt.`,
    ),
  clipped: ({ facts: { clippedRunsPerMinute } }) =>
    over(
      clippedRunsPerMinute,
      LIMITS.clippedRunsPerMinute.value,
      "warn",
      (runs) => `It clips ${runs.toFixed(0)} times a minute, which is heard as distortion.`,
    ),
  leading_silence: ({ facts: { leadingSilenceSeconds } }) =>
    over(
      leadingSilenceSeconds,
      LIMITS.leadingSilenceSeconds.value,
      "warn",
      (seconds) => `It begins with ${fixed(seconds)} s of silence: trim the start.`,
    ),
  trailing_silence: ({ facts: { trailingSilenceSeconds } }) =>
    over(
      trailingSilenceSeconds,
      LIMITS.trailingSilenceSeconds.value,
      "warn",
      (seconds) => `It ends with ${fixed(seconds)} s of silence: trim the end.`,
    ),
  silent_gap: ({ facts: { longestGapSeconds } }) =>
    over(
      longestGapSeconds,
      LIMITS.gapSeconds.value,
      "warn",
      (seconds) => `The music stops for ${fixed(seconds)} s in the middle.`,
    ),
  phase_cancels: ({ facts: { stereoCorrelation, monoLossDb } }) =>
    under(
      stereoCorrelation,
      LIMITS.lowestCorrelation.value,
      "warn",
      (correlation) => `The channels are out of phase (correlation ${correlation.toFixed(2)}): parts vanish in mono.`,
    ) ??
    over(
      monoLossDb,
      LIMITS.monoLossDb.value,
      "warn",
      (loss) => `Played in mono it loses ${fixed(loss)} dB: check the phase.`,
    ),
  dual_mono: ({ facts: { dualMono } }) =>
    dualMono === true
      ? {
          level: "info",
          message: "Both channels are the same: it is mono in a stereo file.",
          measured: null,
          limit: null,
        }
      : null,
  dc_offset: ({ facts: { dcOffset } }) =>
    over(
      size(dcOffset),
      LIMITS.dcOffset.value,
      "warn",
      (offset) => `A constant offset of ${percent(offset)} of full scale costs headroom: filter it out below 20 Hz.`,
    ),
  narrow_bandwidth: ({ facts: { bandwidthHz, sampleRateHz } }) =>
    sampleRateHz === null || sampleRateHz < LIMITS.fullBandSampleRateHz.value
      ? null
      : under(
          bandwidthHz,
          LIMITS.bandwidthHz.value,
          "warn",
          (hz) =>
            `Nothing sounds above ${(hz / 1_000).toFixed(1)} kHz: it is dull, and was upsampled or over-compressed.`,
        ),
  unbalanced: ({ facts: { balanceDb } }) =>
    over(
      size(balanceDb),
      LIMITS.balanceDb.value,
      "warn",
      (db) => `The ${balanceDb !== null && balanceDb < 0 ? "right" : "left"} channel is louder by ${fixed(db)} dB.`,
    ),
  resyncs: ({ facts: { resyncs, junkBytes } }) =>
    over(
      resyncs,
      0,
      "warn",
      (times) =>
        `The run of frames breaks ${times} times (${junkBytes ?? "some"} foreign bytes): clicks or gaps are likely.`,
    ) ?? over(junkBytes, LIMITS.junkBytes.value, "warn", (bytes) => `The file holds ${bytes} bytes that are no audio.`),
  decoder_errors: ({ facts: { decoderErrors } }) =>
    over(decoderErrors, 0, "warn", (errors) => `The decoder stumbled ${errors} times: clicks or gaps are likely.`),
} as const satisfies Readonly<Record<string, Rule>>;

type Sentence = (measured: number, limit: number) => string;

function over(measured: number | null, limit: number, level: Remark["level"], sentence: Sentence): Remark | null {
  if (measured === null || !(measured > limit)) return null;
  return { level, message: sentence(measured, limit), measured, limit };
}

function under(measured: number | null, limit: number, level: Remark["level"], sentence: Sentence): Remark | null {
  if (measured === null || !(measured < limit)) return null;
  return { level, message: sentence(measured, limit), measured, limit };
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
