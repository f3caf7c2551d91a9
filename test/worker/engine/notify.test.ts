/** Notifications inside workerd: signed by the library, sent without redirects, and not at all without a secret. */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { message, newTaskId, track } from "../messages.ts";
import { SONG } from "../provider-files.ts";
import { configure } from "../settings.ts";
import { callback, eventsOf, reading, viewOf, worker, workerWith } from "../worker.ts";

const ENDPOINT = "https://hooks.example.com/backline/secret-path";
const SECRET = `whsec_${"Q2Fu".repeat(10)}`;
const AUDIO = "https://cdn.example.com/song.mp3";
const SECONDS = { timeout: 5_000 };

configure({ NOTIFY_URL: ENDPOINT, NOTIFY_SECRET: SECRET });

interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: string | undefined;
}

const sent: Sent[] = [];
const endpoint: { answer: () => Response | Promise<Response> } = { answer: () => new Response() };

beforeEach(() => {
  sent.length = 0;
  endpoint.answer = () => new Response();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const asked = new Request(input, init);
    if (asked.url !== ENDPOINT)
      return new Response(new Blob([SONG]).stream(), { headers: { "content-length": String(SONG.length) } });
    sent.push({ headers: Object.fromEntries(asked.headers), body: await asked.text(), redirect: init?.redirect });
    return endpoint.answer();
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const payload = z.object({ type: z.string(), data: z.object({ taskId: z.string(), version: z.int() }) });

/** A task of one track, until it is settled. */
async function settledTask(): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), SECONDS);
  return taskId;
}

/** Tasks of other tests in this file may still be retrying. */
function sentAbout(taskId: string): readonly Sent[] {
  return sent.filter(({ body }) => body.includes(taskId));
}

async function noticesOf(taskId: string): Promise<readonly object[]> {
  return (await eventsOf(taskId)).filter(({ type }) => type.startsWith("noti"));
}

test("what is sent passes the library's own check, and the timeline names its id and version", async () => {
  const taskId = await settledTask();
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toHaveLength(2), SECONDS);
  const parsed = sentAbout(taskId).map(({ body, headers }) => payload.parse(new Webhook(SECRET).verify(body, headers)));
  expect(parsed).toMatchObject([
    { type: "track.stored", data: { taskId } },
    { type: "task.settled", data: { taskId } },
  ]);
  expect(sentAbout(taskId).map(({ redirect }) => redirect)).toEqual(["manual", "manual"]);
  expect(await noticesOf(taskId)).toMatchObject(
    sentAbout(taskId).map(({ headers }, index) => ({
      type: "notified",
      webhookId: headers["webhook-id"],
      version: parsed[index]?.data.version,
    })),
  );
});

test("neither the endpoint's address nor its answer is kept", async () => {
  endpoint.answer = () => new Response("the endpoint's own words", { status: 500 });
  const taskId = await settledTask();
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toHaveLength(2), SECONDS);
  const told = JSON.stringify(await eventsOf(taskId));
  expect(told).toContain("http_500: the endpoint answered 500");
  expect(told).not.toMatch(/secret-path|own words/);
});

test("a connection that breaks is tried again, in the row that it has, until somebody answers", async () => {
  endpoint.answer = () => Promise.reject(new TypeError("the network is down"));
  const taskId = await settledTask();
  const failed = { type: "notify_failed", reason: "unreachable: the connection failed or broke" };
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toMatchObject([failed, failed]), SECONDS);
  endpoint.answer = () => new Response(null, { status: 204 });
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toHaveLength(4), { timeout: 15_000 });
  expect(await noticesOf(taskId)).toMatchObject([
    { ...failed, times: 1 },
    { ...failed, times: 1 },
    { type: "notified", attempts: 2 },
    { type: "notified", attempts: 2 },
  ]);
  expect(new Set(sentAbout(taskId).map(({ headers }) => headers["webhook-id"])).size).toBe(2);
}, 25_000);

test("a wish to be told again repeats what holds, under the same ids", async () => {
  endpoint.answer = () => new Response(null, { status: 410 });
  const taskId = await settledTask();
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toMatchObject([{ type: "notify_ended" }]), SECONDS);
  const [first] = sentAbout(taskId);
  endpoint.answer = () => new Response();
  await env.TASKS.getByName(taskId).notify();
  await vi.waitFor(() => expect(sentAbout(taskId)).toHaveLength(3), SECONDS);
  expect(sentAbout(taskId)[1]?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
});

test("without a secret /health says that nobody is told, and how to mend it", async () => {
  const health = z.object({ status: z.string(), warnings: z.array(z.string()) });
  const ask = async (bindings: object) =>
    health.parse(await (await workerWith(bindings)(reading("/health"))).json()).warnings.join("\n");
  expect(await ask({})).not.toContain("NOTIFY");
  expect(await ask({ NOTIFY_SECRET: "" })).toContain("npx wrangler secret put NOTIFY_SECRET");
  expect(await ask({ NOTIFY_URL: "http://hooks.example.com" })).toContain("NOTIFY_URL is not used");
});
