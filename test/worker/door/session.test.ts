/** Logging in and out: what the cookie opens, when it ends, and who cannot use it. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { message, newTaskId } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { forged, loggingIn, ORIGIN, SECURE_NAME, session, sessionValue } from "../sessions.ts";
import { callback, problemOf, request, viewOf, worker, workerWith } from "../worker.ts";

const { API_TOKEN } = SECRETS;
const NEWER = "newer-api-token-0123456789abcdef0123456789";
const PAGE = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const OWN = { "sec-fetch-site": "same-origin" };
const FORM = "application/x-www-form-urlencoded";
const WEEK_SECONDS = 7 * 24 * 3_600;

let taskId: string;

beforeEach(async () => {
  taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("the API token starts a session, and is not in it", async () => {
  const response = await worker(loggingIn(API_TOKEN, `/tasks/${taskId}?wait=1`));
  expect([response.status, response.headers.get("location")]).toEqual([303, `/tasks/${taskId}?wait=1`]);
  const cookie = response.headers.get("set-cookie") ?? "";
  const [pair = "", ...attributes] = cookie.split("; ");
  expect(pair).toMatch(/^__Host-backline=[\w-]{22}\.\d{13}\.\d{10}\.[\w-]{43}$/);
  expect(attributes.toSorted()).toEqual(
    ["HttpOnly", `Max-Age=${WEEK_SECONDS}`, "Path=/", "SameSite=Lax", "Secure"].toSorted(),
  );
  expect(response.headers.get("cache-control")).toBe("no-store");
  const view = await worker(request(`/tasks/${taskId}`, { headers: { cookie: pair } }));
  expect(await view.json()).toMatchObject({ taskId });
});

test.each(["http://127.0.0.1:8787", "http://localhost:8787", "http://[::1]:8787"])(
  "over %s the cookie has a name and flags that work there",
  async (origin) => {
    const form = loggingIn(API_TOKEN);
    const response = await worker(new Request(`${origin}/login`, form));
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(
      /^backline=[\w-]{22}\.\d{13}\.\d{10}\.[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const [pair = ""] = cookie.split(";");
    expect(await listedBy(origin, pair)).toBe(200);
    // Anyone on the network may set a cookie of that name for a real host.
    expect(await listedBy(ORIGIN, pair)).toBe(401);
    expect(await listedBy("http://backline.test", pair)).toBe(401);
    expect(await listedBy(origin, `__Host-${pair}`)).toBe(401);
  },
);

test("no other host than loopback gets the cookie without Secure", async () => {
  for (const origin of ["http://backline.test", "http://localhost.backline.test", "https://localhost"]) {
    const response = await worker(new Request(`${origin}/login`, loggingIn(API_TOKEN)));
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-backline=.*; Secure/);
  }
});

test("over http that is not loopback the login says what is wrong", async () => {
  for (const [origin, isWarned] of [
    ["http://backline.test", true],
    [ORIGIN, false],
    ["http://127.0.0.1:8787", false],
  ] as const) {
    const html = await (await worker(new Request(`${origin}/login`))).text();
    expect([origin, html.includes("Open this page by https.")]).toEqual([origin, isWarned]);
  }
});

test("a wrong token is refused with the form and a word", async () => {
  const wrong = [API_TOKEN.slice(1), `${API_TOKEN}x`, API_TOKEN.toUpperCase(), "", SECRETS.CALLBACK_TOKEN];
  const posts = [
    ...wrong.map((token) => loggingIn(token, "/tasks/a")),
    request("/login", { method: "POST" }),
    request("/login", { method: "POST", body: JSON.stringify({ token: API_TOKEN }) }),
    request(`/login?token=${API_TOKEN}`, { method: "POST", body: new URLSearchParams() }),
  ];
  for (const post of posts) {
    const response = await worker(post);
    const html = await response.text();
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(html).toContain("This is not the API token.");
    expect(html).toMatch(/<input[^>]+name="token"/);
    expect(html).not.toContain(API_TOKEN);
  }
  expect(await (await worker(loggingIn("wrong", "/tasks/a?x=1&y=2"))).text()).toContain('value="/tasks/a?x=1&amp;y=2"');
});

test("more than a login is not read", async () => {
  const large = await worker(loggingIn("x".repeat(64 * 1_024)));
  expect(await problemOf(large)).toMatchObject({ status: 413, type: "urn:backline:problem:payload_too_large" });
});

test("a refused login is one line in the log, without what was sent", async () => {
  // Past the lines that stand for the refusals of other tests.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await workerWith({})(loggingIn("a-secret-mistyped-by-one-letter"));
  await workerWith({})(request("/tasks", { headers: { cookie: `${SECURE_NAME}=1.forged` } }));
  const lines = log.mock.calls.map(String);
  expect(lines.filter((line) => line.includes('"/login"'))).toHaveLength(1);
  expect(lines.join("")).toMatch(/"route":"\/login","status":401,"verdict":"unauthorized"/);
  expect(lines.join("")).not.toMatch(/mistyped|forged/);
});

test("without API_TOKEN the login names the command, and takes nothing", async () => {
  for (const value of ["", "short"]) {
    const unset = workerWith({ API_TOKEN: value });
    for (const ask of [request("/login"), loggingIn(""), loggingIn(value), loggingIn(API_TOKEN)]) {
      const response = await unset(ask);
      expect(response.status).toBe(503);
      expect(await response.text()).toContain("npx wrangler secret put API_TOKEN");
      expect(response.headers.get("set-cookie")).toBeNull();
    }
    const read = await unset(request("/tasks", { headers: session(0, value) }));
    expect(await problemOf(read)).toMatchObject({ status: 503 });
  }
});

test.each([
  "https://evil.test/",
  "//evil.test",
  "/\\evil.test",
  "/\t/evil.test",
  "/.//evil.test",
  "javascript:alert(1)",
  "evil.test",
  "",
  "/login?next=/tasks",
  "/logout",
])("the login leads to no place like %j", async (next) => {
  const after = await worker(loggingIn(API_TOKEN, next));
  expect([after.status, after.headers.get("location")]).toEqual([303, "/tasks"]);
  const query = `?${new URLSearchParams({ next }).toString()}`;
  const known = await worker(request(`/login${query}`, { headers: session(), redirect: "manual" }));
  expect([known.status, known.headers.get("location")]).toEqual([303, "/tasks"]);
  expect(await (await worker(request(`/login${query}`))).text()).toMatch(/name="next" value="\/tasks"/);
});

test("a browser without access is sent to the login, and back", async () => {
  for (const path of ["/tasks", `/tasks/${taskId}`, `/tasks/${taskId}?wait=1&min_version=2`, "/inbox"]) {
    const response = await worker(request(path, { headers: PAGE, redirect: "manual" }));
    const location = new URL(response.headers.get("location") ?? "", ORIGIN);
    expect([response.status, location.pathname]).toEqual([303, "/login"]);
    expect(location.searchParams.get("next")).toBe(path);
    expect(response.headers.get("vary")).toBe("Accept, Authorization, Cookie");
    expect(response.headers.get("cache-control")).toBe("no-store");
  }
  const acted = await worker(request("/tasks/retry", { method: "POST", headers: PAGE, redirect: "manual" }));
  expect([acted.status, acted.headers.get("location")]).toEqual([303, "/login"]);
  for (const accept of ["application/json", "*/*", "audio/*;q=0.9, */*;q=0.5", ""])
    expect((await worker(request("/tasks", { headers: { accept } }))).status).toBe(401);
});

