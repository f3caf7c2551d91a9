/** No address but a public https name is ever fetched, whoever names it: a callback, a redirect, a submission. */
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import {
  IP_LITERALS,
  NO_PUBLIC_NAME,
  NOT_A_WEB_ADDRESS,
  OTHERWISE_REFUSED,
  RELATIVE,
} from "../../core/access/addresses.ts";
import { having, like } from "../../core/matchers.ts";
import { message, newTaskId, track } from "../messages.ts";
import { configure } from "../settings.ts";
import { acting, callback, eventsOf, problemOf, viewOf, worker } from "../worker.ts";

configure({ TIME_SCALE: "100" });
const PATIENTLY = { timeout: 25_000, interval: 50 };
const TRACKS = 16;
const NAMED = [...IP_LITERALS, ...NO_PUBLIC_NAME, ...OTHERWISE_REFUSED];
const PAST_A_PROXY = "https://127.0.0.1.example.org/";
const failure = z.object({ type: z.literal("copy_failed"), trackId: z.string(), reason: z.string() });

afterEach(() => {
  vi.restoreAllMocks();
});

test("there are enough of them", () => {
  expect(NAMED.length).toBeGreaterThanOrEqual(80);
});

test("a callback's link to any of them is refused with the reason in the timeline, and nothing is fetched", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  // Written otherwise many of them are the same.
  const links = NAMED.filter(isAscii).map((url, index) => `${url}?${index}`);
  expect(await reasonsOf(links)).toEqual(links.map((url) => [url, like(/^refused: /)]));
  expect(fetched).not.toHaveBeenCalled();
});

test("what is no web address is no link, nor one to a host that is not in ASCII", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  for (const group of groupsOf([...RELATIVE, ...NOT_A_WEB_ADDRESS, ...NAMED.filter((url) => !isAscii(url))])) {
    const taskId = newTaskId();
    const tracks = group.map((url, index) => track(`t${index}`, { audio_url: url }));
    await worker(callback(message(taskId, "first", tracks)));
    const view = await viewOf(taskId);
    expect(view.tracks.map(({ audio }) => [audio.state, audio.attempts])).toEqual(tracks.map(() => ["waiting", 0]));
  }
  expect(fetched).not.toHaveBeenCalled();
});

test("a redirect to any of them is refused, and not followed", async () => {
  const inside = RELATIVE.filter((url) => /127|local/.test(url));
  const all = [...NAMED, ...NOT_A_WEB_ADDRESS, ...inside];
  // workerd prints a warning for each header that is not ASCII.
  const targets = [...all.filter(isAscii), ...all.filter((url) => !isAscii(url)).slice(0, 3)];
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const { url } = new Request(input);
    asked.push(url);
    const location = targets[Number(new URL(url).searchParams.get("n"))] ?? "";
    return new Response(null, { status: 302, headers: { location } });
  });
  const links = targets.map((_, index) => `https://cdn.example.org/to?n=${index}`);
  const expected = like(/^(?:refused: .* \(redirect 1\)|bad_redirect: the redirect leads nowhere)$/);
  expect(await reasonsOf(links)).toEqual(links.map((url) => [url, expected]));
  expect(asked.filter((url) => !url.startsWith("https://cdn.example.org/to?"))).toEqual([]);
});

test("redirects that go in circles end", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const { url } = new Request(input);
    return new Response(null, { status: 307, headers: { location: `${url}x` } });
  });
  const reasons = await reasonsAfter([track("t0", { audio_url: "https://cdn.example.org/circle" })]);
  expect(reasons.get("t0")).toContain("redirect");
  expect(fetched.mock.calls.length).toBeLessThan(100);
});

test("what only begins like an address of ours is fetched", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("the network is down"));
  const reasons = await reasonsAfter([track("t0", { audio_url: PAST_A_PROXY })]);
  expect(reasons.get("t0")).toMatch(/^unreachable/);
  expect(fetched).toHaveBeenCalled();
});

test.each([
  ["an IP address", IP_LITERALS, "source_refused", /refused: \S+ is an IP address, not a public name\.$/],
  ["no public name", NO_PUBLIC_NAME, "source_refused", /refused: \S+ is not a public name\.$/],
  [
    "at another port or protocol, or behind a password",
    OTHERWISE_REFUSED,
    "source_refused",
    /refused: (?:http: is not https:|port \d+ is not 443|the link carries a user name or password)\.$/,
  ],
  ["no web address", [...NOT_A_WEB_ADDRESS, ...RELATIVE], "invalid_request", /url: must be a web address\.$/],
])("a source that is %s is refused with the reason, and nothing is fetched", async (_, urls, type, reason) => {
  const fetched = vi.spyOn(globalThis, "fetch");
  for (const url of urls) {
    const response = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url })));
    const problem = await problemOf(response);
    expect([url, problem]).toEqual([
      url,
      having({ status: 422, type: `urn:backline:problem:${type}`, detail: like(reason) }),
    ]);
  }
  expect(fetched).not.toHaveBeenCalled();
});

/** Each link with the reason of its first failure, all tasks side by side. */
async function reasonsOf(links: readonly string[]): Promise<readonly (readonly [string, string | undefined])[]> {
  const found = await Promise.all(
    groupsOf(links).map(async (urls) => {
      const reasons = await reasonsAfter(urls.map((url, index) => track(`t${index}`, { audio_url: url })));
      return urls.map((url, index) => [url, reasons.get(`t${index}`)] as const);
    }),
  );
  return found.flat();
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** As many as a task has tracks. */
function groupsOf(links: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(links.length / TRACKS) }, (_, group) =>
    links.slice(group * TRACKS, (group + 1) * TRACKS),
  );
}

/** By track, once each has failed for the first time. */
async function reasonsAfter(tracks: readonly object[]): Promise<ReadonlyMap<string, string>> {
  const taskId = newTaskId();
  expect((await worker(callback(message(taskId, "complete", tracks)))).status).toBe(200);
  return vi.waitFor(async () => {
    const failures = (await eventsOf(taskId)).flatMap((event) => failure.safeParse(event).data ?? []);
    const reasons = new Map(failures.map(({ trackId, reason }) => [trackId, reason]));
    expect(reasons.size).toBe(tracks.length);
    return reasons;
  }, PATIENTLY);
}
