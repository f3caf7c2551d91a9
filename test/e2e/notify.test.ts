/** Notifications to a real endpoint: signed, in order, at least once, and never in the way of the work. */
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { song } from "../rig/provider/serving/songs.ts";
import { startOrigin, type Origin } from "./origin.ts";
import { startReceiver, type Receiver, type Sent } from "../rig/local/receiver.ts";
import { API_TOKEN, startStand, trackOf, type Stand } from "./stand.ts";

const SONG = song(1, 3).bytes;
const KEY = `whsec_${Buffer.from("a key of the end-to-end tests!").toString("base64")}`;
const GONE = "gone: the endpoint answered 410 and gets no more of this task";
const OLD_KEY = "the key before it and no base64";
const PATH = "/hooks/backline?for=tests";
/** Of the Worker's patience with the endpoint. */
const TIMEOUT_MS = 10_000;

let receiver: Receiver;
let stand: Stand;
let files: Origin;

beforeAll(async () => {
  receiver = await startReceiver();
  files = await startOrigin(() => ({ body: SONG }));
  const vars = { NOTIFY_URL: receiver.url + PATH, NOTIFY_SECRET: `${KEY}, ${OLD_KEY}`, ASSESS: "off" };
  stand = await startStand({ timeScale: 100, vars });
});
afterAll(async () => {
  await stand.stop();
  await Promise.all([receiver[Symbol.asyncDispose](), files[Symbol.asyncDispose]()]);
});

const notice = z.object({
  type: z.enum(["notified", "notify_failed", "notify_ended"]),
  kind: z.string(),
  webhookId: z.string(),
  version: z.int().optional(),
  attempts: z.int().optional(),
  times: z.int().optional(),
  reason: z.string().optional(),
});

async function noticesOf(taskId: string): Promise<readonly z.infer<typeof notice>[]> {
  return (await stand.events(taskId)).flatMap((event) => notice.safeParse(event).data ?? []);
}

/** What the endpoint has, once it is so many messages. */
async function sentWhen(taskId: string, count: number, timeout = 20_000): Promise<readonly Sent[]> {
  await vi.waitFor(() => expect(receiver.sentAbout(taskId).length).toBeGreaterThanOrEqual(count), { timeout });
  return receiver.sentAbout(taskId);
}

