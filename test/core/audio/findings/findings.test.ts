/** The verdict on a file: each finding just over its limit, and silence just under it. */
import { expect, test } from "vitest";
import type { AudioFacts } from "../../../../src/core/audio/facts.ts";
import { audioFacts } from "../../../../src/core/audio/facts.ts";
import { LIMITS } from "../../../../src/core/audio/findings/limits.ts";
import {
  FINDING_CODES,
  finding,
  findingsOf,
  sourceFindingsOf,
  verdictOf,
  type Asked,
  type FileProblem,
  type Finding,
  type FindingCode,
} from "../../../../src/core/audio/findings/findings.ts";
import type { StyleMatch } from "../../../../src/core/audio/style/match.ts";
import { LIMIT_REASONS } from "../../../../src/docs/limit-reasons.ts";

/** A song that nothing is wrong with. */
const GOOD: AudioFacts = {
  format: "mp3",
  codec: "MPEG-1 layer III",
  durationSeconds: 180,
  sampleRateHz: 44_100,
  channels: 2,
  bitrateKbps: 192,
  integratedLufs: -15.7,
  loudnessRangeLu: 5.4,
  truePeakDbtp: 0,
  clippedRunsPerMinute: 2,
  leadingSilenceSeconds: 0.1,
  trailingSilenceSeconds: 1,
  longestGapSeconds: 0,
  silentShare: 0.01,
  stereoCorrelation: 0.73,
  bandwidthHz: 16_000,
  tempoBpm: 120,
  tempoConfidence: 0.9,
  monoLossDb: 1,
  balanceDb: 0.2,
  dcOffset: 0.0001,
  dualMono: false,
  junkBytes: 0,
  resyncs: 0,
  frames: 6_890,
  declaredFrames: 6_891,
  missingBytes: 0,
  trailingBytes: 0,
  decoderErrors: 0,
  flatTopShare: 0,
  hardGapSeconds: 0,
  dropoutsPerMinute: 0,
  clicksPerMinute: 0.5,
  noiseFloorDbfs: -80,
  humDbfs: null,
  balanceSpreadDb: 2,
  deadChannelShare: 0,
  endLevelDb: -60,
  repetition: 0.4,
  repetitionSeconds: 8,
  key: "A minor",
  keyConfidence: 0.9,
  fit: { tempoRatio: 1, keyDistance: 0, offsetSeconds: 0, similarity: 0.4 },
};

const ASKED: Asked = {
  claimedDurationSeconds: 180,
  claimedFormat: "audio/mpeg",
  style: { claimedShare: 1, matched: ["jazz"], missing: [], extra: [], contradicting: [] },
  requestedBpm: 120,
  tempoAgreement: "agrees",
  requestedKey: "a minor",
  keyAgreement: "agrees",
  source: GOOD,
};

interface Case {
  readonly facts?: Partial<AudioFacts>;
  readonly asked?: Partial<Asked>;
  readonly problem?: FileProblem;
  readonly isSource?: boolean;
}

interface Provocation {
  readonly level: Finding["level"];
  readonly over: Case;
  readonly under: Case;
}

function found({ facts, asked, problem, isSource }: Case): readonly Finding[] {
  const all = { ...GOOD, ...facts };
  return isSource === true
    ? sourceFindingsOf(all, problem ?? null)
    : findingsOf(all, { ...ASKED, ...asked }, problem ?? null);
}

function fact(
  level: Finding["level"],
  name: keyof AudioFacts,
  over: number | boolean,
  under: number | boolean,
): Provocation {
  return { level, over: { facts: { [name]: over } }, under: { facts: { [name]: under } } };
}

function leaning(balanceDb: number, balanceSpreadDb: number): Case {
  return { facts: { balanceDb, balanceSpreadDb } };
}

function declared(declaredFrames: number, frames: number): Case {
  return { facts: { declaredFrames, frames } };
}

function source(level: Finding["level"], name: keyof AudioFacts, over: number, under: number): Provocation {
  return {
    level,
    over: { facts: { [name]: over }, isSource: true },
    under: { facts: { [name]: under }, isSource: true },
  };
}

function problem(code: FileProblem["code"]): Provocation {
  return { level: "fail", over: { problem: { code, message: "MP3 ends after 61.2 s" } }, under: {} };
}

function styled(style: Partial<StyleMatch>): Case {
  return { asked: { style: { claimedShare: 1, matched: [], missing: [], extra: [], contradicting: [], ...style } } };
}

function fitted(similarity: number | null): Case {
  return { facts: { fit: { tempoRatio: 1, keyDistance: 0, offsetSeconds: 0, similarity } } };
}

