/** A moment: relative where it is recent and over, else in UTC. The script turns it into the reader's own time. Pure. */
import { ageWords, utcWords } from "./words.ts";

const MINUTE_MS = 60_000;
const RECENT_MS = 24 * 3_600_000;

export function When({ at, now }: { readonly at: string; readonly now: number }) {
  const ageMs = now - Date.parse(at);
  return (
    <time datetime={at} title={utcWords(at)} data-local>
      {ageMs > -MINUTE_MS && ageMs < RECENT_MS ? ageWords(ageMs) : utcWords(at)}
    </time>
  );
}
