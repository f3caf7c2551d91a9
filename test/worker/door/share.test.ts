/** Share links: what they open to who has no token, and what they do not. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AppEnv, Via } from "../../../src/http/app-env.ts";
import { withShare } from "../../../src/http/auth/share-link.ts";
import { makeShare } from "../../../src/core/access/session.ts";
import * as z from "zod";
import { like } from "../../core/matchers.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { ORIGIN, session, share, shareLink, sharing } from "../sessions.ts";
import { acting, callback, problemOf, reading, request, viewOf, worker, workerWith } from "../worker.ts";

const { API_TOKEN } = SECRETS;
/** Alarms run within a second or two. */
const PATIENTLY = { timeout: 10_000, interval: 50 };
const DAY_SECONDS = 24 * 3_600;
const FILES = ["audio", "cover", "waveform"] as const;

const SHARE_ID = "abcdefghijklmnopqrstuv";

let taskId: string;

beforeEach(async () => {
  taskId = await keptTask();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a link lasts an hour, or as long as is asked for", async () => {
  for (const [body, seconds] of [
    [{}, 3_600],
    [{ expiresInSeconds: 60 }, 60],
    [{ expiresInSeconds: 7 * DAY_SECONDS }, 7 * DAY_SECONDS],
  ] as const) {
    const { path, expiresAt } = await share(taskId, body);
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - seconds * 1_000)).toBeLessThan(5_000);
    expect(await statusOf(path)).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(expiresAt) - 1 });
    expect(await statusOf(path)).toBe(200);
    vi.setSystemTime(Date.parse(expiresAt));
    expect(await statusOf(path)).toBe(401);
    vi.useRealTimers();
  }
  const empty = await worker(acting("POST", `/tasks/${taskId}/share`));
  expect([empty.status, empty.headers.get("cache-control")]).toEqual([200, "no-store"]);
});

test("a link of a task opens its view and its files, and nothing else", async () => {
  const { path } = await share(taskId);
  expect(path).toMatch(new RegExp(`^/tasks/${taskId}\\?share=task\\.\\d{10}\\.[\\w-]{22}\\.[\\w-]{43}$`));
  const query = path.slice(path.indexOf("?"));
  const view = await worker(request(path));
  expect([view.status, view.headers.get("vary")]).toEqual([200, "Accept, Authorization, Cookie"]);
  expect(await view.json()).toMatchObject({ taskId });
  const tag = view.headers.get("etag") ?? "";
  expect((await worker(request(path, { headers: { "if-none-match": tag } }))).status).toBe(304);
  expect(await statusOf(`/tasks/${taskId}/${query}`)).toBe(200);
  expect(await statusOf(`${path}&min_version=1`)).toBe(200);
  for (const file of FILES)
    for (const of of ["a", "b"]) expect(await statusOf(`/tasks/${taskId}/tracks/${of}/${file}${query}`)).toBe(200);
  const other = await keptTask();
  for (const closed of [
    "/tasks",
    "/inbox",
    `/tasks/${taskId}/events`,
    `/tasks/${taskId}/tracks`,
    `/tasks/${taskId}/tracks/a`,
    `/tasks/${other}`,
    `/tasks/${other}/tracks/a/audio`,
    `/tasks/${taskId}%2f..%2f${other}`,
    `/tasks/${taskId}/tracks/a%2faudio`,
    `/tasks/${taskId}/tracks/%61/audio%00`,
  ])
    expect([closed, await statusOf(closed + query)]).toEqual([closed, 401]);
});

test("a link of a track opens that track's files alone", async () => {
  const { path } = await share(taskId, { trackId: "a" });
  expect(path).toMatch(new RegExp(`^/tasks/${taskId}/tracks/a/audio\\?share=track\\.`));
  const query = path.slice(path.indexOf("?"));
  const part = await worker(request(path, { headers: { range: "bytes=0-3" } }));
  expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 4]);
  expect((await worker(request(path, { method: "HEAD" }))).status).toBe(200);
  expect(await statusOf(`/tasks/${taskId}/tracks/a/cover${query}`)).toBe(200);
  expect(await statusOf(`/tasks/${taskId}/tracks/a/waveform${query}`)).toBe(200);
  for (const closed of ["", "/events", "/tracks/b/audio", "/tracks/b/cover", "/tracks/b/waveform"])
    expect([closed, await statusOf(`/tasks/${taskId}${closed}${query}`)]).toEqual([closed, 401]);
});