/** Numbers are written out, so that a changed limit is seen here. */
const PROVOCATIONS: Readonly<Record<FindingCode, readonly Provocation[]>> = {
  truncated: [problem("truncated")],
  not_audio: [problem("not_audio")],
  format_mismatch: [
    problem("format_mismatch"),
    { level: "fail", over: { asked: { claimedFormat: "audio/x-wav" } }, under: { asked: { claimedFormat: "MP3" } } },
    {
      level: "fail",
      over: { facts: { format: "flac" } },
      under: { asked: { claimedFormat: "application/octet-stream" } },
    },
  ],
  duration_mismatch: [
    { level: "fail", over: { facts: { durationSeconds: 170.99 } }, under: { facts: { durationSeconds: 179.01 } } },
    { level: "warn", over: { facts: { durationSeconds: 178.99 } }, under: { facts: { durationSeconds: 180.99 } } },
    { level: "warn", over: { facts: { durationSeconds: 181.01 } }, under: { asked: { claimedDurationSeconds: 0 } } },
    { level: "warn", over: { facts: { durationSeconds: 171 } }, under: { asked: { claimedDurationSeconds: null } } },
  ],
  mostly_silent: [fact("fail", "silentShare", 0.501, 0.5)],
  too_quiet: [
    fact("fail", "integratedLufs", -50.1, -24),
    fact("warn", "integratedLufs", -40.1, -24),
    fact("info", "integratedLufs", -24.1, -23.9),
  ],
  too_loud: [fact("warn", "integratedLufs", -4.9, -9), fact("info", "integratedLufs", -8.9, -9)],
  true_peak_over: [fact("info", "truePeakDbtp", 1.01, 1), fact("info", "truePeakDbtp", 6, 6.01)],
  corrupt_peak: [fact("fail", "truePeakDbtp", 6.01, 6)],
  clipped: [fact("warn", "flatTopShare", 0.0051, 0.005), fact("info", "clippedRunsPerMinute", 200.1, 200)],
  leading_silence: [fact("warn", "leadingSilenceSeconds", 3.01, 2), fact("info", "leadingSilenceSeconds", 2.01, 2)],
  trailing_silence: [fact("warn", "trailingSilenceSeconds", 18.01, 5), fact("info", "trailingSilenceSeconds", 5.01, 5)],
  silent_gap: [
    fact("warn", "hardGapSeconds", 0.51, 0.5),
    fact("warn", "longestGapSeconds", 8.01, 3),
    fact("info", "longestGapSeconds", 3.01, 3),
  ],
  phase_cancels: [
    fact("warn", "stereoCorrelation", -0.31, 0),
    fact("info", "stereoCorrelation", -0.01, 0),
    fact("warn", "monoLossDb", 6.01, 6),
  ],
  dual_mono: [fact("info", "dualMono", true, false)],
  dc_offset: [fact("warn", "dcOffset", 0.2001, 0.02), fact("info", "dcOffset", -0.0201, -0.02)],
  narrow_bandwidth: [
    fact("warn", "bandwidthHz", 9_749, 15_000),
    fact("info", "bandwidthHz", 14_999, 15_000),
    {
      level: "warn",
      over: { facts: { bandwidthHz: 9_000 } },
      under: { facts: { bandwidthHz: 9_000, sampleRateHz: 44_099 } },
    },
  ],
  unbalanced: [
    fact("warn", "balanceDb", 6.01, 6),
    fact("warn", "balanceDb", -6.01, -6),
    { level: "info", over: leaning(13, 9.5), under: leaning(6, 9.5) },
    { level: "warn", over: leaning(13, 9), under: leaning(6, 9) },
  ],
  tempo_mismatch: [
    {
      level: "warn",
      over: { asked: { tempoAgreement: "disagrees" } },
      under: { asked: { tempoAgreement: "disagrees", requestedBpm: null } },
    },
    {
      level: "warn",
      over: { asked: { requestedBpm: null }, facts: { tempoBpm: 134 } },
      under: { asked: { requestedBpm: null }, facts: { tempoBpm: 134, tempoConfidence: 0.4 } },
    },
  ],
  tempo_inconclusive: [
    {
      level: "info",
      over: { asked: { tempoAgreement: "inconclusive" } },
      under: { asked: { tempoAgreement: "inconclusive", requestedBpm: null } },
    },
  ],
  style_missing: [
    {
      level: "info",
      over: styled({ claimedShare: 0.499, missing: ["jazz"] }),
      under: styled({ claimedShare: 0.5, missing: ["jazz"] }),
    },
  ],
  style_contradicts: [
    { level: "warn", over: styled({ contradicting: ["no drums against drum kit"] }), under: styled({}) },
  ],
  same_as_other_take: [
    { level: "warn", over: { asked: { sameAsOtherTake: true } }, under: { asked: { sameAsOtherTake: false } } },
  ],
  same_as_source: [
    { level: "fail", over: { asked: { sameAsSource: true } }, under: { asked: { sameAsSource: false } } },
  ],
  resyncs: [fact("warn", "resyncs", 1, 0), fact("warn", "junkBytes", 4_097, 4_096)],
  decoder_errors: [fact("warn", "decoderErrors", 1, 0)],
  dropouts: [fact("warn", "dropoutsPerMinute", 20, 2), fact("info", "dropoutsPerMinute", 20.1, 2)],
  clicks: [fact("warn", "clicksPerMinute", 4.1, 4)],
  dead_channel: [fact("warn", "deadChannelShare", 0.21, 0.2)],
  repeats: [fact("warn", "repetition", 0.971, 0.97)],
  abrupt_end: [
    fact("info", "endLevelDb", -14.9, -15),
    { level: "warn", over: { facts: { endLevelDb: -3, durationSeconds: 178.9 } }, under: {} },
  ],
  noise: [fact("warn", "noiseFloorDbfs", -57.9, -58), fact("warn", "humDbfs", -59.9, -60)],
  half_length: [
    { level: "warn", over: { facts: { durationSeconds: 107.9 } }, under: { facts: { durationSeconds: 108.1 } } },
    { level: "warn", over: { facts: { durationSeconds: 90 } }, under: { asked: { source: null } } },
  ],
  source_not_heard: [
    { level: "warn", over: fitted(0.119), under: fitted(0.121) },
    { level: "warn", over: fitted(0), under: fitted(null) },
    { level: "warn", over: fitted(0), under: { facts: { fit: null } } },
  ],
  key_mismatch: [
    {
      level: "warn",
      over: { asked: { keyAgreement: "disagrees" } },
      under: { asked: { keyAgreement: "disagrees", requestedKey: null } },
    },
  ],
  key_inconclusive: [
    {
      level: "info",
      over: { asked: { keyAgreement: "inconclusive" } },
      under: { asked: { keyAgreement: "inconclusive", requestedKey: null } },
    },
  ],
  odd_end: [
    fact("info", "missingBytes", 1, 0),
    fact("info", "trailingBytes", 1, 0),
    fact("info", "trailingBytes", 4_096, 0),
    { level: "warn", over: { facts: { junkBytes: 4_097, trailingBytes: 4_097 } }, under: {} },
  ],
  header_mismatch: [
    { level: "info", over: declared(1_000, 998), under: declared(1_000, 999) },
    { level: "info", over: declared(1_000, 1_020), under: declared(1_000, 1_001) },
    { level: "warn", over: declared(1_000, 979), under: { facts: { declaredFrames: null } } },
    { level: "warn", over: { ...declared(1_000, 2_000), isSource: true }, under: {} },
  ],
  too_long: [source("fail", "durationSeconds", 480.1, 480)],
  very_short: [source("warn", "durationSeconds", 9.99, 10)],
  low_bitrate: [source("warn", "bitrateKbps", 95.9, 96)],
  mono: [source("info", "channels", 1, 2)],
};