test.concurrent("a task is told track by track and then as settled, signed for every key that is in use", async () => {
  const { taskId } = stand.submit("Told");
  const view = await stand.finished(taskId);
  const sent = await sentWhen(taskId, 3);
  expect(sent.map(({ type }) => type)).toEqual(["track.stored", "track.stored", "task.settled"]);
  expect(sent.map(({ trackId }) => trackId ?? "").toSorted()).toEqual(
    ["", ...view.tracks.map(({ trackId }) => trackId)].toSorted(),
  );
  for (const { body, headers, data, path } of sent) {
    const signed = z.record(z.string(), z.string()).parse(headers);
    for (const webhook of [new Webhook(KEY), new Webhook(OLD_KEY, { format: "raw" })])
      expect(webhook.verify(body, signed)).toMatchObject({ data });
    expect(() => new Webhook(KEY).verify(`${body} `, signed)).toThrow("No matching signature");
    expect(headers).toMatchObject({ "content-type": "application/json" });
    expect(path).toBe(PATH);
  }
  const last = sent.at(-1);
  expect(last?.data).toMatchObject({ taskId, settled: true, settledAt: last?.timestamp, stage: "complete" });
  const versions = sent.map(({ data }) => data.version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  await vi.waitFor(async () => expect(await noticesOf(taskId)).toHaveLength(3));
  expect(await noticesOf(taskId)).toMatchObject(
    sent.map(({ type, id, data }) => ({ type: "notified", kind: type, webhookId: id, version: data.version })),
  );
});

test.concurrent("an endpoint that refuses is sent the same ids again until it takes them", async () => {
  const { taskId } = stand.submit("Refused", []);
  receiver.answer(taskId, (_, number) => [500, 429, 302, 404][number - 1] ?? 200);
  await stand.complete(taskId, [{ id: "one", audio_url: `${files.url}/refused.mp3` }]);
  const sent = await sentWhen(taskId, 6);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
  expect(sent.map(({ path }) => path)).toEqual(sent.map(() => PATH));
  await vi.waitFor(async () => expect(await countOf(taskId, "notified")).toBe(2), { timeout: 10_000 });
  expect(receiver.sentAbout(taskId)).toHaveLength(6);
  const failures = (await noticesOf(taskId)).filter(({ type }) => type === "notify_failed");
  expect(failures.map(({ reason }) => reason?.slice(0, 5))).toEqual(failures.map(() => "http_"));
  expect(failures.reduce((sum, { times = 0 }) => sum + times, 0)).toBe(4);
});

test.concurrent("an endpoint that says 410 is sent nothing more about that task", async () => {
  const { taskId } = stand.submit("Gone", []);
  receiver.answer(taskId, () => 410);
  await stand.complete(taskId, [{ id: "one", audio_url: `${files.url}/gone.mp3` }]);
  await stand.viewWhen(taskId, ({ settled }) => settled);
  await vi.waitFor(async () => expect(await countOf(taskId, "notify_ended")).toBe(1), { timeout: 10_000 });
  await sleep(3_000);
  expect(receiver.sentAbout(taskId)).toMatchObject([{ type: "track.stored" }]);
  expect(await noticesOf(taskId)).toMatchObject([{ type: "notify_ended", reason: GONE }]);
});

test.concurrent("an endpoint that does not answer delays no copy and no publication", async () => {
  const { taskId } = stand.submit("Silent", []);
  receiver.answer(taskId, (_, number) => (number === 1 ? "silence" : 200));
  await stand.complete(taskId, [{ id: "one", audio_url: `${files.url}/silent-one.mp3` }]);
  const [first] = await sentWhen(taskId, 1);
  const startedAt = Date.now();
  const rest = ["two", "three", "four", "five", "six"];
  await stand.complete(
    taskId,
    rest.map((id) => ({ id, audio_url: `${files.url}/silent-${id}.mp3` })),
  );
  const view = await stand.finished(taskId);
  const tookMs = Date.now() - startedAt;
  expect(view.tracks.map(({ audio }) => audio.state)).toEqual(Array.from({ length: 6 }, () => "stored"));
  expect(receiver.sentAbout(taskId)).toHaveLength(1);
  expect(tookMs).toBeLessThan(TIMEOUT_MS / 2);
  await vi.waitFor(async () => expect(await countOf(taskId, "published")).toBeGreaterThan(0), { timeout: 5_000 });
  expect(receiver.sentAbout(taskId)).toHaveLength(1);

  const sent = await sentWhen(taskId, 8, 30_000);
  expect(sent.filter(({ id }) => id === first?.id)).toHaveLength(2);
  expect((sent[1]?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(TIMEOUT_MS - 1_000);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(7);
  const failed = (await noticesOf(taskId)).find(({ type }) => type === "notify_failed");
  expect(failed).toMatchObject({ webhookId: first?.id, reason: "timeout: no answer within 10 s", times: 1 });
});

test.concurrent("a task that opens again and settles again is told so", async () => {
  const { taskId } = stand.submit("Twice", []);
  await stand.complete(taskId, [{ id: "one", audio_url: `${files.url}/twice-one.mp3` }]);
  await sentWhen(taskId, 2);
  await stand.complete(taskId, [{ id: "two", audio_url: `${stand.provider.url}/nothing-here.mp3` }]);
  await sentWhen(taskId, 3);
  await stand.complete(taskId, [{ id: "two", audio_url: `${files.url}/twice-two.mp3` }]);
  const sent = await sentWhen(taskId, 5);
  expect(sent.map(({ type }) => type)).toEqual([
    "track.stored",
    "task.settled",
    "task.reopened",
    "track.stored",
    "task.settled",
  ]);
  expect(sent.map(({ data }) => data.settled).slice(1, 4)).toEqual([true, false, true]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(5);
  expect(trackOf(await stand.finished(taskId), "two").audio.state).toBe("stored");
});

test.concurrent("a silence that is longer than usual is told", async () => {
  const { taskId } = stand.submit("Stalled", [{ type: "stage", stage: "text", afterMs: 0 }]);
  const [sent] = await sentWhen(taskId, 1, 30_000);
  expect(sent).toMatchObject({ type: "task.stalled", data: { stalled: true, settled: false } });
});

test.concurrent("after a deletion nothing is sent", async () => {
  const { taskId } = stand.submit("Deleted", []);
  receiver.answer(taskId, () => 503);
  await stand.complete(taskId, [{ id: "one", audio_url: `${files.url}/deleted.mp3` }]);
  await sentWhen(taskId, 2);
  const headers = { authorization: `Bearer ${API_TOKEN}` };
  const { status } = await fetch(`${stand.origin}/tasks/${taskId}`, { method: "DELETE", headers });
  expect(status).toBe(204);
  // What was on its way when the task was deleted may still arrive.
  await sleep(1_000);
  const before = receiver.sentAbout(taskId).length;
  await sleep(8_000);
  expect(receiver.sentAbout(taskId)).toHaveLength(before);
});

async function countOf(taskId: string, type: string): Promise<number> {
  return (await stand.events(taskId)).filter((event) => event.type === type).length;
}
