/** The tempo that a request names in beats per minute. Pure; the text is untrusted, so no more than its start is read. */
import { normalised } from "./text.ts";

const SLOWEST_BPM = 30;
const FASTEST_BPM = 300;
const LABELS = new Set(["bpm", "tempo", "\u2669"]);
/** Between a label and its number. */
const FILLERS = new Set(["=", ":", "~", "of", "at", "around", "about", "is", "approximately", "approx", "ca", "circa"]);
/** Words before a number that make it a bound, and marks that make it one end of a range. */
const BOUNDS = new Set(
  "under below over above than least most max min maximum minimum to up between not no without non - – — <".split(" "),
);
const RANGE_MARKS = new Set(["-", "–", "—", "to", "and", "or", "/"]);

/**
 * "120 bpm", "BPM: 98", "tempo 98", "around 140bpm"; from 30 to 300. Null without one, and where it is no single
 * tempo: a range ("90-100 bpm"), a bound ("over 120 bpm") or two tempi give nothing to hold a measurement against.
 */
export function requestedBpm(text: string | null): number | null {
  const words = wordsIn(text ?? "");
  const named = new Set<number>();
  for (const [index, word] of words.entries()) {
    const place = word === "bpm" && isNumber(words[index - 1]) ? index - 1 : labelled(words, index);
    if (place === null) continue;
    if (isVague(words, place)) return null;
    const bpm = Number(words[place]);
    if (bpm >= SLOWEST_BPM && bpm <= FASTEST_BPM) named.add(bpm);
  }
  const [only = null, second] = named;
  return second === undefined ? only : null;
}

/** The place of the number that follows a label at `index`, or null. */
function labelled(words: readonly string[], index: number): number | null {
  if (!LABELS.has(words[index] ?? "")) return null;
  let place = index + 1;
  while (place < index + 4 && FILLERS.has(words[place] ?? "")) place += 1;
  return isNumber(words[place]) ? place : null;
}

function isVague(words: readonly string[], place: number): boolean {
  if (BOUNDS.has(words[place - 1] ?? "")) return true;
  const after = words[place + 1] === "bpm" ? place + 2 : place + 1;
  const isRangeStart = RANGE_MARKS.has(words[after] ?? "") && isNumber(words[after + 1]);
  const isRangeEnd = RANGE_MARKS.has(words[place - 1] ?? "") && isNumber(words[place - 2]);
  return isRangeStart || isRangeEnd;
}

/** Words, numbers and marks; "140bpm" is two of them. */
function wordsIn(text: string): readonly string[] {
  const pieces = normalised(text).match(/[\p{L}\p{N}]+(?:\.\p{N}+)?|[^\s\p{L}\p{N}]/gu) ?? [];
  return pieces.flatMap((piece) => (/^\d+bpm$/.test(piece) ? [piece.slice(0, -"bpm".length), "bpm"] : [piece]));
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^\d{2,3}(?:\.\d+)?$/.test(word);
}
