/** Session values and share links: what they open, and that nothing else does. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSession, checkShare, makeSession, makeShare } from "../../../src/core/access/session.ts";

const TOKEN = "t".repeat(32);
const OTHER = "u".repeat(32);
const NOW = Date.parse("2026-01-29T07:00:00.000Z");
const encoder = new TextEncoder();
const DAY_MS = 24 * 3_600_000;
const TASK = { taskId: "task-1", trackId: null };
const TRACK = { taskId: "task-1", trackId: "track-a" };

const token = fc.string({ minLength: 32, maxLength: 64 });
const id = fc.stringMatching(/^[A-Za-z0-9*._~-]{1,40}$/);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

test("a session is good for seven days, to the second", () => {
  const value = makeSession(TOKEN, NOW);
  expect(value).not.toContain(TOKEN);
  expect(checkSession([TOKEN], value, NOW)).toEqual({ token: TOKEN, isDue: false });
  expect(checkSession([TOKEN], value, NOW + 7 * DAY_MS - 1)).toEqual({ token: TOKEN, isDue: true });
  expect(checkSession([TOKEN], value, NOW + 7 * DAY_MS)).toBeNull();
});

test("a session is due for renewal when less than six days are left", () => {
  const value = makeSession(TOKEN, NOW);
  expect(checkSession([TOKEN], value, NOW + DAY_MS)).toMatchObject({ isDue: false });
  expect(checkSession([TOKEN], value, NOW + DAY_MS + 1)).toMatchObject({ isDue: true });
});

test("every value of a rotating token verifies, and names itself", () => {
  const [session, share] = [makeSession(TOKEN, NOW), makeShare(TOKEN, TASK, NOW + 1_000)];
  for (const tokens of [
    [TOKEN, OTHER],
    [OTHER, TOKEN],
  ]) {
    expect(checkSession(tokens, session, NOW)?.token).toBe(TOKEN);
    expect(checkShare(tokens, share, TASK, NOW)).toBe(TOKEN);
  }
  for (const tokens of [[OTHER], []]) {
    expect(checkSession(tokens, session, NOW)).toBeNull();
    expect(checkShare(tokens, share, TASK, NOW)).toBeNull();
  }
});

test("a share opens until it expires", () => {
  for (const shared of [TASK, TRACK]) {
    const value = makeShare(TOKEN, shared, NOW + 60_000);
    expect(checkShare([TOKEN], value, shared, NOW + 59_999)).toBe(TOKEN);
    expect(checkShare([TOKEN], value, shared, NOW + 60_000)).toBeNull();
  }
});

test("a share of a task opens its tracks, one of a track that track alone", () => {
  const [ofTask, ofTrack] = [makeShare(TOKEN, TASK, NOW + 1_000), makeShare(TOKEN, TRACK, NOW + 1_000)];
  const opens = (value: string, taskId: string, trackId: string | null) =>
    checkShare([TOKEN], value, { taskId, trackId }, NOW) !== null;
  expect(opens(ofTask, "task-1", null)).toBe(true);
  expect(opens(ofTask, "task-1", "track-b")).toBe(true);
  expect(opens(ofTask, "task-2", null)).toBe(false);
  expect(opens(ofTask, "task-2", "track-a")).toBe(false);
  expect(opens(ofTrack, "task-1", "track-a")).toBe(true);
  expect(opens(ofTrack, "task-1", "track-b")).toBe(false);
  expect(opens(ofTrack, "task-1", null)).toBe(false);
  expect(opens(ofTrack, "task-2", "track-a")).toBe(false);
});

test("each use has a key of its own, by HKDF from the token", async () => {
  const expiry = String(NOW / 1_000);
  const macs = await Promise.all([
    macBy("backline session 1", [String(NOW / 1_000 + 7 * 24 * 3_600)]),
    macBy("backline share 1", ["task", "task-1", null, expiry]),
    macBy("backline share 1", ["track", "task-1", "track-a", expiry]),
  ]);
  const made = [makeSession(TOKEN, NOW), makeShare(TOKEN, TASK, NOW), makeShare(TOKEN, TRACK, NOW)];
  expect(made.map((value) => value.slice(value.lastIndexOf(".") + 1))).toEqual(macs);
});

test("one kind never passes for another", () => {
  const ofTask = makeShare(TOKEN, TASK, NOW + DAY_MS);
  const ofTrack = makeShare(TOKEN, TRACK, NOW + DAY_MS);
  const session = makeSession(TOKEN, NOW);
  expect(checkShare([TOKEN], ofTrack.replace("track", "task"), TASK, NOW)).toBeNull();
  expect(checkShare([TOKEN], ofTrack.replace("track", "task"), TRACK, NOW)).toBeNull();
  expect(checkShare([TOKEN], ofTask.replace("task", "track"), TRACK, NOW)).toBeNull();
  for (const value of [session, `task.${session}`]) expect(checkShare([TOKEN], value, TASK, NOW)).toBeNull();
  for (const share of [ofTask, ofTrack]) {
    expect(checkSession([TOKEN], share, NOW)).toBeNull();
    expect(checkSession([TOKEN], share.slice(share.indexOf(".") + 1), NOW)).toBeNull();
  }
});

test("a session with any byte altered, added or removed opens nothing", () => {
  fc.assert(
    fc.property(token, time, (token, now) => {
      for (const forged of alterations(makeSession(token, now))) expect(checkSession([token], forged, now)).toBeNull();
    }),
    { numRuns: 2 },
  );
});

test("a share with any byte altered, added or removed opens nothing", () => {
  fc.assert(
    fc.property(token, id, fc.option(id), time, (token, taskId, trackId, now) => {
      const shared = { taskId, trackId };
      for (const forged of alterations(makeShare(token, shared, now + 60_000)))
        expect(checkShare([token], forged, shared, now)).toBeNull();
    }),
    { numRuns: 2 },
  );
});

test("a share of one thing opens no other", () => {
  const shared = fc.record({ taskId: id, trackId: fc.option(id) });
  fc.assert(
    fc.property(token, token, shared, shared, time, (token, other, made, wanted, now) => {
      const value = makeShare(token, made, now + 60_000);
      const isMeant = made.taskId === wanted.taskId && (made.trackId === null || made.trackId === wanted.trackId);
      expect(checkShare([token], value, wanted, now)).toBe(isMeant ? token : null);
      expect(checkShare([token], value, made, now)).toBe(token);
      expect(checkShare([other], value, made, now)).toBe(other === token ? token : null);
    }),
  );
});

test("no text opens anything by chance", () => {
  const mac = fc.stringMatching(/^[\w-]{43}$/);
  const formed = fc.tuple(fc.constantFrom("", "task.", "track."), fc.nat(), mac).map(([kind, expiry, mac]) => {
    return `${kind}${expiry}.${mac}`;
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), formed), (text) => {
      expect(checkSession([TOKEN], text, 0)).toBeNull();
      for (const shared of [TASK, TRACK]) expect(checkShare([TOKEN], text, shared, 0)).toBeNull();
    }),
  );
});

/** The same by another implementation (RFC 5869, RFC 2104). */
async function macBy(label: string, parts: readonly unknown[]): Promise<string> {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(TOKEN), "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: encoder.encode(""), info: encoder.encode(label) };
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const key = await crypto.subtle.deriveKey(hkdf, secret, hmac, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(JSON.stringify(parts)));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(mac)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Each byte left out, and replaced or preceded by each of a URL's usual ones and some others. */
function alterations(value: string): readonly string[] {
  const bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~ \n\0é%";
  return Array.from(`${value}\n`).flatMap((byte, at) => {
    const [before, after] = [value.slice(0, at), value.slice(at + 1)];
    const others = Array.from(bytes).filter((other) => other !== byte);
    const rest = at === value.length ? "" : byte + after;
    return others
      .map((other) => before + other + after)
      .concat(
        Array.from(bytes, (other) => before + other + rest),
        at === value.length ? [] : before + after,
      );
  });
}
