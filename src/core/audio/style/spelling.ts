/** The vocabulary of styles as it is looked up: by words without plurals. Pure. */
import { STYLE_TERMS, type StyleTerm } from "./words.ts";

interface Spelling {
  readonly term: StyleTerm;
  /** As it must be written, to the letter; null where plural and hyphens do not matter. */
  readonly exact: string | null;
  /** Counts only where no other word leans on it. */
  readonly closing: boolean;
}

interface Vocabulary {
  /** By the words of a spelling, without plurals and marks; a spelling of two words also as one. */
  readonly spellings: ReadonlyMap<string, Spelling>;
  /** Of the longest spelling. */
  readonly maxWords: number;
}

let made: Vocabulary | null = null;

/** Made when it is first asked for, since every start of the Worker would pay for it. */
export function vocabulary(): Vocabulary {
  if (made !== null) return made;
  const spellings = allSpellings();
  made = { spellings, maxWords: Math.max(...Array.from(spellings.keys(), (key) => key.split(" ").length)) };
  return made;
}

/** Without the plural's ending, by rule of thumb: both sides of a comparison come through here. */
export function singular(word: string): string {
  if (word.length <= 3 || !word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return /(?:sses|shes|ches|xes)$/.test(word) ? word.slice(0, -2) : word.slice(0, -1);
}

function allSpellings(): ReadonlyMap<string, Spelling> {
  const all = new Map<string, Spelling>();
  for (const term of STYLE_TERMS)
    for (const marked of term.spellings) {
      const shown = marked.replace(/^[!~]/, "").replaceAll("-", " ").replaceAll("'", "");
      const words = shown.split(" ");
      const entry = { term, exact: marked.startsWith("!") ? shown : null, closing: marked.startsWith("~") };
      all.set(words.map(singular).join(" "), entry);
      if (words.length === 2 && shown === marked.replaceAll("-", " ")) all.set(singular(words.join("")), entry);
    }
  return all;
}
