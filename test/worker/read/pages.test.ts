/** The pages: who gets one, what may run in it, and that what the provider says is text wherever it shows. */
import { afterEach, expect, test, vi } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { serveFiles, SONG, WAV } from "../provider-files.ts";
import { session, share } from "../sessions.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { acting, callback, problemOf, reading, request, worker, workerWith } from "../worker.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const HTML = { accept: BROWSER };
/** Alarms run within a second or two. */
const PATIENTLY = { timeout: 10_000, interval: 50 };
const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [BROWSER, "text/html"],
  ["text/html;q=0.5, application/json", "application/json"],
  ["*/*", "application/json"],
  ["application/json", "application/json"],
])("who accepts %s gets %s", async (accept, type) => {
  const taskId = await taskAfter("text");
  for (const path of [`/tasks/${taskId}`, "/tasks", "/stats", "/"]) {
    const response = await worker(reading(path, { accept }));
    expect([path, response.status, response.headers.get("content-type")?.split(";")[0]]).toEqual([path, 200, type]);
    expect(response.headers.get("vary")).toContain("Accept");
    await response.text();
  }
});

test("who accepts nothing in particular gets JSON, with a tag that no page has", async () => {
  const taskId = await taskAfter("text");
  const json = await worker(reading(`/tasks/${taskId}`));
  const html = await worker(reading(`/tasks/${taskId}`, HTML));
  expect(json.headers.get("content-type")).toBe("application/json");
  expect(json.headers.get("etag")).toMatch(/^"/);
  expect(html.headers.get("etag")).toBeNull();
  await Promise.all([json.text(), html.text()]);
});

test("an unknown task tells a person what to do in words, and a program in methods", async () => {
  const path = `/tasks/${newTaskId()}`;
  const [html, json] = [await worker(reading(path, HTML)), await worker(reading(path))];
  const words = await html.text();
  expect([html.status, json.status]).toEqual([404, 404]);
  expect((await problemOf(json)).detail).toContain("PUT /tasks/:id adopts a task");
  expect(words).toContain("With its first callback it appears by itself");
  expect(words).not.toMatch(/\b(PUT|POST|GET)\b/);
});

test("a share link that was made is shown at an address of its own, which makes none however often it is loaded", async () => {
  const taskId = await taskAfter("text");
  const headers = { ...session(), "sec-fetch-site": "same-origin", ...HTML };
  const form = { method: "POST", headers, body: new URLSearchParams({ expiresInSeconds: "60" }) };
  const made = await worker(request(`/tasks/${taskId}/share`, { ...form, redirect: "manual" }));
  const path = made.headers.get("location") ?? "";
  expect([made.status, path.split("=")[0]]).toEqual([303, `/tasks/${taskId}/shares?made`]);
  const links = [];
  for (let load = 0; load < 2; load += 1) {
    const shown = await (await worker(request(path, { headers }))).text();
    links.push(/<pre id="share-link"[^>]*>([^<]*)</.exec(shown)?.[1] ?? "none");
  }
  expect(links[1]).toBe(links[0]);
  expect((await worker(request((links[0] ?? "").replace("https://backline.test", "")))).status).toBe(200);
  const listed = await (await worker(reading(`/tasks/${taskId}/shares`))).json<{ items: unknown[] }>();
  expect(listed.items).toHaveLength(1);
  // Who may only read could make none, and is shown none.
  const READ_TOKEN = "test-read-token-0123456789abcdef012345";
  const reader = { authorization: `Bearer ${READ_TOKEN}`, ...HTML };
  const seen = await (await workerWith({ READ_TOKEN })(request(path, { headers: reader }))).text();
  expect(seen).toContain("All takes, to listen");
  expect(seen).not.toContain("share=");
});

test("a page runs one script, under a nonce of its own", async () => {
  const nonces = new Set<string>();
  for (let n = 0; n < 2; n++) {
    const response = await worker(reading("/tasks", HTML));
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    nonces.add(nonce);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await response.text();
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/ on[a-z]+=|style=/);
  }
  expect(nonces.size).toBe(2);
});