test("each code is provoked just over its limit and silent just under it", () => {
  expect(Object.keys(PROVOCATIONS)).toEqual([...FINDING_CODES]);
  for (const code of FINDING_CODES) {
    expect([code, PROVOCATIONS[code].length > 0]).toEqual([code, true]);
    for (const { level, over, under } of PROVOCATIONS[code]) {
      expect(found(over)).toContainEqual(expect.objectContaining({ code, level }));
      expect([code, under, found(under).filter((one) => one.code === code)]).toEqual([code, under, []]);
    }
  }
});

test("a finding is a sentence, and its numbers are in it", () => {
  for (const provocation of Object.values(PROVOCATIONS).flat())
    for (const one of found(provocation.over)) {
      expect(finding.parse(one)).toEqual(one);
      expect(one.message).toMatch(/^[A-Z].{10,}/);
      expect(one.message).not.toMatch(/NaN|null|undefined|Infinity/);
    }
  expect(found({ facts: { integratedLufs: -26.5 } })).toEqual([
    {
      code: "too_quiet",
      level: "info",
      message: "At -26.5 LUFS it is quiet: raise it by at least 2.5 dB.",
      measured: -26.5,
      limit: -24,
    },
  ]);
  const odd = found({ facts: { missingBytes: 100, trailingBytes: 1, frames: 200, declaredFrames: 202 } });
  expect(odd.map(({ message }) => message)).toEqual([
    "The file ends 100 bytes before its last part does. Its last frame is followed by 1 byte of no audio.",
    "Its header counts 202 frames; there are 200.",
  ]);
  const [contradiction] = found(styled({ contradicting: ["no drums against drum kit"] }));
  expect(contradiction?.message).toBe(
    "The provider's own words for it contradict the request: no drums against drum kit.",
  );
  expect(found({ facts: { balanceDb: -7 } })[0]?.message).toBe("The right channel is louder by 7.0 dB.");
  const many = Array.from({ length: 20 }, (_, n) => `word${n}`);
  expect(found(styled({ claimedShare: 0, missing: many }))[0]?.message).toMatch(/word7 and 12 more\.$/);
});

