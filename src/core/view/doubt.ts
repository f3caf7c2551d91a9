/** What is in doubt of a kept file, in the words of a reason. Pure. */
import type { Doubt } from "../task/copies.ts";

const WORDS: Readonly<Record<Doubt, string>> = {
  same_take: "another take has the same bytes",
  outranked: "it came with an earlier message, and the final link has not worked yet",
  failed: "it sounds faulty",
  short: "it is shorter than announced",
  unconfirmed: "no confirmed message names the link that it came from",
  last_resort: "it is cut short or no such file, and nothing better was found",
};

/** A code, a colon and what there is to doubt. */
export function doubtReason(doubt: Doubt): string {
  return `${doubt}: ${WORDS[doubt]}`;
}

/** Of such a reason, what there is to doubt, as the end of a sentence about a kept file. */
export function doubtWords(reason: string): string {
  return reason.slice(reason.indexOf(": ") + 2);
}