test("what the provider says is text on every page, and links only lead to https", async () => {
  const taskId = newTaskId();
  const fields = {
    title: HOSTILE,
    tags: HOSTILE,
    model_name: HOSTILE,
    stream_audio_url: "javascript:alert(3)",
    image_url: `https://cdn.test/${HOSTILE}`,
    audio_url: "",
  };
  await worker(callback(message(taskId, "text", [track("hostile", fields)])));
  const failed = newTaskId();
  await worker(callback({ code: 500, msg: HOSTILE, data: { callbackType: "error", task_id: failed, data: null } }));
  const search = `/tasks?q=${encodeURIComponent(HOSTILE)}`;
  for (const path of [`/tasks/${taskId}`, `/tasks/${failed}`, "/tasks", search, "/stats"]) {
    const html = await (await worker(reading(path, HTML))).text();
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain("<script>");
    expect(html).not.toMatch(/(?:href|src)="(?!\/|https:|#)/);
  }
  const html = await (await worker(reading(`/tasks/${taskId}`, HTML))).text();
  expect(html).toContain("&lt;script&gt;alert(2)&lt;/script&gt;");
});

test("a stream is played from https alone", async () => {
  const taskId = newTaskId();
  const tracks = [
    track("open", { stream_audio_url: "http://stream.test/open" }),
    track("safe", { stream_audio_url: "https://cdn.example.com/stream/safe" }),
  ];
  await worker(callback(message(taskId, "text", tracks)));
  const html = await (await worker(reading(`/tasks/${taskId}`, HTML))).text();
  expect(html).toContain('src="https://cdn.example.com/stream/safe"');
  expect(html).not.toContain('src="http://stream.test/open"');
});

test("a list without tasks says which callBackUrl to use, and one that was searched in vain says so", async () => {
  const found = await (await worker(reading("/tasks?status=&q=nothing-is-called-this", HTML))).text();
  expect(found).toContain("Nothing matches");
});

test("a page says which stage was passed over, and that a link that cannot be used is followed by another", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: "ftp://cdn.example.com/a.mp3" })])));
  const html = await (await worker(reading(`/tasks/${taskId}`, HTML))).text();
  expect(html).toMatch(/<strong>Text<\/strong><span>not reported/);
  expect(html).toMatch(/<strong>Complete<\/strong><span>to come/);
  expect(html).toContain("Another link is awaited.");
  expect(html).not.toContain("It is tried again by itself.");
});

test("an unknown task is a page that says what to do", async () => {
  const response = await worker(reading(`/tasks/${newTaskId()}`, HTML));
  expect([response.status, response.headers.get("cache-control")]).toEqual([404, "no-store"]);
  expect(await response.text()).toContain("No callback has named this task yet");
});

test("forms act as the API does, and lead back to a page that says what was done", async () => {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  const told = workerWith({ NOTIFY_URL: "https://example.com/told", NOTIFY_SECRET: "secret-of-the-notices-0123" });
  const untold = await worker(acting("POST", `/tasks/${taskId}/notify`));
  expect([untold.status, (await problemOf(untold)).detail]).toEqual([
    503,
    expect.stringContaining("NOTIFY_URL is not set, so there is nobody to tell"),
  ]);
  for (const command of ["retry", "assess", "notify"]) {
    const json = await told(acting("POST", `/tasks/${taskId}/${command}`));
    expect([command, json.status, json.headers.get("content-type")]).toEqual([command, 202, "application/json"]);
    await json.text();
  }
  for (const [action, location] of [
    ["retry", `/tasks/${taskId}?did=retry`],
    ["assess", `/tasks/${taskId}?did=assess`],
    ["notify", `/tasks/${taskId}?did=notify`],
    ["delete", "/tasks"],
  ] as const) {
    const response = await told(
      new Request(acting("POST", `/tasks/${taskId}/${action}`, HTML), { redirect: "manual" }),
    );
    expect([action, response.status, response.headers.get("location")]).toEqual([action, 303, location]);
  }
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(410);
});

test("the front page names what is missing with its command, and no value", async () => {
  const unconfigured = workerWith({ API_TOKEN: "", CALLBACK_TOKEN: "short-value", CALLBACK_HMAC_KEY: "" });
  const html = await (await unconfigured(request("/", { headers: HTML }))).text();
  expect(html).toContain("npx wrangler secret put API_TOKEN");
  expect(html).toContain("npx wrangler secret put CALLBACK_TOKEN");
  expect(html).not.toContain("short-value");
  const configured = await worker(request("/", { headers: HTML }));
  expect(configured.headers.get("link")).toContain('rel="service-desc"');
  expect(await configured.text()).toContain("Configured");
});

