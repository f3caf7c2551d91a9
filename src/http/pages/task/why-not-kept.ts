/** Why a file is not kept, for people: what happened and what helps, by the code of the reason. Pure. */
import { reasonWords } from "../frame/words.ts";

export interface NotKept {
  /** The end of a sentence: "the link was refused". */
  readonly what: string;
  /** A sentence. Null where nothing is to be done but to try again. */
  readonly cure: string | null;
  /** What is tried again is the same link, so only another one helps. */
  readonly needsNewLink: boolean;
}

/** Takes a reason of the view: `code: what happened`, perhaps behind the code of what it led to. */
export function whyNotKept(reason: string): NotKept {
  const bare = reason.replace(/^dead_link: /, "");
  for (const [pattern, what, help = AGAIN] of KINDS)
    if (pattern.test(bare)) return { what: bare.replace(pattern, what), ...help };
  return { what: reasonWords(bare), ...AGAIN };
}

type Help = Omit<NotKept, "what">;
const AGAIN: Help = { cure: null, needsNewLink: false };
const NEW_LINK: Help = { cure: "Only the provider can give a new link.", needsNewLink: true };
const OTHER_LINK: Help = { cure: "Only the provider can give a link that may be fetched.", needsNewLink: true };

function setting(cure: string): Help {
  return { cure: `${cure}, then try again.`, needsNewLink: false };
}

/** `$1` is what the pattern caught. 441 is the provider's own word for an expired link. */
const KINDS: readonly (readonly [pattern: RegExp, what: string, help?: Help])[] = [
  // No setting makes these reachable: a Worker fetches from public addresses alone, and never from itself.
  [
    /^refused: (.* is (?:an IP address, )?not a public name|.* is this Worker|the link carries .*|not a URL)(?: \(redirect \d\))?$/s,
    "the link was refused ($1)",
    OTHER_LINK,
  ],
  [/^refused: (.*)$/s, "the link was refused ($1)", setting("Set AUDIO_ORIGINS so that it allows this address")],
  [/^http_(401|403|404|410|441|451):.*$/s, "its link is dead (the file server answered $1)", NEW_LINK],
  [/^http_206:.*$/s, "the provider's file server sent a part of the file instead of all of it"],
  [/^http_(\d+):.*$/s, "the provider's file server failed ($1)"],
  [/^too_large:.*MAX_FILE_BYTES.*$/s, "the file is larger than MAX_FILE_BYTES allows", setting("Raise MAX_FILE_BYTES")],
  [/^too_large:.*$/s, "the file is larger than MAX_AUDIO_BYTES allows", setting("Raise MAX_AUDIO_BYTES")],
  [/^expired:.*$/s, "the provider keeps files for 14 days, and they are over", NEW_LINK],
  [/^(?:refused_link|no_link):.*cannot be used: (.*)$/s, "the provider sent a link that cannot be used ($1)", NEW_LINK],
  [/^no_link:.*$/s, "the provider never sent a link to it", NEW_LINK],
  [/^(?:too_many_instruments|unreadable_notes|no_notes): (.*)$/s, "of its notes no file can be made ($1)"],
  [/^no_cover:.*$/s, "the cover could not be fetched within a day"],
  [/^(?:same_take|outranked|unconfirmed|last_resort): (.*)$/s, "$1"],
  [/^empty:.*$/s, "the provider's file was empty"],
  [/^not_audio:.*$/s, "what the provider sent is no audio"],
  [/^not_\w+: the server sent (.*)$/s, "the provider sent $1"],
  [/^truncated: the connection broke (after .*)$/s, "the connection to the provider's file server broke $1"],
  [/^truncated:.*$/s, "the provider's file was cut short"],
  [/^timeout: the copy took .*$/s, "the copy took too long"],
  [/^timeout:.* (after [\d of]+ bytes)$/s, "the provider's file server stopped sending $1"],
  [/^timeout:.*$/s, "the provider's file server did not answer in time"],
  [/^unreachable:.*$/s, "the provider's file server could not be reached"],
  [/^(?:poison|too_many_attempts):.*$/s, "every attempt to copy it failed"],
  [/^task_failed:.*$/s, "the task failed before it was made"],
];