test("a take that is shared from its page is heard on a page of its own, under its number, with nothing of the others", async () => {
  const form = new URLSearchParams({ expiresInSeconds: "60", trackId: "b" });
  const headers = { ...session(), "sec-fetch-site": "same-origin", accept: "text/html" };
  const made = request(`/tasks/${taskId}/share`, { method: "POST", headers, body: form, redirect: "manual" });
  const shown = (await worker(made)).headers.get("location") ?? "";
  const text = await (await worker(request(shown, { headers }))).text();
  const [, link = ""] = /<pre id="share-link"[^>]*>([^<]*)</.exec(text) ?? [];
  const path = link.replaceAll("&amp;", "&").replace(ORIGIN, "");
  expect(path).toMatch(new RegExp(`^/tasks/${taskId}\\?track=b&share=track\\.`));
  const html = await (await worker(request(path, { headers: { accept: "text/html" } }))).text();
  expect(html).toContain("Song b (take 2)");
  expect(html).toContain(`src="/tasks/${taskId}/tracks/b/audio?share=track.`);
  expect(html).not.toMatch(/Song a|tracks\/a\/|files\.zip/);
  const json = await (await worker(request(`${path}&wait=1&min_version=1`))).json();
  expect(json).toMatchObject({ taskId, tracks: [{ trackId: "b" }], files: [] });
  const share = path.slice(path.indexOf("&share="));
  for (const closed of [
    "?track=a",
    "?track=b%00",
    "/events?track=b",
    "/files.zip?track=b",
    "/files/b?track=b",
    "/shares?track=b",
  ])
    expect([closed, await statusOf(`/tasks/${taskId}${closed}${share}`)]).toEqual([closed, 401]);
  expect(await statusOf(`/tasks/${newTaskId()}?track=b${share}`)).toBe(401);
});

test("a link cannot write, whoever follows it", async () => {
  const { path } = await share(taskId);
  const query = path.slice(path.indexOf("?"));
  for (const [method, of] of [
    ["DELETE", ""],
    ["PUT", ""],
    ["POST", "/retry"],
    ["POST", "/assess"],
    ["POST", "/rebuild"],
    ["POST", "/share"],
  ] as const) {
    const ask = request(`/tasks/${taskId}${of}${query}`, { method, headers: { "sec-fetch-site": "same-origin" } });
    expect([of, await problemOf(await worker(ask))]).toMatchObject([of, { status: 401 }]);
  }
  expect(await statusOf(path)).toBe(200);
});

test("a link with any byte altered opens nothing", async () => {
  const links = [await share(taskId), await share(taskId, { trackId: "a" })];
  for (const { path } of links) {
    const start = path.indexOf("?") + 1;
    const altered = Array.from(path.slice(start), (byte, at) => {
      const instead = byte === "1" ? "2" : "1";
      return path.slice(0, start + at) + instead + path.slice(start + at + 1);
    });
    const statuses = await Promise.all(altered.map(statusOf));
    expect(new Set(statuses)).toEqual(new Set([401]));
  }
});

test("the API token, a session or another signature in the URL opens nothing", async () => {
  const later = Date.now() + 60_000;
  const [, cookie = ""] = session().cookie.split("=");
  const values = [
    API_TOKEN,
    `Bearer ${API_TOKEN}`,
    cookie,
    `task.${cookie}`,
    "",
    makeShare(SECRETS.CALLBACK_TOKEN, SHARE_ID, { taskId, trackId: null }, later),
    makeShare(API_TOKEN, SHARE_ID, { taskId: newTaskId(), trackId: null }, later),
  ];
  for (const value of values) expect(await statusOf(`/tasks/${taskId}?share=${encodeURIComponent(value)}`)).toBe(401);
  expect(
    await statusOf(`/tasks/${taskId}?share=${makeShare(API_TOKEN, SHARE_ID, { taskId, trackId: null }, later)}`),
  ).toBe(200);
});

test("a link dies with the token that asked for it", async () => {
  const newer = "newer-api-token-0123456789abcdef0123456789";
  const both = workerWith({ API_TOKEN: `${newer},${API_TOKEN}` });
  const asked = await both(sharing(taskId, {}));
  const { url } = shareLink.parse(await asked.json());
  const newOnly = workerWith({ API_TOKEN: newer });
  expect((await both(new Request(url))).status).toBe(200);
  expect((await newOnly(new Request(url))).status).toBe(401);
});

test("a link dies with its task", async () => {
  const [ofTask, ofTrack] = [await share(taskId), await share(taskId, { trackId: "a" })];
  await worker(acting("DELETE", `/tasks/${taskId}`));
  for (const { path } of [ofTask, ofTrack])
    expect(await problemOf(await worker(request(path)))).toMatchObject({
      status: 410,
      type: "urn:backline:problem:task_deleted",
    });
});

