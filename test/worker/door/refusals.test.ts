/** What a refusal leaves behind: nothing. Beside one task that is settled, so nothing else moves meanwhile. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { sign } from "../../../src/core/provider/signature.ts";
import { brokenBody, failure, message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { everythingStored, type Stored } from "../stored.ts";
import { callback, problemOf, request, signedCallback, worker, workerWith } from "../worker.ts";

const { CALLBACK_TOKEN, CALLBACK_HMAC_KEY } = SECRETS;
const MIB = 1_024 * 1_024;
const STRANGERS = 10_000;
const AT_ONCE = 100;
/** Alarms run within a second or two. */
const PATIENTLY = { timeout: 25_000, interval: 50 };

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

const WRONG_TOKENS: Readonly<Record<string, string>> = {
  empty: "",
  "a blank": "%20",
  "one letter": CALLBACK_TOKEN.slice(0, 1),
  "a prefix": CALLBACK_TOKEN.slice(0, 16),
  "all but the last letter": CALLBACK_TOKEN.slice(0, -1),
  "all but the first letter": CALLBACK_TOKEN.slice(1),
  "one letter more": `${CALLBACK_TOKEN}x`,
  "one letter before": `x${CALLBACK_TOKEN}`,
  "another last letter": `${CALLBACK_TOKEN.slice(0, -1)}~`,
  "another first letter": `~${CALLBACK_TOKEN.slice(1)}`,
  "as long": "~".repeat(CALLBACK_TOKEN.length),
  twice: CALLBACK_TOKEN.repeat(2),
  "in capitals": CALLBACK_TOKEN.toUpperCase(),
  reversed: Array.from(CALLBACK_TOKEN).toReversed().join(""),
  "with a blank": `${CALLBACK_TOKEN}%20`,
  "with a line break": `${CALLBACK_TOKEN}%0a`,
  "with a NUL": `${CALLBACK_TOKEN}%00`,
  "with a comma": `${CALLBACK_TOKEN},`,
  "with an escaped slash": `${CALLBACK_TOKEN}%2f`,
  "encoded twice": CALLBACK_TOKEN.replaceAll("-", "%252d"),
  "in full width": String.fromCodePoint(...Array.from(CALLBACK_TOKEN, (char) => char.charCodeAt(0) + 0xfee0)),
  "with a combining accent": `${CALLBACK_TOKEN}\u0301`,
  "with a letter of no width": `${CALLBACK_TOKEN}\u200b`,
  "with a Cyrillic letter": CALLBACK_TOKEN.replaceAll("a", "\u0430"),
  "overlong UTF-8": CALLBACK_TOKEN.replaceAll("-", "%c0%ad"),
  "no UTF-8": "%ff%fe",
  "no encoding": "%zz%",
  undefined: "undefined",
  null: "null",
  "a pattern": ".*",
  "the API token": SECRETS.API_TOKEN,
  "the signature's key": CALLBACK_HMAC_KEY,
  "a submission's without its name": capabilityOf(CALLBACK_TOKEN, "order-17").replace("order-17", ""),
  "a submission's under another token": capabilityOf("x".repeat(32), "order-17"),
  "a megabyte": "x".repeat(MIB),
  "a megabyte more": CALLBACK_TOKEN + "x".repeat(MIB),
};

test.each(Object.entries(WRONG_TOKENS))("a wrong token opens nothing, wherever it stands: %s", async (_, token) => {
  const body = JSON.stringify(message(newTaskId(), "text"));
  const post = (path: string, headers: HeadersInit = {}) => request(path, { method: "POST", body, headers });
  const sent = [post(`/callback/${token}`), post(`/callback?token=${token}`), post(`/callback/x?token=${token}`)];
  // A header holds no more than ASCII, and the path has the rest.
  const headers = { authorization: `Bearer ${encodeURI(token)}`, cookie: `__Host-backline=${encodeURI(token)}` };
  if (token !== SECRETS.API_TOKEN) sent.push(request("/tasks", { headers }));
  for (const one of sent) expect((await worker(one)).status).toBe(401);
});

