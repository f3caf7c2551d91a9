/**
 * Reads a text about a style of music into what it names, and whether it names it as present or as absent. Pure.
 *
 * A text is a list of tags or a stretch of prose. Punctuation parts it into clauses. A negation ("no", "without",
 * "-free") reaches to the end of its clause, to a word like "but", or over six words; a comma list that ends with
 * ", or …" is one reach. Texts are untrusted: 2,000 characters are read, by expressions without backtracking.
 */
import { singular, vocabulary } from "./spelling.ts";
import type { StyleTerm } from "./words.ts";

export interface StyleUnit {
  /** `term`: in the vocabulary; `word`: in no list; `filler`: "music", "vibe"; `function`: "of", "the", a number. */
  readonly kind: "term" | "word" | "filler" | "function";
  readonly term: StyleTerm | null;
  /** Normalised, as written. */
  readonly shown: string;
  /** The same without plurals. */
  readonly words: readonly string[];
  readonly negated: boolean;
}

export type StyleClause = readonly StyleUnit[];

interface Token {
  readonly shown: string;
  readonly word: string;
  /** Negated by itself: "drumless", "drum-free". */
  readonly negated: boolean;
}

interface RawClause {
  readonly tokens: Token[];
  readonly endsWithComma: boolean;
}

const MAX_CHARS = 2_000;
/** Some characters stand for many. */
const MAX_NORMALISED_CHARS = 4_000;
const MAX_WORD_CHARS = 40;
const REACH_WORDS = 6;

const FUNCTION_WORDS = wordSet(
  `a an the of in on at with w and or nor to for from by as is are be into over under through its it this that while
  where when very more most some any all too so than then but yet only just plus featuring feat ft bpm tempo per`,
);
const FILLERS = wordSet("music song track style vibe feel feeling genre type key tone mood element influence inspired");
const NEGATORS = wordSet(
  `no not non never without sans senza minus zero lack lacking devoid absence exclude excluding except avoid avoiding
  omit omitting dont doesnt isnt arent`,
);
/** Negations only where the second word follows. */
const NEGATING_PAIRS: ReadonlyMap<string, string> = new Map([
  ["instead", "of"],
  ["rather", "than"],
  ["free", "of"],
]);
/** "Not only": no negation at all. */
const LIFTERS = wordSet("only just merely simply");
/** These end a negation that has found its object. */
const TURNS = wordSet("but with yet plus featuring feat ft over while then until before after except where");
const HYPHENS = new Set(["-", "_", "\u2010"]);

/** The clauses of a text, in order; none for a text without words. */
export function clausesIn(text: string): readonly StyleClause[] {
  const raw = rawClauses(text);
  const clauses: StyleClause[] = [];
  let carried = false;
  for (const [index, { tokens, endsWithComma }] of raw.entries()) {
    const { units, open } = negatedUnits(unitsOf(tokens), carried);
    clauses.push(units);
    carried = open && endsWithComma && closesWithOr(raw, index + 1);
  }
  return clauses;
}

/** In lower case without accents, compatibility forms and apostrophes; notes and shorthands written out. */
export function normalised(text: string): string {
  return text
    .slice(0, MAX_CHARS)
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\u0300-\u036F]/g, "")
    .normalize("NFKC")
    .toLowerCase()
    .slice(0, MAX_NORMALISED_CHARS)
    .replace(/(?<![\p{L}\p{N}])([a-g])[#♯](?![\p{L}\p{N}])/gu, "$1 sharp ")
    .replace(/(?<![\p{L}\p{N}])([a-g])♭(?![\p{L}\p{N}])/gu, "$1 flat ")
    .replace(/['’‘`](n)['’‘`]?(?![\p{L}\p{N}])/gu, " n ")
    .replace(/['’‘`ʼ]/g, "")
    .replaceAll("w/o", " without ")
    .replaceAll("b.p.m", "bpm")
    .replaceAll("beats per minute", "bpm")
    .replace(/[&+]/g, " and ");
}

function rawClauses(text: string): readonly RawClause[] {
  const clauses: RawClause[] = [];
  let tokens: Token[] = [];
  let hyphened = false;
  const close = (endsWithComma: boolean): void => {
    if (tokens.length > 0) clauses.push({ tokens, endsWithComma });
    tokens = [];
  };
  for (const [piece] of normalised(text)
    .replace(/ - /g, "; ")
    .matchAll(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]|\n/gu)) {
    const isHyphen = HYPHENS.has(piece);
    if (/^[\p{L}\p{N}\p{M}]/u.test(piece)) {
      const last = tokens.at(-1);
      if (piece === "free" && hyphened && last !== undefined && vocabulary().spellings.has(last.word))
        tokens[tokens.length - 1] = { ...last, negated: true };
      else tokens.push(tokenOf(piece.slice(0, MAX_WORD_CHARS)));
    } else if (!isHyphen) close(piece === ",");
    hyphened = isHyphen;
  }
  close(false);
  return clauses;
}

