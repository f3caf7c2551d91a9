/**
 * Is it the style that was asked for? What was requested is looked for in what the provider returned. Pure.
 *
 * Providers return an expanded prose style, so the comparison is containment: case, plural, separators, synonyms and
 * broader terms do not matter ("rap" is found in "lo-fi hip-hop beats"). What the text denies is not contained.
 * What is in no vocabulary is found where all its words are. A tempo in bpm is no style: it is compared with the sound.
 */
import * as z from "zod";
import { clausesIn, type StyleClause, type StyleUnit } from "./text.ts";
import type { StyleClass } from "./words.ts";

export const styleMatch = z.object({
  /** The share of the requested terms that the provider's own text has; 1 where there was only something to leave out. */
  claimedShare: z.number().min(0).max(1),
  /** Requested and returned, by the vocabulary's names. */
  matched: z.array(z.string()),
  missing: z.array(z.string()),
  /** Returned terms of the vocabulary that nobody requested. */
  extra: z.array(z.string()),
  /** "slow against fast", "no drums against drum kit": first what was requested, then what was returned. */
  contradicting: z.array(z.string()),
});

export type StyleMatch = z.infer<typeof styleMatch>;

export interface RequestedStyle {
  readonly tags: string | null;
  readonly negativeTags: string | null;
}

/** Something that a text wants or has. */
interface Feature {
  readonly name: string;
  /** With all that it implies; null for what is in no vocabulary. */
  readonly names: readonly string[] | null;
  /** Without plurals and function words. */
  readonly words: readonly string[];
  readonly shown: string;
}

interface Reading {
  readonly features: readonly Feature[];
  /** What must not be there: each group is one thing, such as "heavy drums". */
  readonly denied: readonly (readonly StyleUnit[])[];
  readonly clauses: readonly StyleClause[];
}

const MAX_TERMS = 64;
/** A longer clause is prose: of it only the vocabulary's terms count. */
const MAX_TAG_WORDS = 4;
const MAX_FREE_WORDS = 8;
const MAX_GROUP_WORDS = 8;
const THINGS: ReadonlySet<StyleClass> = new Set<StyleClass>(["genre", "instrument", "vocal", "key"]);

/** `asked` contradicts `returned`; unless `always`, only where the returned style lacks what was asked. */
const OPPOSITES = [
  { asked: "instrumental", returned: "vocals", always: true },
  { asked: "vocals", returned: "instrumental", always: false },
  { asked: "slow", returned: "fast", always: false },
  { asked: "fast", returned: "slow", always: false },
  { asked: "major key", returned: "minor key", always: false },
  { asked: "minor key", returned: "major key", always: false },
] as const;

/** Null where nothing was requested or nothing was returned. Lists are sorted; a request counts up to 64 terms. */
export function matchStyle(requested: RequestedStyle, returnedTags: string | null): StyleMatch | null {
  const asked = readStyle(requested.tags ?? "");
  const returned = readStyle(returnedTags ?? "");
  const denied = [...asked.denied, ...unwanted(requested.negativeTags ?? "")].slice(0, MAX_TERMS);
  const wanted = distinct(asked.features).slice(0, MAX_TERMS);
  if (wanted.length + denied.length === 0 || returned.clauses.length === 0) return null;

  const names = namesOf(returned.features);
  const words = new Set(returned.clauses.flat().flatMap((unit) => (unit.negated ? [] : unit.words)));
  const isReturned = (feature: Feature): boolean =>
    feature.names === null ? feature.words.every((word) => words.has(word)) : names.has(feature.name);
  const askedNames = namesOf(wanted);
  const matched = wanted.filter(isReturned);
  const extra = returned.features.filter((feature) => feature.names !== null && !askedNames.has(feature.name));
  return {
    claimedShare: wanted.length === 0 ? 1 : Math.round((matched.length / wanted.length) * 1_000) / 1_000,
    matched: sorted(matched.map((feature) => feature.name)),
    missing: sorted(wanted.filter((feature) => !isReturned(feature)).map((feature) => feature.name)),
    extra: sorted(extra.map((feature) => feature.name)).slice(0, MAX_TERMS),
    contradicting: sorted([...opposed(wanted, returned.features), ...broken(denied, returned.clauses)]),
  };
}

function readStyle(text: string): Reading {
  const clauses = clausesIn(text);
  const groups = clauses.flatMap((clause) => groupsIn(clause, (unit) => unit.negated));
  const turned = groups.flatMap(turnedAround);
  return {
    features: [...clauses.flatMap(featuresOf), ...turned],
    denied: groups.filter((group) => turnedAround(group).length === 0),
    clauses,
  };
}

/** Whatever stands among the negative tags is unwanted, also where the user wrote "no" before it. */
function unwanted(text: string): readonly (readonly StyleUnit[])[] {
  return clausesIn(text).flatMap((clause) => groupsIn(clause, () => true));
}

