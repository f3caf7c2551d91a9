/** `POST /tasks`: what is paid for is written down, what is refused is free again, what is unclear comes to an end. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { submittingView } from "../../../src/http/routes/submit/submissions.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { message, newTaskId } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { configureWithKey } from "../settings.ts";
import { reaching } from "../reach.ts";
import { acting, callback, problemOf, reading, viewOf, worker, workerWith, type Fetch } from "../worker.ts";

configureWithKey(1);

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const song = { uploadUrl: "https://cdn.example.com/source.mp3", title: "Song", tags: "jazz", negativeTags: "metal" };

let provider: PlayedProvider;
let tests = 0;

beforeEach(async () => {
  // Each test has its own ten seconds of the provider's limit.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + (tests += 1) * MINUTE_MS });
  provider = playProvider();
  provider.files.set(song.uploadUrl, SONG);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test.each([
  ["a code with an empty object", 200, { code: 413, msg: "no", data: {} }, 422, "too_long"],
  ["a code with an empty text", 200, { code: 429, msg: "no", data: "" }, 422, "no_credits"],
  ["a code with an empty list", 200, { code: 401, msg: "no", data: [] }, 502, "unauthorized"],
  ["a code with null", 200, { code: "455", msg: "no", data: null }, 502, "provider_error"],
  ["a code under another status", 500, { code: 400, msg: "no" }, 422, "invalid_request"],
  ["a status alone", 403, { message: "no" }, 422, "403"],
  ["a status with a page", 404, "<html>nothing here</html>", 502, "PROVIDER_BASE_URL"],
  ["a redirect", 302, "", 502, "PROVIDER_BASE_URL"],
])("a definite refusal is a refusal, and frees the key: %s", async (_, status, body, answered, reason) => {
  const key = crypto.randomUUID();
  provider.answer = () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
  const response = await submit(key);
  expect(response.status).toBe(answered);
  expect((await problemOf(response)).detail).toContain(reason);
  const taskId = accepting();
  const again = await submit(key);
  expect([again.status, await again.json()]).toEqual([202, expect.objectContaining({ taskId })]);
});

test.each([
  [
    { code: 422, msg: `Please enter\n fooBar. ${SECRETS.CALLBACK_TOKEN}` },
    'It said: "Please enter fooBar. [removed]".',
  ],
  [{ code: 422, msg: "no" }, "Check title, negativeTags, tags, uploadUrl, then submit again."],
  [{ code: 404, msg: "There is no such model." }, 'It said: "There is no such model." '],
  [{ code: 404 }, "It gave no message with it."],
  [{ code: 409, msg: "WAV exists" }, 'It said: "WAV exists".'],
  [{ code: 400, msg: "x".repeat(4_000) }, `"${"x".repeat(300)}"`],
])("a refusal says what the provider said, and what to do about it: %j", async (answer, words) => {
  provider.answer = () => Response.json(answer);
  const { detail } = await problemOf(await submit(crypto.randomUUID()));
  expect(detail).toContain(words);
});

test("a refusal names the fields of its product, and when to come again in one way", async () => {
  provider.answer = () => Response.json({ code: 400, msg: "no" });
  const wav = JSON.stringify({ product: "wav", taskId: "t", audioId: "a" });
  expect((await problemOf(await worker(acting("POST", "/tasks", {}, wav)))).detail).toContain("Check taskId, audioId,");
  provider.answer = () => Response.json({ code: 405, msg: "too many" });
  const limited = await submit(crypto.randomUUID());
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "10"]);
  expect((await problemOf(limited)).detail).toContain("Submit again after 10 seconds.");
});

test.each([
  ["the server's own fault", 503, "<html>busy</html>"],
  ["success without a task", 200, JSON.stringify({ code: 200, data: {} })],
  ["half an answer", 200, '{"code":200,"data":{"taskId":"ab'],
  ["success without any data", 200, JSON.stringify({ code: 200, msg: "success", data: null })],
  ["a page of a gateway", 200, "<!doctype html><p>One moment"],
  ["a page without a word", 200, ""],
  ["a gateway that waited too long", 408, "<html>Request Timeout</html>"],
  ["the same in JSON", 408, JSON.stringify({ code: 408, msg: "Request Timeout" })],
  ["a gateway that waited too long, in JSON", 504, JSON.stringify({ code: 504, msg: "Gateway Timeout" })],
  ["a gateway with a code of its own", 524, JSON.stringify({ code: 524, msg: "A timeout occurred" })],
  ["a server's own fault as a code", 200, JSON.stringify({ code: 503, msg: "busy" })],
  ["a code that nobody documents", 200, JSON.stringify({ code: 100, msg: "processing", data: null })],
  ["a code that is none", 200, JSON.stringify({ code: -1, msg: "no" })],
  ["a status of no standard", 499, "<html>Client Closed Request</html>"],
])("what may have been taken is not submitted again, and its callback completes it: %s", async (_, status, body) => {
  const [key, ref, taskId] = [crypto.randomUUID(), newTaskId(), newTaskId()];
  const type = body.startsWith("{") ? "application/json" : "text/html";
  provider.answer = () => new Response(body, { status, headers: { "content-type": type } });
  const first = submittingView.parse(await (await submit(key, worker, { ref })).json());
  expect(first).toMatchObject({ stage: "submitting", taskId: null });
  expect(first.detail).toMatch(/was lost, or named no task\..*first callback.*PUT \/tasks\/<its id>/);
  expect(first.detail.includes("PROVIDER_BASE_URL")).toBe(status === 200 && type === "text/html");
  provider.answer = () => {
    throw new Error("the provider was called again");
  };
  // At once, and not a 409 first: the answer is known to be lost.
  const again = await submit(key, worker, { ref });
  expect([again.status, await again.json()]).toEqual([202, expect.objectContaining({ stage: "submitting" })]);
  const token = capabilityOf(SECRETS.CALLBACK_TOKEN, ref);
  expect((await worker(callback(message(taskId, "text"), { token }))).status).toBe(200);
  expect(await viewOf(taskId)).toMatchObject({ ref, stage: "text" });
  await vi.waitFor(async () => expect(await (await submit(key, worker, { ref })).json()).toMatchObject({ taskId }));
});

test.each([
  ["data.task_id", { code: 200, data: { task_id: "ID" } }, 200],
  ["the top level", { code: 200, msg: "success", taskId: "ID", data: null }, 200],
  ["code 201", { code: 201, data: { taskId: "ID" } }, 201],
  ["no code", { data: { taskId: "ID" } }, 200],
])("a task is known by any form of its id: %s", async (_, answer, status) => {
  const taskId = newTaskId();
  provider.answer = () => new Response(JSON.stringify(answer).replace("ID", taskId), { status });
  expect(await (await submit(crypto.randomUUID())).json()).toMatchObject({ taskId });
});

test("the list of a reference whose answer was lost says so, and shows no callBackUrl to submit with", async () => {
  const [key, ref, taskId] = [crypto.randomUUID(), newTaskId(), newTaskId()];
  provider.answer = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const { headers } = await submit(key, worker, { ref });
  const page = async (): Promise<string> =>
    (await worker(reading(headers.get("location") ?? "", { accept: "text/html" }))).text();
  const until = new Date(Date.now() + 60 * MINUTE_MS).toISOString().slice(0, 14);
  const lost = await page();
  expect(lost).toContain("It may have been taken (and paid)");
  expect(lost).toMatch(new RegExp(`do not submit it again before.*${until}`, "s"));
  expect(lost).toContain('data-busy="true"');
  expect(lost).not.toContain("/callback");
  vi.setSystemTime(Date.now() + 61 * MINUTE_MS);
  expect(await page()).toContain("no callback came since. Look into your account there");
  await worker(callback(message(taskId, "text"), { token: capabilityOf(SECRETS.CALLBACK_TOKEN, ref) }));
  await vi.waitFor(async () => expect(await page()).toContain(`/tasks/${taskId}`));
});

test.each(["ref=nobody-submitted-this", "parent=of-nothing"])("a list by %s of nothing says so", async (query) => {
  const html = await (await worker(reading(`/tasks?${query}`, { accept: "text/html" }))).text();
  expect(html).toContain("Nothing matches");
  expect(html).not.toContain("/callback");
});

test("an unclear submission says what to do after an hour, and is forgotten after 30 days", async () => {
  const key = crypto.randomUUID();
  provider.answer = () => {
    throw new TypeError("the connection broke");
  };
  await submit(key);
  vi.setSystemTime(Date.now() + 61 * MINUTE_MS);
  const { stage, detail } = submittingView.parse(await (await submit(key)).json());
  expect([stage, detail]).toEqual(["unclear", expect.stringContaining("PUT /tasks/")]);
  await watch(env, Date.now() + 29 * DAY_MS);
  expect(await (await submit(key)).json()).toMatchObject({ stage: "unclear" });
  await watch(env, Date.now() + 31 * DAY_MS);
  const taskId = accepting();
  expect(await (await submit(key)).json()).toMatchObject({ taskId });
});

test("what was submitted under a reference is not submitted again, whichever key it comes with", async () => {
  const taskId = accepting();
  const body = JSON.stringify({ ...song, ref: "once" });
  for (const key of ["one", "another"]) {
    const response = await worker(acting("POST", "/tasks", { "idempotency-key": key }, body));
    expect([response.status, await response.json()]).toEqual([202, expect.objectContaining({ taskId })]);
    accepting();
  }
  const other = JSON.stringify({ ...song, ref: "once", title: "Another" });
  expect((await worker(acting("POST", "/tasks", { "idempotency-key": "third" }, other))).status).toBe(422);
});

test("what was submitted and deleted is not submitted again, and the answer says how to", async () => {
  const taskId = accepting();
  const key = newTaskId();
  expect((await submit(key)).status).toBe(202);
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  const again = await submit(key);
  expect([again.status, (await problemOf(again)).detail]).toEqual([
    410,
    expect.stringContaining("use another `ref` or Idempotency-Key"),
  ]);
});

test("what was handed over is dropped after 90 days", async () => {
  const key = crypto.randomUUID();
  accepting();
  await submit(key);
  await watch(env, Date.now() + 89 * DAY_MS);
  expect(await submissionRows(key)).toBe(1);
  await watch(env, Date.now() + 91 * DAY_MS);
  expect(await submissionRows(key)).toBe(0);
});

test("a task whose object is out of reach is written down, and handed over by the watchdog", async () => {
  const key = crypto.randomUUID();
  const taskId = accepting();
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false) });
  const response = await submit(key, cut);
  expect([response.status, response.headers.get("location")]).toEqual([202, `/tasks/${taskId}`]);
  expect(await response.json()).toMatchObject({ stage: "submitting", taskId });
  // The same again, without another call.
  provider.answer = () => {
    throw new Error("the provider was called again");
  };
  expect(await (await submit(key)).json()).toMatchObject({ stage: "submitting", taskId });

  await watch({ ...env, TASKS: reaching(env.TASKS, () => false) }, Date.now());
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
  await watch(env, Date.now() + MINUTE_MS);
  const { request, source } = await viewOf(taskId);
  expect([request, source?.verdict]).toEqual([song, expect.any(String)]);
  expect(await (await submit(key)).json()).toMatchObject({ taskId, request: song });
  expect(await catalogOf(env).handovers(Date.now() + MINUTE_MS, 1_000)).toEqual([]);
});

test("a submission that cannot be handed over keeps no other waiting", async () => {
  const taskIds: string[] = [];
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false) });
  for (let count = 0; count < 3; count += 1) {
    taskIds.push(accepting());
    await submit(crypto.randomUUID(), cut);
  }
  const [broken = "", ...others] = taskIds;
  const tasks = reaching(env.TASKS, (name) => name !== broken);
  await watch({ ...env, TASKS: tasks }, Date.now() + MINUTE_MS);
  for (const taskId of others) expect(await viewOf(taskId)).toMatchObject({ request: song });
  await watch(env, Date.now() + 2 * MINUTE_MS);
  expect(await viewOf(broken)).toMatchObject({ request: song });
});

test("without object and catalog after the provider's answer, the first callback brings task and request together", async () => {
  const taskId = accepting();
  const ref = `mine-${crypto.randomUUID()}`;
  let called = false;
  const { answer } = provider;
  provider.answer = () => {
    called = true;
    return answer();
  };
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false), CATALOG: reaching(env.CATALOG, () => !called) });
  const response = await submit(crypto.randomUUID(), cut, { ref });
  expect([response.status, await response.json()]).toEqual([202, expect.objectContaining({ taskId, ref })]);
  await worker(callback(message(taskId, "text"), { token: capabilityOf(SECRETS.CALLBACK_TOKEN, ref) }));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ ref, request: song }), { timeout: 5_000 });
});

/** The provider takes the next submission as this task. */
function accepting(): string {
  const taskId = newTaskId();
  provider.answer = () => Response.json({ code: 200, msg: "success", data: { taskId } });
  return taskId;
}

async function submit(key: string, as: Fetch = worker, fields: object = {}): Promise<Response> {
  const body = JSON.stringify({ ...song, ...fields });
  return as(acting("POST", "/tasks", { "idempotency-key": key }, body));
}

async function submissionRows(key: string): Promise<number> {
  return runInDurableObject(catalogOf(env), (_, { storage }) => {
    return storage.sql.exec("SELECT ref FROM submissions WHERE key = ?", key).toArray().length;
  });
}
