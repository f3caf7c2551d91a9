/** Who only reads, who fails too often, and what every answer says, whoever asks. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { like } from "../../core/matchers.ts";
import { brokenBody, message, newTaskId } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { loggingIn, session } from "../sessions.ts";
import { acting, callback, problemOf, reading, request, worker, workerWith } from "../worker.ts";

const READ_TOKEN = "test-read-token-0123456789abcdef012345";
const OWN = { "sec-fetch-site": "same-origin" };
const withReader = workerWith({ READ_TOKEN });
const reader = { authorization: `Bearer ${READ_TOKEN}` };

let taskId: string;

beforeEach(async () => {
  taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
});

const READS = ["/tasks", "/inbox", "/stats"] as const;
const WRITES = [
  ["POST", "/tasks"],
  ["POST", "/tasks/retry?status=open"],
  ["POST", "/sources/check"],
  ["PUT", "/tasks/ID"],
  ["DELETE", "/tasks/ID"],
  ["POST", "/tasks/ID/retry"],
  ["POST", "/tasks/ID/assess"],
  ["POST", "/tasks/ID/notify"],
  ["POST", "/tasks/ID/rebuild"],
  ["POST", "/tasks/ID/recover"],
  ["POST", "/tasks/ID/share"],
  ["POST", "/tasks/ID/delete"],
  ["POST", "/tasks/ID/adopt"],
  ["DELETE", "/tasks/ID/shares/none"],
  ["POST", "/tasks/ID/shares/none/delete"],
] as const;

test("READ_TOKEN reads, and changes nothing", async () => {
  for (const path of [...READS, `/tasks/${taskId}`, `/tasks/${taskId}/events`])
    expect([path, (await withReader(request(path, { headers: reader }))).status]).toEqual([path, 200]);
  for (const [method, path] of WRITES) {
    for (const headers of [reader, { ...session(0, READ_TOKEN), ...OWN }]) {
      const response = await withReader(request(path.replace("ID", taskId), { method, headers }));
      expect([path, await problemOf(response)]).toMatchObject([
        path,
        { status: 403, type: "urn:backline:problem:read_only" },
      ]);
    }
  }
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(200);
  // Where it is not set, it opens nothing.
  expect((await worker(request("/tasks", { headers: reader }))).status).toBe(401);
});

test("who logged in with READ_TOKEN is shown no way to act, and not the callBackUrl", async () => {
  const login = await withReader(loggingIn(READ_TOKEN));
  const [cookie = ""] = (login.headers.get("set-cookie") ?? "").split(";");
  for (const path of ["/tasks", `/tasks/${taskId}`]) {
    const page = await withReader(request(path, { headers: { cookie, accept: "text/html" } }));
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).not.toContain(SECRETS.CALLBACK_TOKEN);
    const forms = Array.from(html.matchAll(/<form method="post" action="([^"]*)"/g), ([, action]) => action);
    expect(forms).toEqual(["/logout"]);
  }
  const everywhere = request("/logout?everywhere", { method: "POST", headers: { cookie, ...OWN } });
  expect((await withReader(everywhere)).status).toBe(403);
});

test("refused callbacks and logins of one address are slowed, and what is right never is", async () => {
  const headers = { "cf-connecting-ip": "192.0.2.17" };
  const wrong = () => callback(message(newTaskId(), "text"), { token: "wrong", headers });
  const statuses: number[] = [];
  for (let round = 0; round < 15; round += 1) statuses.push((await worker(wrong())).status);
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
  expect(statuses.at(-1)).toBe(429);
  const slowed = await worker(wrong());
  expect(slowed.headers.get("retry-after")).toBe("60");
  expect(await problemOf(slowed)).toMatchObject({ status: 429, type: "urn:backline:problem:too_many_failures" });
  expect((await worker(callback(message(taskId, "first"), { headers }))).status).toBe(200);
  expect((await worker(reading("/tasks", headers))).status).toBe(200);

  const guess = (token: string) =>
    worker(request("/login", { method: "POST", body: new URLSearchParams({ token }), headers, redirect: "manual" }));
  const logins: number[] = [];
  for (let round = 0; round < 15; round += 1) logins.push((await guess("wrong")).status);
  expect([logins[0], logins.at(-1)]).toEqual([401, 429]);
  expect((await guess(SECRETS.API_TOKEN)).status).toBe(303);
  // Somebody else's mistakes are their own.
  const other = { "cf-connecting-ip": "192.0.2.18" };
  expect((await worker(callback("{}", { token: "wrong", headers: other }))).status).toBe(401);
});

test("every answer tells a browser to keep to what is said", async () => {
  const asks = [
    request("/health"),
    request("/"),
    request("/docs"),
    request("/nothing"),
    request("/tasks"),
    reading("/tasks"),
    reading("/tasks", { accept: "text/html" }),
    request("/login"),
    callback(message(taskId, "text")),
    callback("{}", { token: "wrong" }),
    request("/openapi.json"),
  ];
  for (const ask of asks) {
    const { headers } = await worker(ask);
    expect([ask.url, headers.get("x-content-type-options")]).toEqual([ask.url, "nosniff"]);
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  }
  const open = await worker(new Request("http://127.0.0.1:8787/health"));
  expect(open.headers.get("strict-transport-security")).toBeNull();
});

test("a stranger learns what is missing, and nothing of what is to be looked after", async () => {
  const wrong = workerWith({ MAX_AUDIO_BYTES: "many", API_TOKEN: SECRETS.API_TOKEN });
  expect(await (await wrong(request("/health"))).json()).toEqual({ status: "ok", missing: [] });
  expect(await (await wrong(reading("/health"))).json()).toMatchObject({
    warnings: [like("MAX_AUDIO_BYTES")],
  });
  const short = workerWith({ READ_TOKEN: "short" });
  expect(await (await short(request("/health"))).json()).toEqual({ status: "unconfigured", missing: ["READ_TOKEN"] });
});

test("a callBackUrl with a slash too many leads to the door", async () => {
  const { CALLBACK_TOKEN } = SECRETS;
  const paths = [
    `//callback/${CALLBACK_TOKEN}`,
    `/callback//${CALLBACK_TOKEN}`,
    `/callback/${CALLBACK_TOKEN}/`,
    `///callback/${CALLBACK_TOKEN}//`,
  ];
  for (const path of paths) {
    const body = JSON.stringify(message(taskId, "text"));
    const response = await worker(new Request(`https://backline.test${path}`, { method: "POST", body }));
    expect([path, response.status]).toEqual([path, 200]);
  }
  const capability = capabilityOf(CALLBACK_TOKEN, "order-17");
  expect((await worker(callback(message(newTaskId(), "text"), { token: `${capability}/` }))).status).toBe(200);
});

test("a body that is large, broken or slow is refused by every door", async () => {
  const large = JSON.stringify({ title: "x".repeat(64 * 1_024) });
  for (const path of ["/sources/check", `/tasks/${taskId}/share`])
    expect([path, (await worker(acting("POST", path, {}, large))).status]).toEqual([path, 413]);
  const broken = new Request(acting("POST", `/tasks/${taskId}/share`), { method: "POST", body: brokenBody("{") });
  expect(await problemOf(await workerWith({})(broken))).toMatchObject({ status: 400 });
  const never = new ReadableStream({ pull: () => new Promise(() => undefined) });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const waiting = workerWith({ CATALOG: env.CATALOG })(callback(never));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await problemOf(await waiting)).toMatchObject({ status: 400, detail: like("20 s") });
  } finally {
    vi.useRealTimers();
  }
});
