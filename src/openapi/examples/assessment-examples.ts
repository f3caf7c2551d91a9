/** What the API's description shows of a track's sound. Pure. */
import type { Assessment } from "../../core/task/assessment.ts";
import type { AudioFacts } from "../../core/audio/facts.ts";
import type { SourceReport } from "../../core/audio/findings/source-report.ts";
import type { Waveform } from "../../core/audio/sound/waveform.ts";

const HEARD: AudioFacts = {
  format: "mp3",
  codec: "mp3",
  durationSeconds: 182.413,
  sampleRateHz: 44_100,
  channels: 2,
  bitrateKbps: 192,
  integratedLufs: -14.212,
  loudnessRangeLu: 5.4,
  truePeakDbtp: 1.312,
  clippedRunsPerMinute: 3.947,
  leadingSilenceSeconds: 0.023,
  trailingSilenceSeconds: 1.6,
  longestGapSeconds: 0,
  silentShare: 0.009,
  stereoCorrelation: 0.734,
  bandwidthHz: 19_121.484,
  tempoBpm: 116.05,
  tempoConfidence: 0.94,
  monoLossDb: 0.621,
  balanceDb: 0.114,
  dcOffset: 0.001,
  dualMono: false,
  junkBytes: 0,
  resyncs: 0,
  frames: 7_073,
  declaredFrames: 7_073,
  missingBytes: 0,
  trailingBytes: 0,
  decoderErrors: 0,
  flatTopShare: 0,
  hardGapSeconds: 0,
  dropoutsPerMinute: 0,
  clicksPerMinute: 0.329,
  noiseFloorDbfs: null,
  humDbfs: null,
  balanceSpreadDb: 2.5,
  deadChannelShare: 0,
  endLevelDb: -58.211,
  repetition: 0.412,
  repetitionSeconds: 8.276,
  key: "A minor",
  keyConfidence: 0.83,
  fit: { tempoRatio: 1.001, keyDistance: 0, offsetSeconds: 0.05, similarity: 0.672 },
};

export const ASSESSMENT_EXAMPLE: Assessment = {
  state: "done",
  reason: null,
  verdict: "pass",
  findings: [
    {
      code: "true_peak_over",
      level: "info",
      message: "The true peak is 1.3 dBTP: a player that does not turn it down clips it.",
      measured: 1.312,
      limit: 1,
    },
  ],
  audio: HEARD,
  style: {
    claimedShare: 1,
    score: 1,
    measured: [{ asked: "116 bpm", measured: "116.1 bpm", agrees: true }],
    matched: ["bossa nova", "brushed drums", "warm"],
    missing: [],
    extra: [],
    contradicting: [],
  },
  analyzerVersion: "2",
  assessedAt: "2026-01-29T07:14:33.120Z",
};

/** A few points of some 800. */
export const WAVEFORM_EXAMPLE: Waveform = {
  version: 2,
  channels: 1,
  sample_rate: 44_100,
  samples_per_pixel: 8_192,
  bits: 8,
  length: 2,
  data: [-64, 71, -80, 77],
};

export const SOURCE_EXAMPLE: SourceReport = {
  verdict: "warn",
  findings: [
    {
      code: "low_bitrate",
      level: "warn",
      message: "It has 64 kbit/s; the result can hardly sound better than its source.",
      measured: 64,
      limit: 96,
    },
  ],
  audio: { ...HEARD, bitrateKbps: 64 },
};