test("the right token opens nothing in another place than the path", async () => {
  const body = JSON.stringify({ ...message(newTaskId(), "text"), token: CALLBACK_TOKEN });
  for (const [path, headers] of [
    [`/callback?token=${CALLBACK_TOKEN}`, {}],
    [`/callback/x?token=${CALLBACK_TOKEN}`, {}],
    ["/callback", { authorization: `Bearer ${CALLBACK_TOKEN}` }],
    ["/callback/x", { authorization: `Bearer ${CALLBACK_TOKEN}` }],
    ["/callback", { authorization: `Basic ${btoa(`:${CALLBACK_TOKEN}`)}` }],
    ["/callback", { "x-callback-token": CALLBACK_TOKEN, cookie: `token=${CALLBACK_TOKEN}` }],
    ["/callback", { "x-webhook-timestamp": seconds(Date.now()), "x-webhook-signature": CALLBACK_TOKEN }],
  ] as const)
    expect((await worker(request(path, { method: "POST", body, headers }))).status).toBe(401);
});

const [OLDEST, OLDER, NEWER] = ["a", "b", "c"].map((letter) => `${letter}-token-0123456789abcdefghijklmnop`);

test.each([
  ["neither secret", { CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "" }, ["", "undefined", "null", CALLBACK_TOKEN], 503],
  ["only the other secret", { CALLBACK_TOKEN: "" }, ["", "undefined", "null", CALLBACK_TOKEN, CALLBACK_HMAC_KEY], 401],
  ["blanks", { CALLBACK_TOKEN: "  \t " }, ["", "%20", "%20%20%09%20", CALLBACK_TOKEN], 401],
  ["a comma", { CALLBACK_TOKEN: "," }, [",", CALLBACK_TOKEN], 503],
  ["a value and nothing", { CALLBACK_TOKEN: `${NEWER},` }, [`${NEWER}`, `${NEWER},`], 503],
  ["a value and a short one", { CALLBACK_TOKEN: `${NEWER},short` }, [`${NEWER}`, "short"], 503],
  ["two values", { CALLBACK_TOKEN: `${NEWER}, ${OLDER}` }, [`${OLDEST}`, `${NEWER},${OLDER}`, `%20${OLDER}`], 401],
  ["the newer value alone", { CALLBACK_TOKEN: `${NEWER}` }, [`${OLDER}`, `${OLDEST}`], 401],
])("a setting of %s opens to none of its wrong tokens", async (_, bindings, tokens, status) => {
  const fetch = workerWith(bindings);
  for (const token of tokens) {
    const response = await fetch(callback(message(newTaskId(), "text"), { token }));
    expect([token, response.status]).toEqual([token, status]);
  }
});

test("a submission's token with any byte altered opens nothing", async () => {
  const token = capabilityOf(CALLBACK_TOKEN, "order-17");
  const altered = Array.from(
    token,
    (byte, at) => token.slice(0, at) + (byte === "1" ? "2" : "1") + token.slice(at + 1),
  );
  const shortened = Array.from(token, (_, at) => token.slice(0, at) + token.slice(at + 1));
  const statuses = await Promise.all(
    [...altered, ...shortened].map(async (one) => (await worker(callback("{}", { token: one }))).status),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
});

test("a body over 1 MiB is refused, declared or not, and leaves nothing behind", async () => {
  const large = JSON.stringify(message(newTaskId(), "text")).padEnd(MIB + 1, " ");
  for (const one of [callback(large), callback(new Blob([large]).stream())])
    expect(await problemOf(await worker(one))).toMatchObject({ status: 413, title: "Payload too large" });
});

test("a body that breaks off is refused as such, and leaves nothing behind", async () => {
  const text = JSON.stringify(message(newTaskId(), "text"));
  for (const headers of [{}, { "content-length": String(text.length + 1) }]) {
    const response = await workerWith({})(callback(brokenBody(text), { headers }));
    expect(await problemOf(response)).toMatchObject({ status: 400, type: "urn:backline:problem:incomplete_body" });
  }
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
  expect(stored.catalog).toContainEqual(["tasks", expect.objectContaining({ settled: 1 })]);
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
