/**
 * Takes our secrets out of what others wrote, by their values, in every field. Pure.
 *
 * Looked for are the secrets themselves, and what we made with one: the callBackUrl of a submission, the link of an
 * uploaded source, a share, a session. Both are found plain, percent-encoded, JSON-escaped, as numeric HTML entities and as
 * UTF-16, also where one of these is put into another, and in hex and base64. What we made is also found in hex or base64
 * of UTF-16, and where hex or base64 is encoded in either once more. What stands around a secret stays as it came.
 */
import { isMadeBy, SHORTEST_SIGNED, SIGNED_END, SIGNED_START, SIGNED_START_CHARS } from "../access/session.ts";
import { claimedRef, capabilityOf } from "./callback-url.ts";

/** Read off the configuration once. */
export interface Redaction {
  /** Every form of every secret, as it would stand in an unescaped text. */
  readonly needles: readonly string[];
  /** The values of CALLBACK_TOKEN. */
  readonly callbackTokens: readonly string[];
  /** The values of the tokens that sign sessions, shares and the links of sources. */
  readonly signers: readonly string[];
}

export const REMOVED = "[removed]";

/** Shorter values are words that a title may hold. */
const MIN_SECRET_CHARS = 16;
/** How often escapes may be nested. */
const MAX_LAYERS = 6;
/** More than one message holds by chance: what looks like one that we made beyond that counts as one. */
const MAX_VERIFICATIONS = 500;

export function redactionOf(
  secrets: readonly string[],
  callbackTokens: readonly string[],
  signers: readonly string[],
): Redaction {
  const all = [...secrets, ...callbackTokens, ...signers, ...secrets.flatMap(webhookKey)];
  const long = all.filter(({ length }) => length >= MIN_SECRET_CHARS);
  return { needles: [...new Set(long.flatMap(formsOf))], callbackTokens, signers };
}

/** The text without any secret. JSON stays JSON. */
export function redact(text: string, redaction: Redaction): string {
  let kept = "";
  let copied = 0;
  for (const { start, end } of spansIn(text, redaction).toSorted((a, b) => a.start - b.start)) {
    if (start >= copied) kept += text.slice(copied, start) + REMOVED;
    copied = Math.max(copied, end);
  }
  return kept + text.slice(copied);
}

interface Span {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
}

/** Where secrets stand in the text, at any depth of escaping. They may overlap. */
function spansIn(text: string, redaction: Redaction): readonly Span[] {
  const found: Span[] = [];
  const verify = verifierOf(redaction);
  const layers: Layer[] = [];
  let current = text;
  for (;;) {
    const here = [...secretsIn(current, redaction.needles), ...derivedIn(current, verify)];
    for (const span of here) found.push(layers.reduceRight(outside, span));
    const layer = layers.length < MAX_LAYERS ? unescaped(current) : null;
    if (layer === null) return found;
    layers.push(layer);
    current = layer.text;
  }
}

function secretsIn(text: string, needles: readonly string[]): readonly Span[] {
  const found: Span[] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length))
      found.push({ start: at, end: at + needle.length });
  }
  return found;
}

/** Behind the name of a submission. */
const CAPABILITY_END = /\.[0-9a-f]{64}/g;
const NAME = /[\w-]{1,64}$/;
/** As short as what is signed can be, in digits that it shares with nothing. */
const BASE64_RUN = new RegExp(
  `(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{${Math.floor((SHORTEST_SIGNED * 8 - 8) / 6)},}={0,2}`,
  "g",
);
/** The same in hex, which is a part of a run of base64. */
const HEX_RUN = new RegExp(`[0-9a-fA-F]{${SHORTEST_SIGNED * 2},}`, "g");
/** Digits that stand for digits. */
const MAX_DEPTH = 2;

/**
 * How many characters at the end of a candidate are one that we made: 0 where none are. What precedes a name may look
 * like a part of it, so it is tried from each of `starts` on.
 */
type Verify = (candidate: string, starts: readonly number[]) => number;

/** What we made with a secret. */
function derivedIn(text: string, verify: Verify): readonly Span[] {
  const found = [...plainIn(text, verify)];
  for (const { 0: run, index } of text.matchAll(BASE64_RUN))
    if (tells(run, verify, 1)) found.push({ start: index, end: index + run.length });
  return found;
}

function* plainIn(text: string, verify: Verify): Generator<Span> {
  for (const { 0: mac, index } of text.matchAll(CAPABILITY_END)) {
    const [name = ""] = NAME.exec(text.slice(Math.max(0, index - 64), index)) ?? [];
    const end = index + mac.length;
    const length = verify(
      name + mac,
      Array.from(name, (_, start) => start),
    );
    if (length > 0) yield { start: end - length, end };
  }
  for (const { 1: signed = "", index } of text.matchAll(SIGNED_END)) {
    const [start = ""] = SIGNED_START.exec(text.slice(Math.max(0, index - SIGNED_START_CHARS), index)) ?? [];
    const length = verify(start + signed, [0, start.length]);
    const end = index + signed.length;
    if (length > 0) yield { start: end - length, end };
  }
}

