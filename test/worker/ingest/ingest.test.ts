/** What is authenticated is answered 200 and kept, whatever is in it: in its task's log, or in the inbox. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { sha256Hex } from "../../../src/core/ids.ts";
import { fileInInbox } from "../../../src/platform/inbox/inbox.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import {
  callback,
  eventsOf,
  inboxEntries,
  problemOf,
  reading,
  request,
  viewOf,
  worker,
  workerWith,
} from "../worker.ts";

const DAY_MS = 24 * 3_600_000;
const ECHO = JSON.stringify({ title: "Song", callBackUrl: `https://backline.test/callback/${SECRETS.CALLBACK_TOKEN}` });

test("of many that come at once, each is counted, and different ones are all kept", async () => {
  const taskId = newTaskId();
  const same = message(taskId, "text");
  const others = ["first", "complete"].map((type) => message(taskId, type, [track("a")]));
  await Promise.all([same, ...others, same, same, ...others, same].map((body) => worker(callback(body))));
  const observed = (await eventsOf(taskId)).filter(({ type }) => type === "observed");
  const counts = observed.map(({ kind, times }) => `${String(kind)} ${String(times)}`);
  expect(counts.toSorted()).toEqual(["complete 2", "first 2", "text 4"]);
});

test("what is answered is durable by then: it outlives a crash right after the answer", async () => {
  const taskId = newTaskId();
  await received(message(taskId, "text"));
  await runInDurableObject(env.TASKS.getByName(taskId), (_, state) => state.abort("a crash")).catch(() => undefined);
  expect(await eventsOf(taskId)).toMatchObject([{ type: "observed", kind: "text", times: 1 }]);
});

test("what names no usable task is kept in the inbox with its reason", async () => {
  const latin1 = Uint8Array.from(`{"task_id":"caf\u00e9"}`, (char) => char.charCodeAt(0));
  const cases = [
    { body: "", reason: "not_json" },
    { body: "status=complete", reason: "not_json" },
    { body: '{"code":200,"data":{"task_id":"a"', reason: "not_json" },
    { body: "\0", reason: "not_json" },
    { body: latin1, reason: "not_utf8", shown: latin1.toBase64() },
    { body: "null", reason: "no_task_id" },
    { body: "[]", reason: "no_task_id" },
    { body: '"complete"', reason: "no_task_id" },
    { body: '{"code":200,"data":{"task_id":""}}', reason: "no_task_id" },
    { body: '{"data":{"task_id":".."}}', reason: "no_task_id" },
    { body: '{"data":{"task_id":9007199254740993}}', reason: "no_task_id" },
    { body: '{"data":{"task_id":"a/b"}}', reason: "no_task_id" },
    { body: `{"data":{"task_id":"${"a".repeat(129)}"}}`, reason: "no_task_id" },
    { body: String.raw`{"data":{"task_id":"a\u0000b"}}`, reason: "no_task_id" },
    { body: String.raw`{"data":{"task_id":"\ud800"}}`, reason: "no_task_id" },
    { body: `${"[".repeat(100_000)}${"]".repeat(100_000)}`, reason: "no_task_id" },
  ];
  for (const { body } of cases) await received(body);
  const entries = new Map((await inboxEntries()).map((entry) => [entry.sha256, entry]));
  for (const { body, reason, shown } of cases) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    expect(entries.get(sha256Hex(bytes))).toMatchObject({
      reason,
      verdict: "token",
      bytes: bytes.length,
      body: shown ?? body,
    });
  }
});

test("the same bytes are one entry of the inbox", async () => {
  const body = `not json ${newTaskId()}`;
  await received(body);
  await received(body);
  expect((await inboxEntries()).filter((entry) => entry.body === body)).toHaveLength(1);
});

test("the inbox is paged without gaps or repeats", async () => {
  for (let index = 0; index < 5; index += 1) await received(`page ${index} ${newTaskId()}`);
  const whole = (await inboxEntries()).map(({ sha256 }) => sha256);
  // A page shows its own entries the newest first.
  const paged = (await inboxEntries(2)).map(({ sha256 }) => sha256);
  expect(paged.toSorted()).toEqual(whole.toSorted());
  expect(whole.length).toBeGreaterThanOrEqual(5);
});

test("a byte order mark before the message does not matter", async () => {
  const taskId = newTaskId();
  await received(`\ufeff${JSON.stringify(message(taskId, "text"))}`);
  expect(await viewOf(taskId)).toMatchObject({ stage: "text" });
});

test("a message of any depth reaches its task", async () => {
  const taskId = newTaskId();
  const deep = `{"code":200,"deep":${"[".repeat(100_000)}${"]".repeat(100_000)},"data":{"callbackType":"text","task_id":"${taskId}"}}`;
  await received(deep);
  expect(await viewOf(taskId)).toMatchObject({ stage: "text" });
  expect(await eventsOf(taskId)).toMatchObject([{ sha256: sha256Hex(deep), body: deep }]);
});

test("a key called __proto__ is a key like any other", async () => {
  const taskId = newTaskId();
  await received(
    `{"__proto__":{"code":500,"task_id":"other"},"code":200,"data":{"__proto__":[],"callbackType":"text","task_id":"${taskId}"}}`,
  );
  expect(await viewOf(taskId)).toMatchObject({ stage: "text", failure: null });
  const [event] = await eventsOf(taskId);
  expect(JSON.stringify(event)).toContain('"__proto__":{"code":500');
});

test("of a key that stands twice the last one counts", async () => {
  const [first, last] = [newTaskId(), newTaskId()];
  await received(`{"code":500,"code":200,"data":{"task_id":"${first}","callbackType":"text","task_id":"${last}"}}`);
  expect(await viewOf(last)).toMatchObject({ stage: "text", failure: null });
  expect((await worker(reading(`/tasks/${first}`))).status).toBe(404);
});

test("NUL and lone surrogates inside of text are kept and shown", async () => {
  const taskId = newTaskId();
  const tracks = String.raw`[{"id":"a","audio_url":"","title":"\u0000 a\ud800b \udc00","tags":"\ud83d"},{"id":"\ud800","audio_url":""}]`;
  await received(`{"code":200,"data":{"callbackType":"text","task_id":"${taskId}","data":${tracks}}}`);
  const view = await viewOf(taskId);
  expect(view.tracks[0]).toMatchObject({ trackId: "a", title: "\0 a\ufffdb \ufffd", tags: "\ufffd" });
  expect(view.tracks).toHaveLength(2);
  const listed = await vi.waitFor(async () => {
    const response = await worker(reading("/tasks?limit=100"));
    const text = await response.text();
    expect(text).toContain(taskId);
    return text;
  });
  expect(listed).toContain(String.raw`"title":"\u0000 a`);
});

test.each([
  ["as a string", (taskId: string) => JSON.stringify({ code: 200, data: { taskId, param: ECHO, status: "SUCCESS" } })],
  ["as an object", (taskId: string) => `{"data":{"param":{"a":["}",${ECHO}]},"taskId":"${taskId}"}}`],
  [
    "under an escaped key",
    (taskId: string) => String.raw`{"data":{"\u0070aram":${JSON.stringify(ECHO)},"taskId":"${taskId}"}}`,
  ],
  [
    "inside of a JSON string",
    (taskId: string) => JSON.stringify({ data: { taskId, resultJson: JSON.stringify({ param: ECHO }) } }),
  ],
  [
    "in great depth",
    (taskId: string) =>
      `{"deep":${"[".repeat(20_000)}{"param":${JSON.stringify(ECHO)}}${"]".repeat(20_000)},"task_id":"${taskId}"}`,
  ],
])("the echo of the request is never stored: %s", async (_, bodyFor) => {
  const taskId = newTaskId();
  const body = bodyFor(taskId);
  expect(body).toContain(SECRETS.CALLBACK_TOKEN);
  await received(body);
  const [event] = await eventsOf(taskId);
  expect(event).toMatchObject({ type: "observed", sha256: sha256Hex(body) });
  expect(JSON.stringify(event)).toContain("[removed]");
  expect(JSON.stringify(event)).not.toContain(SECRETS.CALLBACK_TOKEN);
});

test("the echo of the request is not stored in the inbox either", async () => {
  const anonymous = JSON.stringify({ data: { param: ECHO }, n: newTaskId() });
  const cut = anonymous.slice(0, -20);
  const latin1 = Uint8Array.from(`{"title":"caf\u00e9","param":${JSON.stringify(ECHO)}}`, (char) => char.charCodeAt(0));
  for (const body of [anonymous, cut, latin1]) await received(body);
  const entries = await inboxEntries();
  for (const body of [anonymous, cut, latin1]) {
    expect(entries.find(({ sha256 }) => sha256 === sha256Hex(body))).toBeDefined();
  }
  const everything = entries.map(({ body, reason }) => (reason === "not_utf8" ? atob(body) : body)).join("\n");
  expect(everything).toContain('"title":"caf\u00e9"');
  expect(everything).not.toContain(SECRETS.CALLBACK_TOKEN);
});

test("what cannot reach its task is kept within 8 seconds, and delivered by the cron", async () => {
  const taskId = newTaskId();
  const stub = env.TASKS.getByName(taskId);
  const body = JSON.stringify(message(taskId, "first", [track("a")]));
  void runInDurableObject(stub, (_, state) => state.blockConcurrencyWhile(() => scheduler.wait(10_000)));
  await scheduler.wait(100);
  const sentAt = Date.now();
  await received(body);
  expect(Date.now() - sentAt).toBeGreaterThan(7_500);
  expect(Date.now() - sentAt).toBeLessThan(9_500);
  const waiting = { sha256: sha256Hex(body), reason: "unreachable", verdict: "token", body };
  expect(await inboxEntries()).toContainEqual(expect.objectContaining(waiting));

  await watch(env, Date.now());
  expect(await viewOf(taskId)).toMatchObject({ stage: "first", tracks: [{ trackId: "a" }] });
  expect(await inboxEntries()).not.toContainEqual(expect.objectContaining(waiting));
}, 20_000);

test("the cron keeps what names no task for 30 days", async () => {
  const body = `kept ${newTaskId()}`;
  await received(body);
  await watch(env, Date.now() + 29 * DAY_MS);
  expect((await inboxEntries()).map((entry) => entry.body)).toContain(body);
  await watch(env, Date.now() + 31 * DAY_MS);
  expect(await inboxEntries()).toEqual([]);
});

test("the inbox is for readers with the API token alone", async () => {
  expect(await problemOf(await worker(request("/inbox")))).toMatchObject({ status: 401 });
  expect(await problemOf(await workerWith({ API_TOKEN: "" })(reading("/inbox")))).toMatchObject({ status: 503 });
  const posted = await worker(new Request(reading("/inbox"), { method: "POST" }));
  expect(posted.status).toBe(405);
  expect(posted.headers.get("allow")).toBe("GET, HEAD");
});

test("a flood that belongs to no task is refused with 503, never dropped silently", async () => {
  const flood = `flood ${newTaskId()}`;
  // Starts with a fresh minute, so that the count cannot begin anew in the middle.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  try {
    const entry = { reason: "not_json", verdict: "token", receivedAt: "", taskId: null, ref: null, host: "" } as const;
    const filed: boolean[] = [];
    for (let index = 0; index < 600; index += 1)
      filed.push(await fileInInbox(env, { ...entry, sha256: `f${index}` }, flood, () => undefined));
    expect(filed).not.toContain(false);
    const refused = await worker(callback(`${flood} over`));
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await problemOf(refused)).toMatchObject({ status: 503, type: "urn:backline:problem:overloaded" });
    const taskId = newTaskId();
    await received(message(taskId, "text"));

    vi.setSystemTime(Date.now() + 60_000);
    await received(`${flood} over`);
  } finally {
    vi.useRealTimers();
  }
});

async function received(body: unknown): Promise<void> {
  const response = await worker(callback(body));
  expect([response.status, await response.json()]).toEqual([200, { status: "received" }]);
}

test("what is read off a message tells no callBackUrl either", async () => {
  const taskId = newTaskId();
  const url = `https://backline.test/callback/${SECRETS.CALLBACK_TOKEN}`;
  const body = {
    code: 400,
    msg: `${url} failed`,
    data: { callbackType: "failed", task_id: taskId, data: [track("a", { title: url })] },
  };
  expect((await worker(callback(body))).status).toBe(200);
  for (const path of ["", "/events"]) {
    const shown = await (await worker(reading(`/tasks/${taskId}${path}`))).text();
    expect(shown).toContain("/callback/[removed]");
    expect(shown).not.toContain(SECRETS.CALLBACK_TOKEN);
  }
});