test.each([
  [{ expiresInSeconds: 0 }, "expiresInSeconds"],
  [{ expiresInSeconds: 1.5 }, "expiresInSeconds"],
  [{ expiresInSeconds: "60" }, "expiresInSeconds"],
  [{ expiresInSeconds: 7 * DAY_SECONDS + 1 }, "expiresInSeconds"],
  [{ trackId: "nobody" }, "trackId"],
  [{ expiresIn: 60 }, "expiresIn"],
  [[], "body"],
])("what cannot be shared so is refused: %j", async (body, names) => {
  const refused = await problemOf(await worker(sharing(taskId, body)));
  expect(refused).toMatchObject({ status: 422, type: "urn:backline:problem:invalid_request" });
  expect(refused.detail).toContain(names);
});

test("the body of a share is JSON, or nothing", async () => {
  const refused = await worker(acting("POST", `/tasks/${taskId}/share`, {}, "{"));
  expect(await problemOf(refused)).toMatchObject({ status: 422 });
});

test("a session can share, and the link stands on the public address", async () => {
  const open = workerWith({ PUBLIC_URL: "https://music.example.com" });
  const headers = { ...session(), "sec-fetch-site": "same-origin" };
  const response = await open(request(`/tasks/${taskId}/share`, { method: "POST", headers }));
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining(`"url":"https://music.example.com/tasks/${taskId}?share=`),
  ]);
});

test("who follows a dead link is told so, and asked for nothing", async () => {
  const path = `/tasks/${taskId}?wait=1&share=task.1.${SHARE_ID}.${"x".repeat(43)}`;
  expect((await problemOf(await worker(request(path)))).detail).toContain("This link has expired");
  const page = await worker(request(path, { headers: { accept: "text/html" }, redirect: "manual" }));
  const html = await page.text();
  expect([page.status, page.headers.get("content-type")]).toEqual([401, "text/html; charset=UTF-8"]);
  expect(html).toContain("This link has expired");
  expect(html).not.toMatch(/<form|<nav|\/login|href="\/tasks/);
});

test("a link that was made is listed, and revoked", async () => {
  const [ofTask, ofTrack] = [await share(taskId), await share(taskId, { trackId: "a", download: true })];
  const list = async () => (await worker(reading(`/tasks/${taskId}/shares`))).json();
  const { items } = z.object({ items: z.array(z.unknown()), nextCursor: z.null() }).parse(await list());
  expect(items).toHaveLength(2);
  for (const [{ shareId, expiresAt }, trackId, download] of [
    [ofTask, null, false],
    [ofTrack, "a", true],
  ] as const)
    expect(items).toContainEqual({ shareId, trackId, download, createdAt: like(/Z$/), expiresAt });
  expect(JSON.stringify(await list())).not.toContain("share=");
  // Another task's page revokes nothing of this one.
  const foreign = await worker(acting("DELETE", `/tasks/${newTaskId()}/shares/${ofTask.shareId}`));
  expect([foreign.status, await statusOf(ofTask.path)]).toEqual([404, 200]);
  expect((await worker(acting("DELETE", `/tasks/${taskId}/shares/${ofTask.shareId}`))).status).toBe(204);
  expect([await statusOf(ofTask.path), await statusOf(ofTrack.path)]).toEqual([401, 200]);
  expect(await list()).toMatchObject({ items: [{ shareId: ofTrack.shareId }] });
  const asPerson = { ...session(), accept: "text/html" };
  const shown = async () => (await worker(request(`/tasks/${taskId}/shares`, { headers: asPerson }))).text();
  const listed = await shown();
  // Words that are loose in a row fall apart.
  expect(listed).toMatch(
    /class="row"><span>Take 1 alone, to listen and download, made <time [^>]*>[^<]*<\/time>, until <time [^>]*>[^<]*<\/time><\/span><button/,
  );
  expect(listed).toContain(`action="/tasks/${taskId}/shares/${ofTrack.shareId}/delete"`);
  expect(listed).not.toContain("share=");
  const form = request(`/tasks/${taskId}/shares/${ofTrack.shareId}/delete`, {
    method: "POST",
    headers: { ...session(), "sec-fetch-site": "same-origin" },
    redirect: "manual",
  });
  const revoked = await worker(form);
  expect([revoked.status, revoked.headers.get("location")]).toEqual([303, `/tasks/${taskId}/shares`]);
  expect(await statusOf(ofTrack.path)).toBe(401);
  expect(await shown()).toContain("No link opens this task.");
});

test("of an unknown or deleted task no links are listed", async () => {
  const [unknown, deleted] = [newTaskId(), newTaskId()];
  await worker(callback(message(deleted, "text")));
  await worker(acting("DELETE", `/tasks/${deleted}`));
  for (const [id, status] of [
    [unknown, 404],
    [deleted, 410],
  ] as const)
    expect((await worker(reading(`/tasks/${id}/shares`))).status).toBe(status);
});

test("a guest sees what is allowed, and nothing else", async () => {
  const { path } = await share(taskId);
  const view = z.record(z.string(), z.unknown()).parse(await (await worker(request(path))).json());
  expect(Object.keys(view).toSorted()).toEqual([
    "createdAt",
    "files",
    "product",
    "settled",
    "stage",
    "taskId",
    "tracks",
    "version",
  ]);
  const [first] = z.array(z.record(z.string(), z.unknown())).parse(view["tracks"]);
  const allowed = ["assessment", "audio", "cover", "durationSeconds", "tags", "title", "trackId"];
  expect(Object.keys(first ?? {}).toSorted()).toEqual(allowed);
  expect(Object.keys(z.object({}).loose().parse(first?.["assessment"])).toSorted()).toEqual(["audio", "state"]);
  const files = ["bytes", "contentType", "sha256", "state", "url"];
  for (const file of ["audio", "cover"])
    expect(Object.keys(z.looseObject({}).parse(first?.[file])).toSorted()).toEqual(files);
});

test("nothing of the request, of a failure or of the provider reaches a guest", async () => {
  const id = newTaskId();
  const links = {
    audio_url: "https://undisclosed.example.com/a",
    stream_audio_url: "https://undisclosed.example.com/s",
  };
  await env.TASKS.getByName(id).submitted({
    ref: "undisclosed-ref",
    requestJson: JSON.stringify({
      title: "undisclosed-title",
      tags: "undisclosed-tags",
      negativeTags: "undisclosed-negative",
    }),
    host: "undisclosed.example.org",
  });
  await worker(
    callback(
      message(id, "first", [track("a", { ...links, prompt: "undisclosed-prompt", model_name: "undisclosed-model" })]),
    ),
  );
  await worker(callback({ ...failure(id), msg: "undisclosed-failure" }));
  const { path } = await share(id);
  for (const accept of ["application/json", "text/html"]) {
    const text = await (await worker(request(path, { headers: { accept } }))).text();
    expect(text).toContain("Song a");
    expect(text).not.toMatch(/undisclosed|<nav|\/login|\/logout|href="\/(?:tasks"|stats|docs)/);
  }
});