/** Whether a run of digits stands for anything that tells. Its own digits may begin behind some that precede them. */
function tells(run: string, verify: Verify, depth: number): boolean {
  const offsets = [0, 1, 2, 3];
  const hex = Array.from(run.matchAll(HEX_RUN)).flatMap(([digits]) => [
    hexDecoded(digits),
    hexDecoded(digits.slice(1)),
  ]);
  return [...offsets.map((offset) => decoded(run.slice(offset))), ...hex].some((one) => {
    // As UTF-16 has them.
    const text = one.replaceAll("\0", "");
    if (!plainIn(text, verify).next().done) return true;
    return (
      depth < MAX_DEPTH && Array.from(text.matchAll(BASE64_RUN)).some(([inner]) => tells(inner, verify, depth + 1))
    );
  });
}

function verifierOf({ callbackTokens, signers }: Redaction): Verify {
  const known = new Map<string, number>();
  let verifications = 0;
  const isOurs = (one: string): boolean => {
    verifications += 1;
    const ref = claimedRef(one);
    if (ref === null) return isMadeBy(signers, one);
    return callbackTokens.some((token) => capabilityOf(token, ref) === one);
  };
  const find = (candidate: string, starts: readonly number[]): number => {
    for (const start of starts) {
      if (verifications >= MAX_VERIFICATIONS) return candidate.length;
      if (isOurs(candidate.slice(start))) return candidate.length - start;
    }
    return 0;
  };
  return (candidate, starts) => {
    const length = known.get(candidate) ?? find(candidate, starts);
    known.set(candidate, length);
    return length;
  };
}

/** A text with one layer of escapes taken off, and where each of them stood. */
interface Layer {
  readonly text: string;
  /** In the order of the text: the character `at` stood from `start` to `end`. */
  readonly escapes: readonly { readonly at: number; readonly start: number; readonly end: number }[];
}

/** The last one is a byte of UTF-16. */
const ESCAPE = /%([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\([\\/"])|&#x0*([0-9a-f]{2});|&#0*(\d{2,3});|\0([^\0])/gi;

/** Null where there is nothing to take off. */
function unescaped(text: string): Layer | null {
  if (!/[%\\&\0]/.test(text)) return null;
  const escapes: { at: number; start: number; end: number }[] = [];
  let plain = "";
  let copied = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [escape, percent, unicode, literal, hexEntity, entity, wide] = match;
    const { index } = match;
    plain += text.slice(copied, index);
    copied = index + escape.length;
    escapes.push({ at: plain.length, start: index, end: copied });
    const hex = percent ?? unicode ?? hexEntity;
    plain += literal ?? wide ?? String.fromCharCode(hex === undefined ? Number(entity) : Number.parseInt(hex, 16));
  }
  return escapes.length === 0 ? null : { text: plain + text.slice(copied), escapes };
}

/** A span of the unescaped text in the text that it was taken from. */
function outside({ start, end }: Span, { escapes }: Layer): Span {
  return { start: escapeAround(escapes, start).start, end: escapeAround(escapes, end - 1).end };
}

/** Where the character at `position` stood. */
function escapeAround(escapes: Layer["escapes"], position: number): Span {
  let [low, high] = [0, escapes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((escapes[middle]?.at ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  const before = escapes[low - 1];
  if (before?.at === position) return before;
  const start = before === undefined ? position : before.end + position - before.at - 1;
  return { start, end: start + 1 };
}

/** What a secret of Standard Webhooks stands for; nothing where it is not well-formed. */
function webhookKey(secret: string): readonly string[] {
  const digits = /^whsec_([A-Za-z0-9+/_-]+)={0,2}$/.exec(secret)?.[1];
  return digits === undefined ? [] : [decoded(digits)];
}

/** Characters stand for bytes where the text is none: so a secret does too. */
function formsOf(secret: string): readonly string[] {
  const bytes = Array.from(new TextEncoder().encode(secret), (byte) => String.fromCharCode(byte)).join("");
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return [
    secret,
    bytes,
    Array.from(secret).join("\0"),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((before) => base64Forms(bytes, before)),
  ];
}

/** Behind so many other bytes, without the digits that it shares with its neighbours. */
function base64Forms(bytes: string, before: number): readonly string[] {
  const shifted = "\0".repeat(before) + bytes;
  const form = btoa(shifted).slice(Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6));
  return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
}

/** In either alphabet; a character for each byte. One digit that is left over stands for none. */
function decoded(base64: string): string {
  const digits = base64.replaceAll("-", "+").replaceAll("_", "/").replaceAll("=", "");
  return atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits);
}

/** A character for each byte. */
function hexDecoded(hex: string): string {
  let text = "";
  for (let at = 0; at + 1 < hex.length; at += 2)
    text += String.fromCharCode(Number.parseInt(hex.slice(at, at + 2), 16));
  return text;
}
