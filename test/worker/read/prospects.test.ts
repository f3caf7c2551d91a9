/** What the view of an open task says beyond its log: when to expect its stages, and what a key would add. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { acting, callback, problemOf, reading, viewOf, worker } from "../worker.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const AUDIO = "https://cdn.example.com/song.mp3";
const COMMAND = "npx wrangler secret put PROVIDER_API_KEY";

let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
  provider.files.set(AUDIO, SONG);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60 * MINUTE_MS });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("from the tenth finished task on, the view of an open one tells when to expect its stages", async () => {
  const open = newTaskId();
  for (let n = 1; n <= 9; n += 1) await finishTask(n * SECOND_MS, n * MINUTE_MS);
  expect((await openView(open)).expected).toBeNull();
  await finishTask(10 * SECOND_MS, 10 * MINUTE_MS);
  const { expected, createdAt } = await openView(open);
  const after = (ms: number) => new Date(Date.parse(createdAt) + ms).toISOString();
  expect(expected).toEqual({
    firstAt: { median: after(6 * SECOND_MS), p90: after(10 * SECOND_MS) },
    completeAt: { median: after(6 * MINUTE_MS), p90: after(10 * MINUTE_MS) },
  });
});

test("without a key a task is completed by its callbacks, and its view says what a key would add until then", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  expect((await viewOf(taskId)).advice).toContain(COMMAND);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await viewOf(taskId)).toMatchObject({ settled: true, outcome: "complete", advice: null });
});

test("without a key the view of a task says so when its link died, and when its callbacks stopped", async () => {
  const dead = newTaskId();
  provider.files.set(AUDIO, null);
  await worker(callback(message(dead, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(dead));
  const died = await viewOf(dead);
  expect(died.tracks[0]?.audio.state).toBe("queued");
  expect(died.tracks[0]?.audio.reason).toMatch(/^http_404: /);
  expect(died.advice).toMatch(/With PROVIDER_API_KEY set, the provider can be asked for one: run `npx wrangler secret/);

  const silent = newTaskId();
  await worker(callback(message(silent, "text")));
  vi.setSystemTime(Date.now() + 11 * MINUTE_MS);
  await runDurableObjectAlarm(env.TASKS.getByName(silent));
  const stopped = await viewOf(silent);
  expect(stopped).toMatchObject({ stalled: true, settled: false });
  expect(stopped.advice).toMatch(/since PROVIDER_API_KEY is not set\. To have it asked, run `npx wrangler secret/);
  expect(provider.asked).toEqual([]);
});

test("what the page says to do about a task the view advises too: no link came, a link is dead, all is well", async () => {
  const linkless = newTaskId();
  await worker(callback(message(linkless, "complete", [track("a", { audio_url: null })])));
  vi.setSystemTime(Date.now() + 11 * MINUTE_MS);
  await runDurableObjectAlarm(env.TASKS.getByName(linkless));
  const dead = newTaskId();
  provider.files.set(AUDIO, null);
  await worker(callback(message(dead, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(dead));
  provider.files.set(AUDIO, SONG);
  for (const [taskId, cure] of [
    [linkless, /^The provider's record is not asked, .*, then try again; or look at the task there\.$/],
    [dead, /^Only the provider can give a new link\. /],
  ] as const) {
    const { advice } = await viewOf(taskId);
    expect(advice).toMatch(cure);
    const page = await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text();
    const [, shown = "none"] = /id="cure">([^<]*)</.exec(page) ?? [];
    expect(advice).toContain(shown.replaceAll("&#39;", "'"));
  }
  const whole = newTaskId();
  await worker(callback(message(whole, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(whole));
  expect(await viewOf(whole)).toMatchObject({ settled: true, advice: null });
});

test("what needs the key is refused with the variable and the command that sets it", async () => {
  const request = { uploadUrl: AUDIO, title: "Song", tags: "jazz", negativeTags: "metal" };
  for (const ask of [
    acting("POST", "/tasks", { "content-type": "application/json" }, JSON.stringify(request)),
    acting("PUT", `/tasks/${newTaskId()}`),
  ]) {
    const refused = await problemOf(await worker(ask));
    expect(refused).toMatchObject({ status: 503, type: "urn:backline:problem:not_configured" });
    expect(refused.detail).toContain("PROVIDER_API_KEY is not set");
    expect(refused.detail).toContain(COMMAND);
  }
});

/** The view as an isolate shows it that has not asked the catalog lately. */
async function openView(taskId: string): ReturnType<typeof viewOf> {
  await worker(callback(message(taskId, "text")));
  vi.setSystemTime(Date.now() + MINUTE_MS);
  return viewOf(taskId);
}

/** A task that took so long to its first track, and to its last. */
async function finishTask(firstMs: number, completeMs: number): Promise<void> {
  const taskId = newTaskId();
  const startedAt = Date.now();
  await worker(callback(message(taskId, "text")));
  vi.setSystemTime(startedAt + firstMs);
  await worker(callback(message(taskId, "first", [track("a", { audio_url: AUDIO })])));
  vi.setSystemTime(startedAt + completeMs);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await viewOf(taskId)).toMatchObject({ settled: true });
}
