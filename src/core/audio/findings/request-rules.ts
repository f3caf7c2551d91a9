/** The rules that hold a file against what was claimed of it and what was requested. Pure. */
import { LEAST_CONFIDENCE, tempoAgreement } from "../sound/rhythm/tempo.ts";
import { LIMITS } from "./limits.ts";
import type { FileProblem, Remark, Rule } from "./findings.ts";

export const requestRules = {
  truncated: ({ problem }) => told(problem, "truncated"),
  not_audio: ({ problem }) => told(problem, "not_audio"),
  format_mismatch: ({ facts: { format }, asked: { claimedFormat }, problem }) => {
    const claimed = claimedFormat === null ? null : formatNamed(claimedFormat);
    if (format === null || claimed === null || claimed === format) return told(problem, "format_mismatch");
    const message = `By its bytes it is ${format}, though it was announced as ${claimed}.`;
    return { level: "fail", message, measured: format, limit: claimed };
  },
  duration_mismatch: ({ facts: { durationSeconds }, asked: { claimedDurationSeconds: claimed } }) => {
    if (durationSeconds === null || claimed === null || claimed <= 0) return null;
    const message = `It lasts ${durationSeconds.toFixed(1)} s; ${claimed.toFixed(1)} s were announced.`;
    if (durationSeconds < claimed * LIMITS.shortestShare)
      return { level: "fail", message: `${message} The end is missing.`, measured: durationSeconds, limit: claimed };
    const isOff = Math.abs(durationSeconds - claimed) > LIMITS.durationSeconds;
    return isOff ? { level: "warn", message, measured: durationSeconds, limit: claimed } : null;
  },
  same_as_other_take: ({ asked: { sameAsOtherTake } }) => {
    if (sameAsOtherTake !== true) return null;
    const message = "Another take of this task has the very same bytes: two were paid for.";
    return { level: "warn", message, measured: null, limit: null };
  },
  same_as_source: ({ asked: { sameAsSource } }) => {
    if (sameAsSource !== true) return null;
    const message = "Its bytes are those of the source: nothing was made of it.";
    return { level: "fail", message, measured: null, limit: null };
  },
  tempo_mismatch: ({ facts, asked: { requestedBpm, tempoAgreement: agreement, source } }) => {
    const measured = facts.tempoBpm === null ? "Its tempo is another" : `Its tempo is ${facts.tempoBpm.toFixed(1)} bpm`;
    const same = "Half and double would count as the same.";
    if (requestedBpm !== null) {
      if (agreement !== "disagrees") return null;
      const message = `${measured}; ${requestedBpm} bpm were requested. ${same}`;
      return { level: "warn", message, measured: facts.tempoBpm, limit: requestedBpm };
    }
    const sourceBpm = source === null || (source.tempoConfidence ?? 0) < LEAST_CONFIDENCE ? null : source.tempoBpm;
    if (sourceBpm === null || tempoAgreement(sourceBpm, facts) !== "disagrees") return null;
    const message = `${measured}; its source has ${sourceBpm.toFixed(1)} bpm. ${same}`;
    return { level: "warn", message, measured: facts.tempoBpm, limit: sourceBpm };
  },
  tempo_inconclusive: ({ facts: { tempoBpm, tempoConfidence }, asked: { requestedBpm, tempoAgreement } }) => {
    if (requestedBpm === null || tempoAgreement !== "inconclusive") return null;
    const isClear = tempoBpm !== null && (tempoConfidence ?? 0) >= LEAST_CONFIDENCE;
    const why = isClear ? `${tempoBpm.toFixed(1)} bpm is too near to it` : "its beat is not clear enough";
    const message = `Whether it has the requested ${requestedBpm} bpm could not be told: ${why}.`;
    return { level: "info", message, measured: tempoBpm, limit: requestedBpm };
  },
  key_mismatch: ({ facts: { key }, asked: { requestedKey, keyAgreement } }) => {
    if (requestedKey === null || key === null || keyAgreement !== "disagrees") return null;
    const message = `It is in ${key}; ${keyName(requestedKey)} was requested. Relative and parallel keys would count as the same.`;
    return { level: "warn", message, measured: key, limit: keyName(requestedKey) };
  },
  key_inconclusive: ({ facts: { key }, asked: { requestedKey, keyAgreement } }) => {
    if (requestedKey === null || keyAgreement !== "inconclusive") return null;
    const why = key === null ? "no key is clear enough" : `${key} is too near to it`;
    const message = `Whether it is in ${keyName(requestedKey)}, as requested, could not be told: ${why}.`;
    return { level: "info", message, measured: key, limit: keyName(requestedKey) };
  },
  half_length: ({ facts: { durationSeconds }, asked: { source } }) => {
    const whole = source?.durationSeconds ?? null;
    if (durationSeconds === null || whole === null || durationSeconds >= whole * LIMITS.halfLengthShare) return null;
    const message = `It lasts ${durationSeconds.toFixed(1)} s; its source has ${whole.toFixed(1)} s.`;
    return { level: "warn", message, measured: durationSeconds, limit: whole };
  },
  source_not_heard: ({ facts: { fit } }) => {
    const limit = LIMITS.fitSimilarity;
    if (fit === null || fit.similarity === null || fit.similarity >= limit) return null;
    const message =
      "The source was not heard anywhere in it: it was made for something else, or the provider did not keep its sound.";
    return { level: "warn", message, measured: fit.similarity, limit };
  },
  style_missing: ({ asked: { style } }) => {
    const limit = LIMITS.styleScore;
    if (style === null || style.claimedShare >= limit) return null;
    const message = `The provider's own words for it lack of the request: ${listed(style.missing)}.`;
    return { level: "info", message, measured: style.claimedShare, limit };
  },
  style_contradicts: ({ asked: { style } }) => {
    if (style === null || style.contradicting.length === 0) return null;
    const words = listed(style.contradicting);
    const message = `The provider's own words for it contradict the request: ${words}.`;
    return { level: "warn", message, measured: words, limit: null };
  },
} as const satisfies Readonly<Record<string, Rule>>;

const MAX_LISTED = 8;

/** What content types and extensions call the formats. */
const FORMAT_NAMES: ReadonlyMap<string, string> = new Map([
  ["mp3", "mp3"],
  ["mpeg", "mp3"],
  ["wav", "wav"],
  ["wave", "wav"],
  ["flac", "flac"],
  ["ogg", "ogg"],
  ["opus", "ogg"],
  ["m4a", "m4a"],
  ["mp4", "m4a"],
  ["aac", "aac"],
]);

function told(problem: FileProblem | null, code: FileProblem["code"]): Remark | null {
  return problem?.code === code ? { level: "fail", message: problem.message, measured: null, limit: null } : null;
}

/** Null where the claim says nothing, as `application/octet-stream` does. */
function formatNamed(claim: string): string | null {
  const [type = ""] = claim.toLowerCase().split(";");
  return FORMAT_NAMES.get(type.trim().replace(/^(?:audio\/)?(?:x-)?/, "")) ?? null;
}

/** A requested key in the form of a measured one. */
function keyName(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