test("a session ends after seven days without use", async () => {
  for (const [daysAgo, status] of [
    [6.999, 200],
    [7, 401],
    [30, 401],
  ] as const)
    expect((await worker(request(`/tasks/${taskId}`, { headers: session(daysAgo) }))).status).toBe(status);
});

test("use renews a session that is a day old", async () => {
  expect(await setBy(0.9, `/tasks/${taskId}`)).toEqual([]);
  for (const path of [`/tasks/${taskId}`, "/tasks", "/tasks/unknown", `/tasks/${taskId}/tracks/a/audio`]) {
    const [cookie = "", ...more] = await setBy(1.1, path);
    expect([path, more]).toEqual([path, []]);
    const [pair = ""] = cookie.split(";");
    expect(Number(/\.(\d{10})\./.exec(pair)?.[1])).toBeGreaterThan(Date.now() / 1_000 + WEEK_SECONDS - 60);
    expect((await worker(request(`/tasks/${taskId}`, { headers: { cookie: pair } }))).status).toBe(200);
  }
  expect(await setBy(7.1, "/tasks")).toEqual([]);
});

test("a session lives as long as the token that started it", async () => {
  const both = workerWith({ API_TOKEN: `${NEWER},${API_TOKEN}` });
  const newOnly = workerWith({ API_TOKEN: NEWER });
  const [pair = ""] = ((await both(loggingIn(API_TOKEN))).headers.get("set-cookie") ?? "").split(";");
  const [newPair = ""] = ((await both(loggingIn(NEWER))).headers.get("set-cookie") ?? "").split(";");
  const renewed = await both(request("/tasks", { headers: session(2) }));
  const [renewedPair = ""] = (renewed.headers.get("set-cookie") ?? "").split(";");
  for (const cookie of [pair, newPair, renewedPair])
    expect((await both(request("/tasks", { headers: { cookie } }))).status).toBe(200);
  for (const cookie of [pair, renewedPair, session().cookie])
    expect((await newOnly(request("/tasks", { headers: { cookie } }))).status).toBe(401);
  expect((await newOnly(request("/tasks", { headers: { cookie: newPair } }))).status).toBe(200);
});

