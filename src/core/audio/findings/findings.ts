/**
 * The verdict on a file: what is wrong with it, in sentences with numbers, and how bad that is. Pure.
 *
 * **The codes are a persisted contract**: they are added, never renamed. What was not measured gives no finding.
 */
import * as z from "zod";
import type { AudioFacts } from "../facts.ts";
import type { KeyAgreement } from "../sound/tonal/key-names.ts";
import { containerRules } from "./container-rules.ts";
import { requestRules } from "./request-rules.ts";
import { soundRules } from "./sound-rules.ts";
import { sourceRules } from "./source-rules.ts";
import type { StyleMatch } from "../style/match.ts";

export const FINDING_CODES = [
  /** The bytes end before the music does. */
  "truncated",
  /** Not audio, or none that can be read. */
  "not_audio",
  /** Another format than claimed. */
  "format_mismatch",
  /** Another length than claimed. */
  "duration_mismatch",
  "mostly_silent",
  "too_quiet",
  "too_loud",
  /** Peaks between the samples that clip when played. */
  "true_peak_over",
  /** Peaks that no encoder makes. */
  "corrupt_peak",
  "clipped",
  "leading_silence",
  "trailing_silence",
  "silent_gap",
  /** The channels cancel each other in mono. */
  "phase_cancels",
  /** Stereo with the same in both channels. */
  "dual_mono",
  "dc_offset",
  "narrow_bandwidth",
  /** One side is much louder. */
  "unbalanced",
  /** Another tempo than requested. */
  "tempo_mismatch",
  /** A tempo was requested, and none was measured with confidence. */
  "tempo_inconclusive",
  /** Less than half of the requested style is in the returned one. */
  "style_missing",
  /** The returned style has what the request excludes. */
  "style_contradicts",
  /** Another take of the task has the same bytes. */
  "same_as_other_take",
  /** The bytes are those of the source that was handed in. */
  "same_as_source",
  /** Bytes between the frames that are no audio. */
  "resyncs",
  "decoder_errors",
  /** The sound is gone for a moment, again and again. */
  "dropouts",
  "clicks",
  /** One side is dead while the other plays. */
  "dead_channel",
  /** The same few seconds from beginning to end. */
  "repeats",
  /** It ends in full sound. */
  "abrupt_end",
  /** Hiss, the noise of too few bits, or hum. */
  "noise",
  /** Little more than half as long as the source. */
  "half_length",
  /** The rhythm of the source is nowhere in it. */
  "source_not_heard",
  /** Another key than requested. */
  "key_mismatch",
  /** A key was requested, and none was measured with confidence, or a neighbour. */
  "key_inconclusive",
  /** The last frame is short, or something follows it. */
  "odd_end",
  /** The file's header counts other frames than there are. */
  "header_mismatch",
  /** Of sources: longer than the provider takes. */
  "too_long",
  /** Of sources. */
  "very_short",
  /** Of sources. */
  "low_bitrate",
  /** Of sources. */
  "mono",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

const LEVELS = ["fail", "warn", "info"] as const;

export const finding = z.object({
  code: z.enum(FINDING_CODES),
  level: z.enum(LEVELS),
  message: z.string(),
  measured: z.union([z.number(), z.string()]).nullable(),
  limit: z.union([z.number(), z.string()]).nullable(),
});

export type Finding = z.infer<typeof finding>;

export const VERDICT_WORDS = ["pass", "warn", "fail"] as const;
export type AudioVerdict = (typeof VERDICT_WORDS)[number];

/** What is known of what was to come. */
export interface Asked {
  readonly claimedDurationSeconds: number | null;
  /** A format's name, a file extension or a content type; an unknown one is no claim. */
  readonly claimedFormat: string | null;
  readonly style: StyleMatch | null;
  readonly requestedBpm: number | null;
  readonly tempoAgreement: "agrees" | "disagrees" | "inconclusive" | null;
  readonly requestedKey: string | null;
  readonly keyAgreement: KeyAgreement | null;
  /** What was measured of the source, where it was submitted through us. */
  readonly source: AudioFacts | null;
  /** Of files whose bytes are known. */
  readonly sameAsOtherTake?: boolean;
  readonly sameAsSource?: boolean;
}

/** Why a file could not be read to its end. The message is shown as it is. */
export interface FileProblem {
  readonly code: "truncated" | "not_audio" | "format_mismatch";
  readonly message: string;
}

/** A finding without its code. */
export type Remark = Omit<Finding, "code">;

export interface Evidence {
  readonly facts: AudioFacts;
  readonly asked: Asked;
  readonly problem: FileProblem | null;
}

/** Null: nothing to say. */
export type Rule = (evidence: Evidence) => Remark | null;

const RULES: Readonly<Record<FindingCode, Rule>> = {
  ...requestRules,
  ...containerRules,
  ...soundRules,
  ...sourceRules,
};

/** These are of no concern in a track that the provider made. */
const OF_SOURCES_ONLY: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "too_long",
  "very_short",
  "low_bitrate",
  "mono",
]);

/** A source is raw material: its loudness, its pauses and its balance are not judged. */
const OF_SOURCES: ReadonlySet<FindingCode> = new Set<FindingCode>([
  ...OF_SOURCES_ONLY,
  "truncated",
  "not_audio",
  "format_mismatch",
  "mostly_silent",
  "corrupt_peak",
  "clipped",
  "narrow_bandwidth",
  "resyncs",
  "decoder_errors",
  "odd_end",
  "header_mismatch",
]);

export const NOTHING_ASKED: Asked = {
  claimedDurationSeconds: null,
  claimedFormat: null,
  style: null,
  requestedBpm: null,
  tempoAgreement: null,
  requestedKey: null,
  keyAgreement: null,
  source: null,
};

/** What there is to say about a kept track, the worst first. */
export function findingsOf(facts: AudioFacts, asked: Asked, problem: FileProblem | null = null): readonly Finding[] {
  return judged({ facts, asked, problem }, (code) => !OF_SOURCES_ONLY.has(code));
}

/** What there is to say about a file before it is submitted as a source. */
export function sourceFindingsOf(facts: AudioFacts, problem: FileProblem | null = null): readonly Finding[] {
  return judged({ facts, asked: NOTHING_ASKED, problem }, (code) => OF_SOURCES.has(code));
}

/** As bad as the worst finding; an `info` is none. */
export function verdictOf(findings: readonly Finding[]): AudioVerdict {
  if (findings.some(({ level }) => level === "fail")) return "fail";
  return findings.some(({ level }) => level === "warn") ? "warn" : "pass";
}

function judged(evidence: Evidence, applies: (code: FindingCode) => boolean): readonly Finding[] {
  const found = FINDING_CODES.filter(applies).flatMap((code): readonly Finding[] => {
    const remark = RULES[code](evidence);
    return remark === null ? [] : [{ code, ...remark }];
  });
  return found.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}