test("what is signed reaches no log", async () => {
  // Past the lines that stand for the refusals of other tests.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  const written = [vi.spyOn(console, "log"), vi.spyOn(console, "error")];
  for (const spy of written) spy.mockImplementation(() => undefined);
  const { path } = await share(taskId);
  const [, mac = ""] = /\.([\w-]{43})$/.exec(path) ?? [];
  const quiet = workerWith({});
  for (const ask of [path, path.replace(taskId, newTaskId()), `/tasks/${taskId}/events?share=task.1.${mac}`])
    for (const accept of ["text/html", "application/json"]) await quiet(request(ask, { headers: { accept } }));
  const lines = written.flatMap((spy) => spy.mock.calls.map(String));
  expect(lines.join("")).toContain('"verdict":"unauthorized"');
  expect(lines.join("")).not.toContain(mac);
  expect(lines.join("")).not.toContain(taskId);
});

test("a page that was come to by a link carries it on", async () => {
  expect(await carried("share", "?share=task.1.x%26y")).toEqual([
    "/a?share=task.1.x%26y",
    "/a?download&share=task.1.x%26y",
  ]);
  for (const via of ["bearer", "session"] as const)
    expect(await carried(via, "?share=task.1.x")).toEqual(["/a", "/a?download"]);
});

async function statusOf(path: string): Promise<number> {
  const response = await worker(request(path));
  await response.arrayBuffer();
  return response.status;
}

async function carried(via: Via, query: string): Promise<unknown> {
  const app = new Hono<AppEnv>()
    .use(async (c, next) => {
      c.set("via", via);
      await next();
    })
    .get("/page", (c) => c.json([withShare(c, "/a"), withShare(c, "/a?download")]));
  return (await app.request(`${ORIGIN}/page${query}`)).json();
}

/** A task of two tracks whose files are kept, and looked into. */
async function keptTask(): Promise<string> {
  const id = newTaskId();
  const links = (name: string) => ({
    audio_url: `https://cdn.example.com/${id}/${name}.mp3`,
    image_url: `https://cdn.example.com/${id}/${name}.jpeg`,
  });
  const [a, b] = [links("a"), links("b")];
  serveFiles({ [a.audio_url]: SONG, [a.image_url]: COVER, [b.audio_url]: SONG, [b.image_url]: COVER });
  await worker(callback(message(id, "complete", [track("a", a), track("b", b)])));
  const task = env.TASKS.getByName(id);
  await runDurableObjectAlarm(task);
  await task.assess();
  await runDurableObjectAlarm(task);
  await vi.waitFor(async () => {
    const { tracks } = await viewOf(id);
    expect(tracks.map(({ audio, assessment }) => [audio.state, assessment?.state])).toEqual([
      ["stored", "done"],
      ["stored", "done"],
    ]);
  }, PATIENTLY);
  vi.restoreAllMocks();
  return id;
}