test("a tempo that could not be told is unclear, or too near to the requested one", () => {
  const whys = [0.9, 0.3].map((tempoConfidence) =>
    found({ asked: { requestedBpm: 120, tempoAgreement: "inconclusive" }, facts: { tempoBpm: 124.5, tempoConfidence } })
      .filter(({ code }) => code === "tempo_inconclusive")
      .map(({ message }) => message.split(": ")[1]),
  );
  expect(whys).toEqual([["124.5 bpm is too near to it."], ["its beat is not clear enough."]]);
});

test("what was not measured gives no finding, and a good song none either", () => {
  const nothing = audioFacts.parse(Object.fromEntries(Object.keys(GOOD).map((name) => [name, null])));
  const nobody: Asked = {
    claimedDurationSeconds: null,
    claimedFormat: null,
    style: null,
    requestedBpm: null,
    tempoAgreement: null,
    requestedKey: null,
    keyAgreement: null,
    source: null,
  };
  for (const facts of [nothing, GOOD])
    for (const asked of [ASKED, nobody]) expect([...findingsOf(facts, asked), ...sourceFindingsOf(facts)]).toEqual([]);
  for (const name of Object.keys(GOOD))
    expect([name, findingsOf({ ...GOOD, [name]: null }, ASKED)]).toEqual([name, []]);
});

test("an empty end is a warning where it is long, and a tenth of the file at least", () => {
  expect([levelAt(50, 7.9), levelAt(50, 8.1)]).toEqual(["info", "warn"]);
  expect([levelAt(300, 29.9), levelAt(300, 30.1)]).toEqual(["info", "warn"]);
});

test("junk at the end is told once", () => {
  expect(found({ facts: { junkBytes: 9_000, trailingBytes: 8_000 } }).map(({ code }) => code)).toEqual(["odd_end"]);
});

test("the verdict is the worst finding, which stands first", () => {
  const info = { dualMono: true };
  const warned = { ...info, dcOffset: 0.21 };
  const failed = { ...warned, silentShare: 0.9 };
  const verdicts = [{}, info, warned, failed].map((facts) => verdictOf(found({ facts })));
  expect(verdicts).toEqual(["pass", "pass", "warn", "fail"]);
  expect(found({ facts: failed }).map(({ level }) => level)).toEqual(["fail", "warn", "info"]);
});

test("another tempo or style is never a failure", () => {
  const asked: Partial<Asked> = {
    ...styled({ claimedShare: 0, contradicting: ["slow against fast"] }).asked,
    tempoAgreement: "disagrees",
  };
  expect(verdictOf(found({ asked }))).toBe("warn");
});

test("a source is judged as raw material", () => {
  const raw = { leadingSilenceSeconds: 9, integratedLufs: -35, balanceDb: 9, durationSeconds: 60 };
  expect(found({ facts: raw, isSource: true })).toEqual([]);
  expect(found({ facts: { format: "wav", bitrateKbps: 64 }, isSource: true })).toEqual([]);
  for (const facts of [{ silentShare: 0.6 }, { clippedRunsPerMinute: 300 }, { truePeakDbtp: 7 }, { resyncs: 3 }])
    expect([facts, found({ facts, isSource: true }).length]).toEqual([facts, 1]);
  expect(verdictOf(found({ problem: { code: "truncated", message: "It is cut." }, isSource: true }))).toBe("fail");
  const track = { channels: 1, bitrateKbps: 64, durationSeconds: 5 };
  expect(found({ facts: track, asked: { claimedDurationSeconds: 5, source: null } })).toEqual([]);
});

test("each limit has its reason", () => {
  expect(Object.keys(LIMIT_REASONS)).toEqual(Object.keys(LIMITS));
  for (const [name, { reason }] of Object.entries(LIMIT_REASONS))
    expect([name, reason]).toEqual([name, expect.stringMatching(/^[A-Z].{20,}\.$/)]);
  for (const [name, value] of Object.entries(LIMITS)) expect([name, Number.isFinite(value)]).toEqual([name, true]);
});

test("the facts are in the order in which they are shown", () => {
  expect(Object.keys(audioFacts.shape)).toEqual(Object.keys(GOOD));
});

/** Of an empty end. */
function levelAt(durationSeconds: number, trailingSilenceSeconds: number): Finding["level"] | undefined {
  const findings = found({ facts: { durationSeconds, trailingSilenceSeconds } });
  return findings.find(({ code }) => code === "trailing_silence")?.level;
}
