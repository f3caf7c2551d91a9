/**
 * What opens without a token itself: the value of a session's cookie, and the signature of a share link or of the link
 * of an uploaded source.
 *
 * Each is an expiry, of a session and a share an id too, with an HMAC-SHA256: in links the halves of two (`sealOf`). A key
 * is made of one value of a token by HKDF (RFC 5869), with a label for each use, so none passes for another and none
 * tells the token. A value that is dropped from its variable revokes what was made with it; the ids of what ends earlier
 * are listed in the catalog. A renewed session keeps its id, its start and the value that signed it: it outlives neither
 * its token nor its 30 days.
 *
 * Pure: `now`, `startedAt` and `expiresAt` are in epoch milliseconds. An expiry is signed in whole seconds.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { isSameSecret } from "./same-secret.ts";

const DAY_SECONDS = 24 * 3_600;
export const SESSION_SECONDS = 7 * DAY_SECONDS;
/** However often it is used. */
export const LONGEST_SESSION_MS = 30 * DAY_SECONDS * 1_000;
/** Use renews a session once it is a day old, so that not every answer sets a cookie. */
const RENEWED_BELOW_SECONDS = 6 * DAY_SECONDS;

/** As it was started by a login. */
export interface Started {
  /** 22 characters of base64url. */
  readonly id: string;
  readonly startedAt: number;
}