function tokenOf(shown: string): Token {
  const base = shown.endsWith("less") ? singular(shown.slice(0, -"less".length)) : "";
  if (vocabulary().spellings.has(base)) return { shown: base, word: base, negated: true };
  return shown === "n"
    ? { shown: "and", word: "and", negated: false }
    : { shown, word: singular(shown), negated: false };
}

/** Longest spelling first, from left to right. */
function unitsOf(tokens: readonly Token[]): readonly StyleUnit[] {
  const units: StyleUnit[] = [];
  let place = 0;
  while (place < tokens.length) {
    const { term, length } = termAt(tokens, place) ?? { term: null, length: 1 };
    const own = tokens.slice(place, place + length);
    const shown = own.map((token) => token.shown).join(" ");
    const words = own.map((token) => token.word);
    units.push({
      kind: term === null ? kindOf(words[0] ?? "") : "term",
      term,
      shown,
      words,
      negated: own.some((token) => token.negated),
    });
    place += length;
  }
  return units;
}

function termAt(tokens: readonly Token[], place: number): { term: StyleTerm; length: number } | null {
  for (let length = Math.min(vocabulary().maxWords, tokens.length - place); length > 0; length -= 1) {
    const own = tokens.slice(place, place + length);
    const spelling = vocabulary().spellings.get(own.map((token) => token.word).join(" "));
    if (spelling === undefined) continue;
    const next = tokens[place + length];
    const leant = next !== undefined && kindOf(next.word) !== "function";
    if (spelling.closing && leant) continue;
    if (spelling.exact !== null && spelling.exact !== own.map((token) => token.shown).join(" ")) continue;
    return { term: spelling.term, length };
  }
  return null;
}

function kindOf(word: string): "word" | "filler" | "function" {
  if (FUNCTION_WORDS.has(word) || /^\p{N}+(?:bpm)?$/u.test(word)) return "function";
  return FILLERS.has(word) ? "filler" : "word";
}

/** Marks what is negated and turns the negations themselves into function words. `open`: one reaches the end. */
function negatedUnits(units: readonly StyleUnit[], carried: boolean): { units: StyleClause; open: boolean } {
  let reach = carried ? REACH_WORDS : 0;
  let hasObject = false;
  const marked = units.map((unit, index): StyleUnit => {
    const word = unit.words[0] ?? "";
    const next = units[index + 1]?.words[0] ?? "";
    if (
      unit.kind !== "term" &&
      (NEGATORS.has(word) || NEGATING_PAIRS.get(word) === next) &&
      !(reach > 0 && hasObject && TURNS.has(word))
    ) {
      reach = LIFTERS.has(next) ? 0 : REACH_WORDS;
      hasObject = false;
      return { ...unit, kind: "function" };
    }
    if (hasObject && TURNS.has(word)) reach = 0;
    if (unit.kind === "function" || reach === 0) return unit;
    reach -= 1;
    hasObject = true;
    return { ...unit, negated: true };
  });
  return { units: marked, open: reach > 0 };
}

function closesWithOr(clauses: readonly RawClause[], from: number): boolean {
  for (const { tokens, endsWithComma } of clauses.slice(from)) {
    if (tokens[0]?.word === "or" || tokens[0]?.word === "nor") return true;
    if (!endsWithComma) return false;
  }
  return false;
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
