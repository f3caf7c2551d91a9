/** Who may call back: the two doors. */
import { expect, test } from "vitest";
import { sign } from "../../../src/core/provider/signature.ts";
import { message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import {
  callback,
  eventsOf,
  problemOf,
  reading,
  request,
  signedCallback,
  viewOf,
  worker,
  workerWith,
  type Fetch,
} from "../worker.ts";

const { CALLBACK_TOKEN, CALLBACK_HMAC_KEY } = SECRETS;
const MIB = 1_024 * 1_024;

test("a callback with the token is received", async () => {
  const taskId = newTaskId();
  const response = await worker(callback(message(taskId, "text")));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "received" });
  expect(await stageOf(taskId)).toBe("text");
});

test("a percent-encoded token is the token", async () => {
  const taskId = newTaskId();
  const encoded = CALLBACK_TOKEN.replaceAll(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  expect((await worker(callback(message(taskId, "text"), { token: encoded }))).status).toBe(200);
  expect(await stageOf(taskId)).toBe("text");
});

test("each value of a rotating token opens, and no other", async () => {
  const [older, newer] = ["older-callback-token-0123456789abcdef", "newer-callback-token-0123456789abcdef"];
  const rotating = workerWith({ CALLBACK_TOKEN: ` ${newer} , ${older}` });
  expect(await statusOf(rotating, callback(message(newTaskId(), "text"), { token: older }))).toBe(200);
  expect(await statusOf(rotating, callback(message(newTaskId(), "text"), { token: newer }))).toBe(200);
  expect(await statusOf(rotating, callback(message(newTaskId(), "text"), { token: `${newer},${older}` }))).toBe(401);
  expect(await statusOf(rotating, callback(message(newTaskId(), "text")))).toBe(401);
});

test("what its headers or its path refuse is refused before its body is read", async () => {
  const missing = new Headers();
  const illFormed = new Headers({ "x-webhook-timestamp": "now", "x-webhook-signature": "none" });
  for (const one of [
    callback(endless(), { token: "wrong" }),
    signedCallback(endless(), missing),
    signedCallback(endless(), illFormed),
  ]) {
    expect((await worker(one)).status).toBe(401);
  }
});

test("a signature is as the provider makes it", async () => {
  const taskId = "ee9c2715375b7837f8bb51d641ff5863";
  const headers = {
    "x-webhook-timestamp": "1769670760",
    "x-webhook-signature": "xG6/yOyrMyJtUdc1yjmHpKLHSHF3MpzOPa6uxSj3qb4=",
  };
  expect((await worker(signedCallback(message(taskId, "text"), headers))).status).toBe(200);
});

test("a signature may be for any of the places where a task id stands", async () => {
  const spellings = [
    (id: string) => ({ data: { task_id: id } }),
    (id: string) => ({ data: { taskId: id } }),
    (id: string) => ({ task_id: id, data: {} }),
    (id: string) => ({ taskId: id, data: null }),
    (id: string) => ({ data: { response: { taskId: id } } }),
  ];
  for (const spelled of spellings) {
    const taskId = newTaskId();
    expect((await worker(signedCallback({ code: 200, ...spelled(taskId) }, signed(taskId)))).status).toBe(200);
    expect(await eventsOf(taskId)).toMatchObject([{ type: "observed", verdict: "hmac" }]);
  }
});

test("the id that verified is the task, whatever other ids the message names", async () => {
  const [preferred, signedId] = [newTaskId(), newTaskId()];
  const both = { code: 200, task_id: signedId, data: { callbackType: "text", task_id: preferred, data: [] } };
  expect((await worker(signedCallback(both, signed(signedId)))).status).toBe(200);
  expect((await worker(callback({ ...both, msg: "two factors" }, { headers: signed(signedId) }))).status).toBe(200);
  expect((await eventsOf(signedId)).map(({ verdict }) => verdict)).toEqual(["hmac", "token+hmac"]);
  expect((await worker(reading(`/tasks/${preferred}`))).status).toBe(404);
});

test("each of several signature keys verifies", async () => {
  const rotating = workerWith({ CALLBACK_HMAC_KEY: "newer-webhook-key,older-webhook-key" });
  const taskId = newTaskId();
  const sent = (key: string) => signedCallback(message(taskId, "text"), signed(taskId, key));
  expect(await statusOf(rotating, sent("newer-webhook-key"))).toBe(200);
  expect(await statusOf(rotating, sent("older-webhook-key"))).toBe(200);
  expect(await statusOf(rotating, sent(CALLBACK_HMAC_KEY))).toBe(401);
});

test("a signature that is older than a day is kept and has no effect", async () => {
  const taskId = newTaskId();
  const old = seconds(Date.now() - 25 * 3_600_000);
  expect(
    (await worker(signedCallback(message(taskId, "complete"), signed(taskId, CALLBACK_HMAC_KEY, old)))).status,
  ).toBe(200);
  expect(await eventsOf(taskId)).toMatchObject([{ verdict: "hmac_stale", kind: "complete" }]);
  expect(await stageOf(taskId)).toBe("pending");
});

test("a signature alone adds links and never replaces one", async () => {
  const taskId = newTaskId();
  const first = message(taskId, "first", [track("a", { stream_audio_url: "https://cdn.example.com/stream/real" })]);
  const forged = message(taskId, "first", [
    track("a", { stream_audio_url: "https://cdn.example.com/stream/forged" }),
    track("b"),
  ]);
  expect((await worker(callback(first))).status).toBe(200);
  expect((await worker(signedCallback(forged, signed(taskId)))).status).toBe(200);
  expect(await streamsOf(taskId)).toEqual({
    a: "https://cdn.example.com/stream/real",
    b: "https://cdn.example.com/stream/b",
  });

  const renewed = message(taskId, "first", [
    track("a", { stream_audio_url: "https://cdn.example.com/stream/renewed" }),
  ]);
  expect((await worker(callback(renewed))).status).toBe(200);
  expect(await streamsOf(taskId)).toMatchObject({ a: "https://cdn.example.com/stream/renewed" });
});

test("beside a token, a wrong signature refuses and a missing one does not", async () => {
  const taskId = newTaskId();
  const wrong = [
    signed(newTaskId()),
    signed(taskId, "another-webhook-key"),
    { "x-webhook-signature": sign(CALLBACK_HMAC_KEY, taskId, "1769670760") },
    { "x-webhook-timestamp": "1769670760" },
  ];
  for (const headers of wrong) expect((await worker(callback(message(taskId, "text"), { headers }))).status).toBe(401);
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
  expect((await worker(callback(message(taskId, "text")))).status).toBe(200);
  expect((await worker(callback(message(taskId, "first"), { headers: signed(taskId) }))).status).toBe(200);
  expect((await eventsOf(taskId)).map(({ verdict }) => verdict)).toEqual(["token", "token+hmac"]);
});

test("a Worker without secrets answers 503 and says how to set them", async () => {
  const bare = workerWith({ CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "" });
  const byToken = await problemOf(await bare(callback(message(newTaskId(), "text"))));
  expect(byToken).toMatchObject({ status: 503, type: "urn:backline:problem:not_configured" });
  expect(byToken.detail).toContain("CALLBACK_TOKEN is not set: run `npx wrangler secret put CALLBACK_TOKEN`");
  const signedDoor = await problemOf(await bare(signedCallback(message(newTaskId(), "text"), {})));
  expect(signedDoor.detail).toContain("CALLBACK_HMAC_KEY is not set: run `npx wrangler secret put CALLBACK_HMAC_KEY`");
});

test("with one of the two secrets its own door opens and the other refuses", async () => {
  const taskId = newTaskId();
  const onlyHmac = workerWith({ CALLBACK_TOKEN: "" });
  expect(await statusOf(onlyHmac, signedCallback(message(taskId, "text"), signed(taskId)))).toBe(200);
  expect(await statusOf(onlyHmac, callback(message(taskId, "text")))).toBe(401);
  const onlyToken = workerWith({ CALLBACK_HMAC_KEY: "" });
  expect(
    await statusOf(onlyToken, callback(message(taskId, "text"), { headers: signed(taskId, "any-key-will-do") })),
  ).toBe(200);
  expect(await statusOf(onlyToken, signedCallback(message(taskId, "text"), signed(taskId)))).toBe(401);
});

test("an invalid secret shuts its door and is named", async () => {
  const cases = [
    { bindings: { CALLBACK_TOKEN: "too-short" }, detail: "CALLBACK_TOKEN is shorter than 32 characters" },
    { bindings: { CALLBACK_TOKEN: `${CALLBACK_TOKEN},` }, detail: "CALLBACK_TOKEN has an empty part" },
  ];
  for (const { bindings, detail } of cases) {
    const answer = await problemOf(await workerWith(bindings)(callback(message(newTaskId(), "text"))));
    expect(answer.status).toBe(503);
    expect(answer.detail).toContain(detail);
    expect(answer.detail).not.toContain("test-callback-token");
  }
  const shortKey = workerWith({ CALLBACK_TOKEN: "", CALLBACK_HMAC_KEY: "short" });
  const { detail } = await problemOf(await shortKey(signedCallback(message(newTaskId(), "text"), {})));
  expect(detail).toContain("CALLBACK_HMAC_KEY is shorter than 16 characters");
});

test("a body of exactly 1 MiB is received", async () => {
  const taskId = newTaskId();
  expect((await worker(callback(padded(taskId, MIB)))).status).toBe(200);
  expect(await stageOf(taskId)).toBe("text");
});

test("a body over 1 MiB is not read to its end", async () => {
  const declared = callback(endless(), { headers: { "content-length": String(MIB + 1) } });
  const flood = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(MIB / 16)) });
  for (const one of [declared, callback(flood)]) expect(await statusOf(workerWith({}), one)).toBe(413);
});

test("another method is refused with the one that is allowed", async () => {
  for (const path of ["/callback", `/callback/${CALLBACK_TOKEN}`, "/callback/wrong"]) {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await worker(request(path, { method }));
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
    }
  }
});

function seconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

function signed(taskId: string, key = CALLBACK_HMAC_KEY, timestamp = seconds(Date.now())): Record<string, string> {
  return { "x-webhook-timestamp": timestamp, "x-webhook-signature": sign(key, taskId, timestamp) };
}

async function statusOf(fetch: Fetch, one: Request): Promise<number> {
  return (await fetch(one)).status;
}

async function stageOf(taskId: string): Promise<string> {
  return (await viewOf(taskId)).stage;
}

async function streamsOf(taskId: string): Promise<Record<string, string | null>> {
  const { tracks } = await viewOf(taskId);
  return Object.fromEntries(tracks.map(({ trackId, streamUrl }) => [trackId, streamUrl]));
}

/** A message padded with blanks to a length in bytes. */
function padded(taskId: string, bytes: number): string {
  return JSON.stringify(message(taskId, "text")).padEnd(bytes, " ");
}

/** Whoever reads this to its end never comes back. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: () => new Promise(() => undefined) });
}
