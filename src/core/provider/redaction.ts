/**
 * Takes our secrets out of what others wrote, by their values, in every field and in every encoding that one meets. Pure.
 *
 * Looked for are the secrets themselves and the callBackUrl of any submission (it verifies against CALLBACK_TOKEN): plain,
 * percent-encoded, JSON-escaped, both of them again and again, in hex, in base64, as UTF-16. What stands around a secret
 * stays as it came.
 */
import { claimedRef, capabilityOf } from "./callback-url.ts";

/** Read off the configuration once. */
export interface Redaction {
  /** Every form of every secret, as it would stand in an unescaped text. */
  readonly needles: readonly string[];
  /** The values of CALLBACK_TOKEN. */
  readonly callbackTokens: readonly string[];
}

export const REMOVED = "[removed]";

/** Shorter values are words that a title may hold. */
const MIN_SECRET_CHARS = 16;
/** How often escapes may be nested. */
const MAX_LAYERS = 6;
/** More than one message holds by chance: what looks like a submission's token beyond that counts as one. */
const MAX_VERIFICATIONS = 500;

export function redactionOf(secrets: readonly string[], callbackTokens: readonly string[]): Redaction {
  const all = [...secrets, ...callbackTokens, ...secrets.flatMap(webhookKey)];
  const long = all.filter(({ length }) => length >= MIN_SECRET_CHARS);
  return { needles: [...new Set(long.flatMap(formsOf))], callbackTokens };
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
  const verify = verifierOf(redaction.callbackTokens);
  const layers: Layer[] = [];
  let current = text;
  for (;;) {
    const here = [...secretsIn(current, redaction.needles), ...capabilitiesIn(current, verify)];
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

const CAPABILITY = /[A-Za-z0-9_-]{1,64}\.[0-9a-f]{64}/g;
/** As short as a capability can be in base64. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{86,}={0,2}/g;

function capabilitiesIn(text: string, verify: (candidate: string) => string | null): readonly Span[] {
  const found: Span[] = [];
  for (const { 0: candidate, index } of text.matchAll(CAPABILITY)) {
    const capability = verify(candidate);
    const end = index + candidate.length;
    if (capability !== null) found.push({ start: end - capability.length, end });
  }
  for (const { 0: run, index } of text.matchAll(BASE64_RUN)) {
    const isOne = [0, 1, 2, 3].some((offset) =>
      Array.from(decoded(run.slice(offset)).matchAll(CAPABILITY)).some(([candidate]) => verify(candidate) !== null),
    );
    if (isOne) found.push({ start: index, end: index + run.length });
  }
  return found;
}

/** What precedes a name may look like a part of it, so every end of it is tried. */
function verifierOf(callbackTokens: readonly string[]): (candidate: string) => string | null {
  const known = new Map<string, string | null>();
  let verifications = 0;
  const find = (candidate: string): string | null => {
    for (let start = 0; start < candidate.length - 65; start += 1) {
      const one = candidate.slice(start);
      const ref = claimedRef(one);
      verifications += 1;
      if (verifications > MAX_VERIFICATIONS) return candidate;
      if (ref !== null && callbackTokens.some((token) => capabilityOf(token, ref) === one)) return one;
    }
    return null;
  };
  return (candidate) => {
    const before = known.get(candidate);
    const capability = before === undefined ? find(candidate) : before;
    known.set(candidate, capability);
    return capability;
  };
}

/** A text with one layer of escapes taken off, and where each of them stood. */
interface Layer {
  readonly text: string;
  /** In the order of the text: the character `at` stood from `start` to `end`. */
  readonly escapes: readonly { readonly at: number; readonly start: number; readonly end: number }[];
}

const ESCAPE = /%([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\([\\/"])|&#x([0-9a-f]{2});/gi;

/** Null where there is nothing to take off. */
function unescaped(text: string): Layer | null {
  if (!/[%\\&]/.test(text)) return null;
  const escapes: { at: number; start: number; end: number }[] = [];
  let plain = "";
  let copied = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [escape, percent, unicode, literal, entity] = match;
    const { index } = match;
    plain += text.slice(copied, index);
    copied = index + escape.length;
    escapes.push({ at: plain.length, start: index, end: copied });
    plain += literal ?? String.fromCharCode(Number.parseInt(percent ?? unicode ?? entity ?? "", 16));
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

/** What a secret of Standard Webhooks stands for. */
function webhookKey(secret: string): readonly string[] {
  return secret.startsWith("whsec_") ? [decoded(secret.slice(6))] : [];
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
