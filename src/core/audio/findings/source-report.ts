/** What is said of a source before it is submitted. Pure. */
import * as z from "zod";
import { audioFacts, type AudioFacts } from "../facts.ts";
import { finding, sourceFindingsOf, VERDICT_WORDS, verdictOf, type FileProblem } from "./findings.ts";

export const sourceReport = z.object({
  verdict: z.enum(VERDICT_WORDS),
  /** The worst first. */
  findings: z.array(finding),
  audio: audioFacts,
});

export type SourceReport = z.infer<typeof sourceReport>;

export function sourceReportOf(audio: AudioFacts, problem: FileProblem | null): SourceReport {
  const findings = [...sourceFindingsOf(audio, problem)];
  return { verdict: verdictOf(findings), findings, audio };
}
