/** Session values and share links: what they open, and that nothing else does. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allowsDownload,
  checkSession,
  checkShare,
  checkSourceLink,
  isMadeBy,
  makeSession,
  makeShare,
  makeSourceLink,
} from "../../../src/core/access/session.ts";

const TOKEN = "t".repeat(32);
const OTHER = "u".repeat(32);
const NOW = Date.parse("2026-01-29T07:00:00.000Z");
const ID = "abcdefghijklmnopqrstuv";
const STARTED = { id: ID, startedAt: NOW };
const encoder = new TextEncoder();
const DAY_MS = 24 * 3_600_000;
const TASK = { taskId: "task-1", trackId: null };
const TRACK = { taskId: "task-1", trackId: "track-a" };

const token = fc.string({ minLength: 32, maxLength: 64 });
const id = fc.stringMatching(/^[A-Za-z0-9*._~-]{1,40}$/);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

test("a session is good for seven days, to the second", () => {
  const value = makeSession(TOKEN, STARTED, NOW);
  expect(value).not.toContain(TOKEN);
  expect(checkSession([TOKEN], value, NOW)).toEqual({ ...STARTED, token: TOKEN, isDue: false });
  expect(checkSession([TOKEN], value, NOW + 7 * DAY_MS - 1)).toEqual({ ...STARTED, token: TOKEN, isDue: true });
  expect(checkSession([TOKEN], value, NOW + 7 * DAY_MS)).toBeNull();
});

test("a session is due for renewal when less than six days are left", () => {
  const value = makeSession(TOKEN, STARTED, NOW);
  expect(checkSession([TOKEN], value, NOW + DAY_MS)).toMatchObject({ isDue: false });
  expect(checkSession([TOKEN], value, NOW + DAY_MS + 1)).toMatchObject({ isDue: true });
});

test("no session lasts longer than thirty days, however often it is used", () => {
  let value = makeSession(TOKEN, STARTED, NOW);
  for (let day = 2; day < 30; day += 2) {
    const now = NOW + day * DAY_MS;
    expect(checkSession([TOKEN], value, now)).toMatchObject(STARTED);
    value = makeSession(TOKEN, STARTED, now);
  }
  expect(checkSession([TOKEN], value, NOW + 30 * DAY_MS - 1)).toMatchObject({ id: ID, isDue: false });
  expect(checkSession([TOKEN], value, NOW + 30 * DAY_MS)).toBeNull();
  expect(checkSession([TOKEN], makeSession(TOKEN, STARTED, NOW + 30 * DAY_MS), NOW + 30 * DAY_MS)).toBeNull();
});

test("every value of a rotating token verifies, and names itself", () => {
  const [session, share] = [makeSession(TOKEN, STARTED, NOW), makeShare(TOKEN, ID, TASK, NOW + 1_000)];
  for (const tokens of [
    [TOKEN, OTHER],
    [OTHER, TOKEN],
  ]) {
    expect(checkSession(tokens, session, NOW)?.token).toBe(TOKEN);
    expect(checkShare(tokens, share, TASK, NOW)).toEqual({ token: TOKEN, id: ID });
  }
  for (const tokens of [[OTHER], []]) {
    expect(checkSession(tokens, session, NOW)).toBeNull();
    expect(checkShare(tokens, share, TASK, NOW)).toBeNull();
  }
});

test("a share opens until it expires", () => {
  for (const shared of [TASK, TRACK]) {
    const value = makeShare(TOKEN, ID, shared, NOW + 60_000);
    expect(checkShare([TOKEN], value, shared, NOW + 59_999)).toEqual({ token: TOKEN, id: ID });
    expect(checkShare([TOKEN], value, shared, NOW + 60_000)).toBeNull();
  }
});

test("a share of a task opens its tracks, one of a track that track alone", () => {
  const [ofTask, ofTrack] = [makeShare(TOKEN, ID, TASK, NOW + 1_000), makeShare(TOKEN, ID, TRACK, NOW + 1_000)];
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
    macBy("backline session 2", [ID, String(NOW), String(NOW / 1_000 + 7 * 24 * 3_600)]),
    sealBy("backline share 2", `task.${expiry}.${ID}`, ["task", "task-1", null, expiry, ID]),
    sealBy("backline share 2", `track.${expiry}.${ID}`, ["track", "task-1", "track-a", expiry, ID]),
    sealBy("backline source 1", expiry, ["a".repeat(64), expiry]),
  ]);
  const made = [
    makeSession(TOKEN, STARTED, NOW),
    makeShare(TOKEN, ID, TASK, NOW),
    makeShare(TOKEN, ID, TRACK, NOW),
    makeSourceLink(TOKEN, "a".repeat(64), NOW),
  ];
  expect(made.map((value) => value.slice(value.lastIndexOf(".") + 1))).toEqual(macs);
});

test("whatever a token made is known as its own, without what it opens, and nothing else is", () => {
  const made = [
    makeSession(TOKEN, STARTED, NOW),
    makeShare(TOKEN, ID, TASK, NOW),
    makeShare(TOKEN, ID, { ...TRACK, download: true }, NOW),
    makeSourceLink(TOKEN, "a".repeat(64), NOW),
  ];
  for (const value of made) {
    expect([value, isMadeBy([OTHER, TOKEN], value)]).toEqual([value, true]);
    for (const other of [value.slice(1), `1${value}`, value.slice(0, -1), `${value}A`, `${value.slice(0, -2)}_A`, ""])
      expect([other, isMadeBy([TOKEN], other)]).toEqual([other, false]);
    expect(isMadeBy([OTHER], value)).toBe(false);
  }
});

test("one kind never passes for another", () => {
  const ofTask = makeShare(TOKEN, ID, TASK, NOW + DAY_MS);
  const ofTrack = makeShare(TOKEN, ID, TRACK, NOW + DAY_MS);
  const session = makeSession(TOKEN, STARTED, NOW);
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
      for (const forged of alterations(makeSession(token, { id: ID, startedAt: now }, now)))
        expect(checkSession([token], forged, now)).toBeNull();
    }),
    { numRuns: 2 },
  );
});

test("a share with any byte altered, added or removed opens nothing", () => {
  fc.assert(
    fc.property(token, id, fc.option(id), time, (token, taskId, trackId, now) => {
      const shared = { taskId, trackId };
      for (const forged of alterations(makeShare(token, ID, shared, now + 60_000)))
        expect(checkShare([token], forged, shared, now)).toBeNull();
    }),
    { numRuns: 2 },
  );
});

test("a share of one thing opens no other", () => {
  const shared = fc.record({ taskId: id, trackId: fc.option(id) });
  fc.assert(
    fc.property(token, token, shared, shared, time, (token, other, made, wanted, now) => {
      const value = makeShare(token, ID, made, now + 60_000);
      const isMeant = made.taskId === wanted.taskId && (made.trackId === null || made.trackId === wanted.trackId);
      expect(checkShare([token], value, wanted, now)).toEqual(isMeant ? { token, id: ID } : null);
      expect(checkShare([token], value, made, now)?.token).toBe(token);
      expect(checkShare([other], value, made, now)?.token ?? null).toBe(other === token ? token : null);
    }),
  );
});

test("no text opens anything by chance", () => {
  const mac = fc.stringMatching(/^[\w-]{43}$/);
  const formed = fc.tuple(fc.constantFrom("", "task.", "track."), fc.nat(), mac).map(([kind, expiry, mac]) => {
    return `${kind}${expiry}.${ID}.${mac}`;
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

/** Half of it over what it opens, half over that and what it shows. */
async function sealBy(label: string, shown: string, parts: readonly unknown[]): Promise<string> {
  const half = (await macBy(label, parts)).slice(0, 21);
  return half + (await macBy(`${label} shown`, [shown, half])).slice(0, 22);
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

test("the link of an uploaded source opens that source alone, until it expires", () => {
  const [id, other] = ["a".repeat(64), "b".repeat(64)];
  const value = makeSourceLink(TOKEN, id, NOW + 1_000);
  expect(checkSourceLink([TOKEN], value, id, NOW)).toBe(true);
  expect(checkSourceLink([TOKEN], value, id, NOW + 1_000)).toBe(false);
  for (const [tokens, link, source] of [
    [[TOKEN], value, other],
    [["another token".repeat(4)], value, id],
    [[TOKEN], "", id],
    [[TOKEN], `${value}x`, id],
    [[TOKEN], value.replace(/^\d+/, "9999999999"), id],
  ] as const)
    expect(checkSourceLink(tokens, link, source, NOW)).toBe(false);
});

test("a share says whether it is to download", () => {
  const [plain, whole] = [TASK, { ...TASK, download: true }].map((shared) => makeShare(TOKEN, ID, shared, NOW + 1_000));
  expect([plain, whole].map((share) => allowsDownload(share ?? ""))).toEqual([false, true]);
  expect(checkShare([TOKEN], plain ?? "", { ...TASK, download: true }, NOW)).toBeNull();
  expect(checkShare([TOKEN], whole ?? "", { ...TASK, download: true }, NOW)).not.toBeNull();
});
