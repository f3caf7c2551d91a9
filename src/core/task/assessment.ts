/**
 * What is known of a kept track's sound, and the verdict on it: a selector over the log, so that thresholds and rules
 * can change without looking into the file again.
 *
 * The schemas are the contract; null is what could not be measured, never 0. Pure.
 */
import * as z from "zod";
import { audioFacts, type AudioFacts } from "../audio/facts.ts";
import { unheard } from "../audio/container/facts.ts";
import { finding, findingsOf, VERDICT_WORDS, verdictOf, type Asked } from "../audio/findings/findings.ts";
import { requestedBpm } from "../audio/style/requested-bpm.ts";
import { styleView, styleViewOf } from "../audio/style/measured.ts";
import { matchStyle } from "../audio/style/match.ts";
import { keyAgreement } from "../audio/sound/tonal/key-names.ts";
import { requestedKey } from "../audio/style/requested-key.ts";
import { tempoAgreement } from "../audio/sound/rhythm/tempo.ts";
import type { Assessed, Copied } from "./event.ts";
import type { AskedStyle } from "../provider/message.ts";
import type { Task } from "./task.ts";
import { byPrecedence, type Track } from "./tracks.ts";
import { effective } from "./trust.ts";

export const assessmentView = z.object({
  state: z.enum(["pending", "done", "skipped", "failed"]),
  /** Why it is skipped, or failed. */
  reason: z.string().nullable(),
  verdict: z.enum(VERDICT_WORDS).nullable(),
  /** The worst first. */
  findings: z.array(finding),
  audio: audioFacts.nullable(),
  /** Null where it is not known what was asked, or what came. */
  style: styleView.nullable(),
  analyzerVersion: z.string().nullable(),
  assessedAt: z.iso.datetime().nullable(),
});

export type Assessment = z.infer<typeof assessmentView>;

/**
 * Of audio that is kept as the file of this track, where another take may have the same bytes. While it is listened to
 * again, what was found before holds.
 */
export function assessmentOf(task: Task, track: Track, stored: Copied, sameAsOtherTake = false): Assessment {
  const heard = { task, track, stored, sameAsOtherTake };
  const known = knownOf(heard, task.assessments.get(stored.sha256)?.result ?? null);
  if (task.assessments.get(stored.sha256)?.pending !== true) return known;
  return { ...known, state: "pending", reason: null, audio: known.audio ?? containerOf(stored) };
}

function knownOf(heard: Heard, result: Assessed | null): Assessment {
  const { stored } = heard;
  if (result === null && stored.assess === "scan") {
    return judged(heard, containerOf(stored), {
      state: "done",
      reason: null,
      analyzerVersion: stored.analyzerVersion ?? null,
      assessedAt: new Date(stored.at).toISOString(),
    });
  }
  if (result === null) {
    const told = { state: "skipped", reason: NOT_ASSESSED, analyzerVersion: null, assessedAt: null } as const;
    const known = judged(heard, containerOf(stored), told);
    return known.findings.some(({ code }) => OF_LENGTH.has(code)) ? known : { ...UNKNOWN, ...told };
  }
  return judged(heard, result.facts ?? containerOf(stored), {
    state: result.outcome,
    reason: result.reason,
    analyzerVersion: result.analyzerVersion,
    assessedAt: new Date(result.at).toISOString(),
  });
}

/** Of the length, which nobody has to look into the file to see, and a new link may be the cure of. */
export const OF_LENGTH: ReadonlySet<string> = new Set(["truncated", "duration_mismatch"]);

const NOT_ASSESSED = "ASSESS was off when the file was kept: POST /tasks/:id/assess looks into it";

const UNKNOWN: Omit<Assessment, "state"> = {
  reason: null,
  verdict: null,
  findings: [],
  audio: null,
  style: null,
  analyzerVersion: null,
  assessedAt: null,
};

/** A reason is a code, a colon and what was found. */
function cutWords(reason: string): string {
  return `It is cut, and nothing longer was found: ${reason.slice(reason.indexOf(":") + 1).trim()}.`;
}

function containerOf({ container }: Copied): AudioFacts | null {
  return container === undefined ? null : unheard(container);
}

type Told = Pick<Assessment, "state" | "reason" | "analyzerVersion" | "assessedAt">;

interface Heard {
  readonly task: Task;
  readonly track: Track;
  readonly stored: Copied;
  readonly sameAsOtherTake: boolean;
}

/** Where the sound is not known, the container's facts are judged alone. */
function judged(heard: Heard, audio: AudioFacts | null, told: Told): Assessment {
  const { task, track, stored, sameAsOtherTake } = heard;
  if (audio === null) return { ...UNKNOWN, ...told };
  const asked = {
    ...askedOf(task, track, audio),
    sameAsOtherTake,
    sameAsSource: task.source?.sha256 === stored.sha256,
  };
  const cut = stored.lastResort;
  const findings = findingsOf(audio, asked, cut === undefined ? null : { code: "truncated", message: cutWords(cut) });
  const style = styleViewOf(asked.style, asked, audio);
  return { ...told, verdict: verdictOf(findings), findings: [...findings], audio, style };
}

function askedOf(task: Task, track: Track, audio: AudioFacts): Asked {
  const request = requestOf(task);
  const bpm = request === null ? null : requestedBpm(request.tags);
  const key = request === null ? null : requestedKey(request.tags);
  const isHeard = audio.decoderErrors !== null;
  return {
    claimedDurationSeconds: track.durationSeconds,
    claimedFormat: null,
    style: request === null ? null : matchStyle(request, track.tags),
    requestedBpm: bpm,
    tempoAgreement: bpm === null || !isHeard ? null : tempoAgreement(bpm, audio),
    requestedKey: key,
    // Of files that an older release listened to, no key is known.
    keyAgreement: key === null || audio.keyConfidence === null ? null : keyAgreement(key, audio.key),
    source: task.source?.audio ?? null,
  };
}

const wanted = z.object({
  tags: z.string().nullable().catch(null),
  negativeTags: z.string().nullable().catch(null),
});

/** As it was submitted through us, or else as the provider's record repeats it. */
function requestOf(task: Task): AskedStyle | null {
  if (task.request !== null) return wanted.parse(task.request);
  const told = effective(task.observations).toSorted(byPrecedence);
  return told.flatMap(({ observation }) => observation.asked ?? [])[0] ?? null;
}