test("a cookie with any byte altered opens nothing", async () => {
  const value = sessionValue(API_TOKEN, Date.now());
  const statuses = await Promise.all(
    Array.from(value, async (byte, at) => {
      const altered = value.slice(0, at) + (byte === "1" ? "2" : "1") + value.slice(at + 1);
      const cookie = `${SECURE_NAME}=${altered}`;
      return (await worker(request(`/tasks/${taskId}`, { headers: { cookie } }))).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
});

test("a session acts from a page of ours alone", async () => {
  const path = `/tasks/${taskId}/retry`;
  const act = async (headers: Record<string, string>, body?: string) =>
    worker(request(path, { method: "POST", headers: { ...session(), ...headers }, ...(body && { body }) }));
  const refused = [
    await worker(forged("POST", path)),
    await act({}),
    await act({ origin: "null" }),
    await act({ origin: "https://evil.test" }),
    await act({ origin: "http://backline.test" }),
    await act({ "sec-fetch-site": "same-site" }),
    await act({ "sec-fetch-site": "none" }),
    await act({ origin: "https://evil.test", "content-type": "application/x-www-form-urlencoded" }, "a=b"),
    await act({ origin: "https://evil.test", "content-type": "TEXT/plain" }, "{}"),
    await worker(forged("DELETE", `/tasks/${taskId}`)),
    await worker(forged("POST", `/tasks/${taskId}/delete`)),
    await worker(forged("POST", `/tasks/${taskId}/share`)),
  ];
  for (const response of refused)
    expect(await problemOf(response)).toMatchObject({ status: 403, type: "urn:backline:problem:cross_site" });
  for (const headers of [OWN, { origin: ORIGIN }, { origin: "null", ...OWN }])
    expect((await act(headers)).status).toBe(202);
  expect(await viewOf(taskId)).toMatchObject({ taskId });
});

test("a bearer acts from anywhere", async () => {
  const headers = { ...session(), authorization: `Bearer ${API_TOKEN}`, origin: "https://evil.test" };
  const response = await worker(request(`/tasks/${taskId}/retry`, { method: "POST", headers }));
  expect(response.status).toBe(202);
});

test("no other site gets leave to send what a form cannot", async () => {
  for (const [path, method] of [
    [`/tasks/${taskId}`, "DELETE"],
    [`/tasks/${taskId}/share`, "POST"],
    ["/tasks", "POST"],
    ["/sources/check", "POST"],
  ] as const) {
    const headers = { origin: "https://evil.test", "access-control-request-method": method };
    const response = await worker(request(path, { method: "OPTIONS", headers: { ...headers, ...session() } }));
    expect([path, response.headers.get("access-control-allow-origin")]).toEqual([path, null]);
  }
});

test("a form that cannot be read is refused as such", async () => {
  const headers = { "content-type": "multipart/form-data" };
  const malformed = await worker(request("/login", { method: "POST", body: "--x", headers }));
  expect(await problemOf(malformed)).toMatchObject({ status: 400, type: "urn:backline:problem:malformed_form" });
});

test("no other site logs anybody in", async () => {
  for (const headers of [{ origin: "https://evil.test" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
    const form = new Request(loggingIn(API_TOKEN), { headers: { ...headers, "content-type": FORM } });
    const response = await worker(form);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([403, null]);
  }
});

test("a session acts from a page of ours alone, whatever the content type", async () => {
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "x/y", ""])
    for (const from of [{ origin: "https://evil.test" }, { "sec-fetch-site": "same-site" }, { origin: "null" }, {}]) {
      const headers = { ...session(), ...from, "content-type": type };
      const response = await worker(request(`/tasks/${taskId}/retry`, { method: "POST", headers, body: "{}" }));
      expect([type, from, response.status]).toEqual([type, from, 403]);
    }
});

test("a logout ends the session and no other", async () => {
  const [mine, other] = [session(), session()];
  expect([await opens(mine), await opens(other)]).toEqual([200, 200]);
  await worker(request("/logout", { method: "POST", headers: { ...mine, ...OWN }, redirect: "manual" }));
  expect([await opens(mine), await opens(other)]).toEqual([401, 200]);
});

test("a logout reaches every isolate within a minute", async () => {
  const mine = session();
  expect(await opens(mine)).toBe(200);
  // As another isolate writes it.
  const [, value = ""] = mine.cookie.split("=");
  await catalogOf(env).endSession(value.split(".")[0] ?? "", Date.now(), Date.now() + WEEK_SECONDS * 1_000);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  expect(await opens(mine)).toBe(401);
});

test("all sessions end at once, by a session or by the API token", async () => {
  const bearer = { authorization: `Bearer ${API_TOKEN}` };
  for (const by of [{ ...session(), ...OWN }, bearer]) {
    const others = [session(), session(6)];
    await worker(request("/logout?everywhere", { method: "POST", headers: by, redirect: "manual" }));
    for (const headers of others) expect((await worker(request("/tasks", { headers }))).status).toBe(401);
    await scheduler.wait(2);
    const [pair = ""] = ((await worker(loggingIn(API_TOKEN))).headers.get("set-cookie") ?? "").split(";");
    expect((await worker(request("/tasks", { headers: { cookie: pair } }))).status).toBe(200);
  }
  const nobody = await worker(request("/logout?everywhere", { method: "POST", headers: OWN }));
  expect(nobody.status).toBe(401);
});

test("a logout drops the cookie, and comes from a page of ours", async () => {
  const out = await worker(
    request("/logout", { method: "POST", headers: { ...session(), ...OWN }, redirect: "manual" }),
  );
  expect([out.status, out.headers.get("location")]).toEqual([303, "/login"]);
  expect(out.headers.get("set-cookie")).toMatch(/^__Host-backline=; Max-Age=0; Path=\/; HttpOnly; Secure/);
  const foreign = await worker(forged("POST", "/logout"));
  expect([foreign.status, foreign.headers.get("set-cookie")]).toEqual([403, null]);
  const local = await worker(
    new Request("http://127.0.0.1:8787/logout", { method: "POST", headers: OWN, redirect: "manual" }),
  );
  expect(local.headers.get("set-cookie")).toMatch(/^backline=; Max-Age=0; Path=\/; HttpOnly/);
});

async function opens(headers: { readonly cookie: string }): Promise<number> {
  return (await worker(request("/tasks", { headers }))).status;
}

/** The cookies that are set where a session of that age asks. */
async function setBy(daysAgo: number, path: string): Promise<readonly string[]> {
  const response = await worker(request(path, { headers: session(daysAgo) }));
  return response.headers.getSetCookie();
}

async function listedBy(origin: string, cookie: string): Promise<number> {
  return (await worker(new Request(`${origin}/tasks`, { headers: { cookie } }))).status;
}
