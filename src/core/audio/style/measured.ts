/**
 * What was requested of a style and can be measured: its tempo and its key. Pure.
 *
 * All else that a style names (genre, instruments, moods) is only ever the provider's own text: nothing here listens for
 * it. So the score counts what was measured, and nothing that was merely claimed.
 */
import * as z from "zod";
import type { AudioFacts } from "../facts.ts";
import type { Asked } from "../findings/findings.ts";
import { styleMatch, type StyleMatch } from "./match.ts";

const measuredTerm = z.object({
  asked: z.string(),
  /** Null where it was not clear enough. */
  measured: z.string().nullable(),
  /** Null where it could not be told. */
  agrees: z.boolean().nullable(),
});

export const styleView = styleMatch.extend({
  /** Of what was requested and could be measured, the share that agrees; null where nothing could. */
  score: z.number().min(0).max(1).nullable(),
  measured: z.array(measuredTerm),
});

export type StyleView = z.infer<typeof styleView>;

type Agreement = Asked["tempoAgreement"];

/** Null where neither the provider's text nor the sound has anything to compare. */
export function styleViewOf(
  claimed: StyleMatch | null,
  { requestedBpm, tempoAgreement, requestedKey, keyAgreement }: Omit<Asked, "style">,
  { tempoBpm, key }: AudioFacts,
): StyleView | null {
  const measured = [
    ...(requestedBpm === null || tempoAgreement === null
      ? []
      : [
          {
            asked: `${requestedBpm} bpm`,
            measured: tempoBpm === null ? null : `${tempoBpm.toFixed(1)} bpm`,
            agrees: told(tempoAgreement),
          },
        ]),
    ...(requestedKey === null || keyAgreement === null
      ? []
      : [{ asked: requestedKey, measured: key, agrees: told(keyAgreement) }]),
  ];
  if (claimed === null && measured.length === 0) return null;
  const decided = measured.filter(({ agrees }) => agrees !== null);
  const agreed = decided.filter(({ agrees }) => agrees === true);
  const score = decided.length === 0 ? null : agreed.length / decided.length;
  return { ...(claimed ?? NOTHING_CLAIMED), score, measured };
}

const NOTHING_CLAIMED: StyleMatch = { claimedShare: 1, matched: [], missing: [], extra: [], contradicting: [] };

function told(agreement: Exclude<Agreement, null>): boolean | null {
  return agreement === "inconclusive" ? null : agreement === "agrees";
}
