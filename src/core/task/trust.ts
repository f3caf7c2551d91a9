/**
 * How we know that a message is the provider's, and what it may therefore do. **The words are a persisted contract.**
 *
 * The signature covers no body: whoever captured one pair of headers can forge any body for that task. Such a
 * message alone may add but never replace a link, and one that is older than a day has no effect. Pure.
 */
import type { Observed } from "./event.ts";

export const VERDICTS = [
  "token",
  "token+hmac",
  "capability",
  "capability+hmac",
  "hmac",
  "hmac_unconfirmed",
  "hmac_stale",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** `full`: everything counts; `adds`: no link of it replaces a known one; `none`: kept, without effect. */
export type Weight = "full" | "adds" | "none";

const WEIGHTS: Readonly<Record<Verdict, Weight>> = {
  token: "full",
  "token+hmac": "full",
  capability: "full",
  "capability+hmac": "full",
  hmac: "adds",
  hmac_unconfirmed: "none",
  hmac_stale: "none",
};

/** A record that we asked the provider for is the provider's word. A verdict of a newer release has no effect here. */
export function weightOf({ via, verdict }: Pick<Observed, "via" | "verdict">): Weight {
  if (via === "poll") return "full";
  const known = VERDICTS.find((one) => one === verdict);
  return known === undefined ? "none" : WEIGHTS[known];
}

/**
 * What makes two messages the same: the same bytes with the same weight, and the same parent. What came first without
 * weight, and then under a better verdict, counts; so does a record whose parent was not here yet.
 */
export function isSameMessage(a: Known, b: Known): boolean {
  return a.sha256 === b.sha256 && messageKey(a) === messageKey(b);
}

type Known = Pick<Observed, "sha256" | "via" | "verdict" | "observation">;

/** The name of that which is the same. */
export function messageKey(message: Known): string {
  const { parent } = message.observation;
  const known = `${message.sha256} ${weightOf(message)}`;
  return parent === undefined ? known : `${known} of ${parent.taskId} ${parent.trackId}`;
}

const selected = new WeakMap<readonly Observed[], readonly Observed[]>();

/** The observations that have an effect. */
export function effective(observations: readonly Observed[]): readonly Observed[] {
  const known = selected.get(observations);
  if (known !== undefined) return known;
  const effective = observations.filter((observed) => weightOf(observed) !== "none");
  selected.set(observations, effective);
  return effective;
}