/** "No vocals" is "instrumental", and the other way about. */
function turnedAround(group: readonly StyleUnit[]): readonly Feature[] {
  const [only, second] = group;
  if (only === undefined || second !== undefined) return [];
  const shown = `no ${only.shown}`;
  if (only.term?.name === "vocals") return [{ name: "instrumental", names: ["instrumental"], words: [], shown }];
  if (only.term?.name === "instrumental") return [{ name: "vocals", names: ["vocals"], words: [], shown }];
  return [];
}

function featuresOf(clause: StyleClause): readonly Feature[] {
  const terms = clause.flatMap(({ term, negated, words, shown }): readonly Feature[] =>
    term === null || negated ? [] : [{ name: term.name, names: [term.name, ...term.implies], words, shown }],
  );
  const hasTerm = clause.some((unit) => unit.kind === "term");
  const isTag = clause.filter((unit) => unit.kind === "term" || unit.kind === "word").length <= MAX_TAG_WORDS;
  return hasTerm && !isTag ? terms : [...terms, ...freeRuns(clause, hasTerm)];
}

/** What is in no vocabulary, as runs of neighbouring words. Beside a term, "music" and the like say nothing. */
function freeRuns(clause: StyleClause, hasTerm: boolean): readonly Feature[] {
  const says = (unit: StyleUnit): boolean => unit.kind === "word" || (unit.kind === "filler" && !hasTerm);
  const runs: StyleUnit[][] = [[]];
  for (const unit of clause) {
    if (unit.kind === "term" || unit.negated) runs.push([]);
    else runs.at(-1)?.push(unit);
  }
  return runs.flatMap((run) => {
    const spoken = run.slice(run.findIndex(says), run.findLastIndex(says) + 1).slice(0, MAX_FREE_WORDS);
    const words = spoken.filter((unit) => unit.kind !== "function").flatMap((unit) => unit.words);
    const name = spoken.map((unit) => unit.shown).join(" ");
    return words.length === 0 ? [] : [{ name, names: null, words, shown: name }];
  });
}

/** Neighbours that name one thing: any number of qualities with one thing among them. */
function groupsIn(clause: StyleClause, counts: (unit: StyleUnit) => boolean): readonly (readonly StyleUnit[])[] {
  const groups: StyleUnit[][] = [[]];
  for (const unit of clause) {
    const isSaid = unit.kind === "term" || unit.kind === "word";
    const splits = isSaid ? !counts(unit) : unit.words.some((word) => ["and", "or", "nor", "plus"].includes(word));
    if (splits || (isThing(unit) && groups.at(-1)?.some(isThing) === true)) groups.push([]);
    const group = groups.at(-1);
    if (isSaid && counts(unit) && group !== undefined && group.length < MAX_GROUP_WORDS) group.push(unit);
  }
  return groups.filter((group) => group.length > 0);
}

function isThing({ term }: StyleUnit): boolean {
  return term !== null && THINGS.has(term.styleClass);
}

function opposed(wanted: readonly Feature[], returned: readonly Feature[]): readonly string[] {
  const [askedNames, returnedNames] = [namesOf(wanted), namesOf(returned)];
  return OPPOSITES.flatMap((pair) => {
    if (askedNames.has(pair.returned) || (!pair.always && returnedNames.has(pair.asked))) return [];
    const mine = sorted(wanted.filter(({ names }) => names?.includes(pair.asked)).map(({ name }) => name))[0];
    const theirs = returned.find(({ names }) => names?.includes(pair.returned));
    return mine === undefined || theirs === undefined ? [] : [`${mine} against ${theirs.shown}`];
  });
}

/** The unwanted that is there after all. The words of a group count together: near each other, in one clause. */
function broken(denied: readonly (readonly StyleUnit[])[], clauses: readonly StyleClause[]): readonly string[] {
  const present = clauses.map((clause) =>
    clause.filter((unit) => !unit.negated && (unit.kind === "term" || unit.kind === "word")),
  );
  return denied.flatMap((group) => {
    for (const units of present)
      for (const start of units.keys()) {
        const near = units.slice(start, start + group.length + 1);
        const found = group.map((part) => near.find((unit) => isSame(part, unit)));
        if (found.every((unit) => unit !== undefined)) {
          const shown = new Set(found.map((unit) => unit.shown));
          return [`no ${group.map((part) => part.term?.name ?? part.shown).join(" ")} against ${[...shown].join(" ")}`];
        }
      }
    return [];
  });
}

function isSame(part: StyleUnit, unit: StyleUnit): boolean {
  if (part.term === null) return part.words.every((word) => unit.words.includes(word));
  return unit.term !== null && [unit.term.name, ...unit.term.implies].includes(part.term.name);
}

function namesOf(features: readonly Feature[]): ReadonlySet<string> {
  return new Set(features.flatMap((feature) => feature.names ?? []));
}

/** One of each; of several ways to write the same, the first by the alphabet. */
function distinct(features: readonly Feature[]): readonly Feature[] {
  const byName = features.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const keys = byName.map(({ names, name, words }) => (names === null ? `free ${words.join(" ")}` : name));
  return byName.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