/** A session that is good: the token that signed it, and whether it is time for a new cookie. */
export interface Session extends Started {
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

export function makeSession(token: string, { id, startedAt }: Started, now: number): string {
  const parts = [id, String(startedAt), String(expiryOf(startedAt, now))];
  return `${parts.join(".")}.${macOf(SESSION, token, parts)}`;
}

/** Null for what none of the tokens signed, and for what has expired. */
export function checkSession(tokens: readonly string[], value: string, now: number): Session | null {
  const [, id = "", started = "", expiry = "", mac = ""] =
    /^([\w-]{22})\.(\d{1,15})\.(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
  const token = signerOf(tokens, mac, (one) => macOf(SESSION, one, [id, started, expiry]));
  const leftSeconds = Number(expiry) - now / 1_000;
  if (token === null || leftSeconds <= 0) return null;
  const startedAt = Number(started);
  const isDue = leftSeconds < RENEWED_BELOW_SECONDS && expiryOf(startedAt, now) > Number(expiry);
  return { token, id, startedAt, isDue };
}

export function makeShare(token: string, id: string, shared: Shared, expiresAt: number): string {
  const kind = `${shared.trackId === null ? "task" : "track"}${shared.download === true ? "-download" : ""}`;
  const expiry = String(secondsOf(expiresAt));
  const shown = `${kind}.${expiry}.${id}`;
  return `${shown}.${sealOf(SHARE, token, shown, [kind, shared.taskId, shared.trackId, expiry, id])}`;
}

/** A share that is good. */
export interface Share {
  readonly token: string;
  readonly id: string;
}

/** Null where it does not open what is wanted: a task's opens its tracks too, a track's that track, one to download is for listening too. */
export function checkShare(tokens: readonly string[], value: string, wanted: Shared, now: number): Share | null {
  const [, kind = "", expiry = "", id = "", mac = ""] =
    /^((?:task|track)(?:-download)?)\.(\d{1,12})\.([\w-]{22})\.([\w-]{43})$/.exec(value) ?? [];
  if (wanted.download === true && !allowsDownload(value)) return null;
  const trackId = kind.startsWith("track") ? wanted.trackId : null;
  const parts = [kind, wanted.taskId, trackId, expiry, id];
  const token = signerOf(tokens, mac, (one) => sealOf(SHARE, one, `${kind}.${expiry}.${id}`, parts));
  return token === null || Number(expiry) * 1_000 <= now ? null : { token, id };
}

/** Opens one uploaded source, for the provider. */
export function makeSourceLink(token: string, sourceId: string, expiresAt: number): string {
  const expiry = String(secondsOf(expiresAt));
  return `${expiry}.${sealOf(SOURCE, token, expiry, [sourceId, expiry])}`;
}

export function checkSourceLink(tokens: readonly string[], value: string, sourceId: string, now: number): boolean {
  const [, expiry = "", mac = ""] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
  const signer = signerOf(tokens, mac, (token) => sealOf(SOURCE, token, expiry, [sourceId, expiry]));
  return signer !== null && Number(expiry) * 1_000 > now;
}

/** Whether one of the tokens made it: a session, a share or a source's link, whatever it opens, and even if it is over. */
export function isMadeBy(tokens: readonly string[], value: string): boolean {
  const [, shown = "", mac = ""] = /^(.+)\.([\w-]{43})$/.exec(value) ?? [];
  const session = /^([\w-]{22})\.(\d{1,15})\.(\d{1,12})$/.exec(shown);
  if (session !== null) return signerOf(tokens, mac, (token) => macOf(SESSION, token, session.slice(1))) !== null;
  const label = /^\d{1,12}$/.test(shown) ? SOURCE : SHARE;
  return signerOf(tokens, mac, (token) => sealed(label, token, shown, mac.slice(0, HALF_DIGITS))) !== null;
}

/**
 * In a text, from the expiry on (until the year 2286): a source's link, and what ends a share or a session. It may begin
 * within another.
 */
export const SIGNED_END = /(?=(\d{10}\.(?:[\w-]{22}\.)?[\w-]{43}))/g;
/** What a share, or a session, has before that: so many characters at most. */
export const SIGNED_START = /(?:(?:task|track)(?:-download)?|[\w-]{22}\.\d{13})\.$/;
export const SIGNED_START_CHARS = 37;
/** The shortest of them, the link of a source. */
export const SHORTEST_SIGNED = 54;

/** Of a share that is known to be good. */
export function allowsDownload(share: string): boolean {
  return /^\w+-download\./.test(share);
}

const SESSION = "backline session 2";
const SHARE = "backline share 2";
const SOURCE = "backline source 1";
const KEY_BYTES = 32;
/** Of base64url, for 32 bytes. */
const MAC_DIGITS = 43;

function expiryOf(startedAt: number, now: number): number {
  return Math.min(secondsOf(now) + SESSION_SECONDS, secondsOf(startedAt + LONGEST_SESSION_MS));
}

/** JSON keeps the parts apart, whatever is in them. */
function macOf(label: string, token: string, parts: readonly (string | null)[]): string {
  return createHmac("sha256", keyOf(label, token)).update(JSON.stringify(parts)).digest("base64url");
}

const keys = new Map<string, Uint8Array>();

/** Kept, as there are as many as values of tokens, and every message of the provider may have some to try. */
function keyOf(label: string, token: string): Uint8Array {
  const name = `${label} ${token}`;
  const key = keys.get(name) ?? new Uint8Array(hkdfSync("sha256", token, "", label, KEY_BYTES));
  keys.set(name, key);
  return key;
}

/** 126 bits, so that each half ends between two digits. */
const HALF_DIGITS = 21;

/**
 * A mac over what a value opens, and one over that and what the value shows: so it is known as ours (`isMadeBy`) where
 * nobody says what it opens.
 */
function sealOf(label: string, token: string, shown: string, parts: readonly (string | null)[]): string {
  return sealed(label, token, shown, macOf(label, token, parts).slice(0, HALF_DIGITS));
}

function sealed(label: string, token: string, shown: string, half: string): string {
  return half + macOf(`${label} shown`, token, [shown, half]).slice(0, MAC_DIGITS - HALF_DIGITS);
}

/** Every token is tried, in constant time. The text is compared: two texts can stand for the same bytes. */
function signerOf(tokens: readonly string[], mac: string, macBy: (token: string) => string): string | null {
  let signer: string | null = null;
  for (const token of tokens) if (isSameSecret(mac, macBy(token))) signer = token;
  return signer;
}

function secondsOf(timeMs: number): number {
  return Math.floor(timeMs / 1_000);
}
