/** The links to a file, the best first: by who named them and when. Pure. */
import type { FileKind, Observed } from "./event.ts";
import type { ObservationKind } from "../provider/message.ts";
import { copyKey } from "./task.ts";
import { weightOf } from "./trust.ts";

/** A place where a file may be fetched. `at` is when it was first seen. */
export interface Link {
  readonly url: string;
  readonly hash: string;
  /** Under which its copies are known: see `copyKey`. */
  readonly key: string;
  readonly at: number;
  /** By the best message that carried it; 0 where nothing but an unconfirmed one did. */
  readonly rank: number;
}

/** Of two messages the one of the later stage says more. */
export const STAGE_RANK: Record<ObservationKind, number> = {
  unknown: 0,
  recovered: 0,
  pending: 0,
  text: 1,
  failed: 1,
  first: 2,
  complete: 3,
};

/** Above every stage: the provider made these links on request. */
const RECOVERED_LINK = 9;

/**
 * The links to one file, the best first. Of unconfirmed links the one that was seen first stands: a later one, by
 * whoever captured a signature, is no link.
 */
export function rankedLinks<M extends { readonly url: string; readonly observed: Observed }>(
  mentions: readonly M[],
  file: FileKind,
  hashed: (url: string, mention: M) => string,
): readonly Link[] {
  const links = new Map<string, Link>();
  for (const mention of mentions) {
    const { url, observed } = mention;
    const known = links.get(url);
    const at = Math.min(known?.at ?? observed.at, observed.at);
    const rank = Math.max(known?.rank ?? 0, linkRank(observed));
    const hash = known?.hash ?? hashed(url, mention);
    const key = known?.key ?? copyKey({ file, link: hash });
    links.set(url, { url, hash, key, at, rank });
  }
  const ranked = [...links.values()].toSorted(byRank);
  const confirmed = ranked.filter(({ rank }) => rank > 0);
  return confirmed.length === ranked.length ? ranked : [...confirmed, ...ranked.slice(-1)];
}

/** The rank of the stage of the best message that named a link, whether a callback or the record said it. */
export function linkStage({ rank }: Link): number {
  return (rank - 1) >> 1;
}

function byRank(a: Link, b: Link): number {
  return b.rank - a.rank || b.at - a.at || (a.url < b.url ? -1 : 1);
}

function linkRank(observed: Observed): number {
  if (weightOf(observed) !== "full") return 0;
  if (observed.observation.kind === "recovered") return RECOVERED_LINK;
  return 1 + 2 * STAGE_RANK[observed.observation.kind] + Number(observed.via === "poll");
}
