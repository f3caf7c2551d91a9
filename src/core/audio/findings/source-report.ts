/** What is said of a source before it is submitted. Pure. */
import * as z from "zod";
import { audioFacts, type AudioFacts } from "../facts.ts";
import { finding, sourceFindingsOf, VERDICT_WORDS, verdictOf, type FileProblem } from "./findings.ts";

export const sourceReport = z.object({
  verdict: z.enum(VERDICT_WORDS),
  /** The worst first. */
  findings: z.array(finding),
  audio: audioFacts,
  /** Of its bytes, where they were read to the end. */
  sha256: z.string().optional(),
  /** To find it again in what is made of it (`landmarksOf`). Kept, never shown. */
  landmarks: z.string().optional(),
});

export type SourceReport = z.infer<typeof sourceReport>;

/** As readers see it. */
export const shownReport = sourceReport.omit({ landmarks: true });

export function sourceReportOf(
  audio: AudioFacts,
  problem: FileProblem | null,
  sha256: string | null = null,
  landmarks: string | null = null,
): SourceReport {
  const findings = [...sourceFindingsOf(audio, problem)];
  return {
    verdict: verdictOf(findings),
    findings,
    audio,
    ...(sha256 === null ? {} : { sha256 }),
    ...(landmarks === null ? {} : { landmarks }),
  };
}

/** For readers. */
export function shownSource(report: SourceReport): SourceReport {
  const shown = { ...report };
  delete shown.landmarks;
  return shown;
}
