/**
 * What opens without the API token itself: the value of a session's cookie, and the signature of a share link.
 *
 * Both are an expiry with an HMAC-SHA256. Its key is made of one value of API_TOKEN by HKDF (RFC 5869), with a label for
 * each use, so neither passes for the other and neither tells the token. Nothing is stored: a value that is dropped from
 * API_TOKEN revokes what was made with it, and nothing else does before the expiry. A renewed session is signed with
 * the value that signed it before, so that none outlives its token.
 *
 * Pure: `now` and `expiresAt` are in epoch milliseconds. An expiry is signed in whole seconds.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { isSameSecret } from "./same-secret.ts";

const DAY_SECONDS = 24 * 3_600;
export const SESSION_SECONDS = 7 * DAY_SECONDS;
/** Use renews a session once it is a day old, so that not every answer sets a cookie. */
const RENEWED_BELOW_SECONDS = 6 * DAY_SECONDS;

/** A session that is good: the token that signed it, and whether it is time for a new one. */
export interface Session {
  readonly token: string;
  readonly isDue: boolean;
}

/** A task with all that it holds, or one of its tracks. */
export interface Shared {
  readonly taskId: string;
  readonly trackId: string | null;
  /** Whether files may be taken along, beside being listened to. */
  readonly download?: boolean;
}

export function makeSession(token: string, now: number): string {
  const expiry = String(secondsOf(now) + SESSION_SECONDS);
  return `${expiry}.${macOf(SESSION, token, [expiry])}`;
}

/** Null for what none of the tokens signed, and for what has expired. */
export function checkSession(tokens: readonly string[], value: string, now: number): Session | null {
  const [, expiry = "", mac = ""] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
  const token = signerOf(SESSION, tokens, [expiry], mac);
  const leftSeconds = Number(expiry) - now / 1_000;
  return token === null || leftSeconds <= 0 ? null : { token, isDue: leftSeconds < RENEWED_BELOW_SECONDS };
}

export function makeShare(token: string, shared: Shared, expiresAt: number): string {
  const kind = `${shared.trackId === null ? "task" : "track"}${shared.download === true ? "-download" : ""}`;
  const expiry = String(secondsOf(expiresAt));
  return `${kind}.${expiry}.${macOf(SHARE, token, [kind, shared.taskId, shared.trackId, expiry])}`;
}

/** The token that signed the share, if it opens what is wanted: a task's opens its tracks too, a track's that track, one to download is for listening too. */
export function checkShare(tokens: readonly string[], value: string, wanted: Shared, now: number): string | null {
  const [, kind = "", expiry = "", mac = ""] =
    /^((?:task|track)(?:-download)?)\.(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
  if (wanted.download === true && !allowsDownload(value)) return null;
  const trackId = kind.startsWith("track") ? wanted.trackId : null;
  const token = signerOf(SHARE, tokens, [kind, wanted.taskId, trackId, expiry], mac);
  return Number(expiry) * 1_000 <= now ? null : token;
}

/** Opens one uploaded source, for the provider. */
export function makeSourceLink(token: string, sourceId: string, expiresAt: number): string {
  const expiry = String(secondsOf(expiresAt));
  return `${expiry}.${macOf(SOURCE, token, [sourceId, expiry])}`;
}

export function checkSourceLink(tokens: readonly string[], value: string, sourceId: string, now: number): boolean {
  const [, expiry = "", mac = ""] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
  return signerOf(SOURCE, tokens, [sourceId, expiry], mac) !== null && Number(expiry) * 1_000 > now;
}

/** Of a share that is known to be good. */
export function allowsDownload(share: string): boolean {
  return /^\w+-download\./.test(share);
}

const SESSION = "backline session 1";
const SHARE = "backline share 1";
const SOURCE = "backline source 1";
const KEY_BYTES = 32;

/** JSON keeps the parts apart, whatever is in them. */
function macOf(label: string, token: string, parts: readonly (string | null)[]): string {
  const key = new Uint8Array(hkdfSync("sha256", token, "", label, KEY_BYTES));
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}

/** Every token is tried, in constant time. The text is compared: two texts can stand for the same bytes. */
function signerOf(
  label: string,
  tokens: readonly string[],
  parts: readonly (string | null)[],
  mac: string,
): string | null {
  let signer: string | null = null;
  for (const token of tokens) if (isSameSecret(mac, macOf(label, token, parts))) signer = token;
  return signer;
}

function secondsOf(timeMs: number): number {
  return Math.floor(timeMs / 1_000);
}
