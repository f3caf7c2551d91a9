/** The key that a request names. Pure; the text is untrusted, and read as style is. */
import { clausesIn } from "./text.ts";

/** "in D minor", "F# major", "Bbm": as `d minor`. Null without one, for two, and for what is not to be. */
export function requestedKey(text: string | null): string | null {
  const named = new Set(
    clausesIn(spelledOut(text ?? ""))
      .flat()
      .flatMap(({ term, negated }) => (term !== null && !negated && IS_KEY.test(term.name) ? [term.name] : [])),
  );
  const [only = null, second] = named;
  return second === undefined ? only : null;
}

const IS_KEY = /^[a-g](?: sharp| flat)? (?:major|minor)$/;
const MAX_CHARS = 2_000;

/** Signs and short forms as words. A lower-case "am" is no key. */
function spelledOut(text: string): string {
  return text
    .slice(0, MAX_CHARS)
    .replaceAll(/\b([A-G])(#|♯|b|♭)?m\b/g, "$1$2 minor")
    .replaceAll(/\b([A-Ga-g])[#♯]/g, "$1 sharp")
    .replaceAll(/\b([A-Ga-g])♭/g, "$1 flat");
}
