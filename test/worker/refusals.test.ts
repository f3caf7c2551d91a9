/** What a refusal leaves behind: nothing. Beside one task that is settled, so nothing else moves meanwhile. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { sign } from "../../src/core/signature.ts";
import { failure, message, newTaskId, track } from "./messages.ts";
import { SECRETS } from "./secrets.ts";
import { everythingStored, type Stored } from "./stored.ts";
import { callback, problemOf, request, signedCallback, worker } from "./worker.ts";

const { CALLBACK_TOKEN, CALLBACK_HMAC_KEY } = SECRETS;
const MIB = 1_024 * 1_024;
const STRANGERS = 10_000;
const AT_ONCE = 100;
/** Alarms run within a second or two. */
const PATIENTLY = { timeout: 10_000, interval: 50 };

let before: Stored;

beforeAll(async () => {
  await worker(callback(failure(newTaskId())));
  await worker(callback("kept aside"));
  before = await vi.waitFor(storedOnceSettled, PATIENTLY);
});
afterEach(nothingWasLeft);

test("every refusal is the same 401, and leaves nothing behind", async () => {
  const taskId = newTaskId();
  const body = message(taskId, "complete", [track("a", { audio_url: "https://cdn.test/a.mp3" })]);
  const now = seconds(Date.now());
  const signature = sign(CALLBACK_HMAC_KEY, taskId, now);
  const refused = [
    callback(body, { token: "wrong" }),
    callback(body, { token: CALLBACK_TOKEN.slice(0, -1) }),
    callback(body, { token: `${CALLBACK_TOKEN}a` }),
    callback(body, { token: CALLBACK_TOKEN.toUpperCase() }),
    callback(body, { token: "%ff%zz" }),
    callback("not json", { token: "wrong" }),
    request(`/callback?token=${CALLBACK_TOKEN}`, { method: "POST", body: JSON.stringify(body) }),
    request("/callback", { method: "POST", headers: { authorization: `Bearer ${CALLBACK_TOKEN}` } }),
    signedCallback(body, {}),
    signedCallback(body, { "x-webhook-timestamp": now }),
    signedCallback(body, { "x-webhook-signature": signature }),
    signedCallback(body, { "x-webhook-timestamp": "yesterday", "x-webhook-signature": signature }),
    signedCallback(body, { "x-webhook-timestamp": now, "x-webhook-signature": signature.replace("=", "") }),
    signedCallback(body, { "x-webhook-timestamp": `${Number(now) + 1}`, "x-webhook-signature": signature }),
    signedCallback(body, signed(newTaskId())),
    signedCallback(body, signed(taskId, "another-webhook-key")),
    signedCallback({ code: 200 }, signed(taskId)),
    signedCallback("not json", signed(taskId)),
  ];
  for (const one of refused) {
    const response = await worker(one);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    const { requestId: _, ...answer } = await problemOf(response);
    expect(answer).toEqual({
      type: "urn:backline:problem:unauthorized",
      title: "Not authorized",
      status: 401,
      detail: "The callback could not be authenticated. Use the callBackUrl that was configured for this Worker.",
    });
  }
});

test("a body over 1 MiB is refused, declared or not, and leaves nothing behind", async () => {
  const large = JSON.stringify(message(newTaskId(), "text")).padEnd(MIB + 1, " ");
  for (const one of [callback(large), callback(new Blob([large]).stream())])
    expect(await problemOf(await worker(one))).toMatchObject({ status: 413, title: "Payload too large" });
});

test("ten thousand strangers leave no byte", async () => {
  const doors = [
    () => callback(message(newTaskId(), "complete"), { token: crypto.randomUUID() }),
    tokenless,
    () => request(`/tasks/${newTaskId()}`),
    () => request("/tasks", { method: "POST", body: '{"title":"x"}' }),
    () => request(`/tasks/${newTaskId()}/retry`, { method: "POST" }),
    () => request(`/tasks/${newTaskId()}`, { method: "DELETE" }),
    () => request(`/tasks/${newTaskId()}?share=${crypto.randomUUID()}`),
    () => request("/inbox", { headers: { cookie: "__Host-backline=e30.AAAA" } }),
  ];
  const doorAt = (index: number) => doors[index % doors.length] ?? tokenless;
  for (let first = 0; first < STRANGERS; first += AT_ONCE) {
    const statuses = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => (await worker(doorAt(first + index)())).status),
    );
    expect(statuses.filter((status) => status !== 401)).toEqual([]);
  }
});

async function storedOnceSettled(): Promise<Stored> {
  const stored = await everythingStored();
  expect([stored.objects, stored.files, stored.values].map(({ length }) => length)).toEqual([1, 1, 1]);
  expect(stored.catalog).toMatchObject([["tasks", { settled: 1 }]]);
  return stored;
}

async function nothingWasLeft(): Promise<void> {
  expect(await everythingStored()).toEqual(before);
}

function tokenless(): Request {
  return request("/callback", { method: "POST", body: "{}" });
}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

function signed(taskId: string, key = CALLBACK_HMAC_KEY): Record<string, string> {
  const timestamp = seconds(Date.now());
  return { "x-webhook-timestamp": timestamp, "x-webhook-signature": sign(key, taskId, timestamp) };
}