test("the list says once that a task was deleted", async () => {
  const taskId = await taskAfter("text");
  const gone = new Request(acting("POST", `/tasks/${taskId}/delete`, HTML), { redirect: "manual" });
  const [cookie = ""] = ((await worker(gone)).headers.get("set-cookie") ?? "").split(";");
  const list = await worker(reading("/tasks", { ...HTML, cookie }));
  expect(await list.text()).toContain("The task was deleted.");
  expect(list.headers.get("set-cookie")).toMatch(new RegExp(`^${cookie.split("=")[0]}=; Max-Age=0`));
  expect(await (await worker(reading("/tasks", HTML))).text()).not.toContain("was deleted");
});

test("who is logged in stays so on a page that is not there, and a stranger is shown the way in", async () => {
  expect(await (await worker(request("/nothing-here", { headers: HTML }))).text()).toContain("Log in</a>");
  const mine = await (await worker(request("/nothing-here", { headers: { ...HTML, ...session() } }))).text();
  expect(mine).toContain("Log out</button>");
  expect(mine).not.toContain("Log in</a>");
});

test("the inbox is in the navigation, offers to deliver what means a task alone, and is led back to", async () => {
  expect(await (await worker(reading("/tasks", HTML))).text()).toContain('<a href="/inbox">Inbox</a>');
  const sha256 = "ab".repeat(32);
  await env.AUDIO.put(`inbox/kept/${new Date().toISOString().slice(0, 10)}/${sha256}`, "names no task", {
    customMetadata: { reason: "not_json", verdict: "token", receivedAt: new Date().toISOString() },
  });
  const html = await (await worker(reading("/inbox", HTML))).text();
  expect(html).toContain(`id="delivery-${sha256}"`);
  expect(html).toContain("known by the token");
  expect(html).not.toContain(`/inbox/${sha256}/deliver`);
  const refused = await worker(acting("POST", `/inbox/${sha256}/deliver`, HTML));
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('<a href="/inbox">Back to the inbox</a>');
});

test("what was made of a take is called by its song for its owner, in the list and for a guest", async () => {
  const [parent, made] = [newTaskId(), newTaskId()];
  const audio_url = `https://cdn.example.com/${parent}/a.mp3`;
  serveFiles({ [audio_url]: SONG });
  await worker(callback(message(parent, "complete", [track("a", { audio_url, title: "Night Drive" })])));
  await vi.waitFor(async () => expect(await env.STATE.get(`task:${parent}`)).toContain("Night Drive"), PATIENTLY);
  const asked = { product: "wav", parent: { taskId: parent, trackId: "a" } };
  await env.TASKS.getByName(made).submitted({ ref: made, requestJson: JSON.stringify(asked), host: null });
  await runDurableObjectAlarm(env.TASKS.getByName(made));
  const name = "WAV of Night Drive (take 1)";
  expect(await (await worker(reading(`/tasks/${made}`, HTML))).text()).toContain(`<h1>${name}</h1>`);
  const guest = await worker(request((await share(made)).path, { headers: HTML }));
  expect(await guest.text()).toContain(`<h1>${name}</h1>`);
  const wav = `https://cdn.example.com/${parent}/a.wav`;
  serveFiles({ [wav]: WAV });
  await worker(callback({ code: 200, msg: "ok", data: { task_id: made, audioWavUrl: wav } }));
  await vi.waitFor(async () => {
    const archive = await worker(reading(`/tasks/${made}/files.zip`));
    expect(archive.headers.get("content-disposition")).toContain("WAV of Night Drive take 1.zip");
    expect(await (await worker(reading(`/tasks?q=${made}`, HTML))).text()).toContain(name);
    expect(await (await worker(reading(`/tasks/${parent}`, HTML))).text()).toContain(`${name}</a>`);
  }, PATIENTLY);
});

async function taskAfter(kind: string): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(message(taskId, kind)));
  return taskId;
}
