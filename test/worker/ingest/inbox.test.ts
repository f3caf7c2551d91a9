/** The inbox: one entry stops no other, one capability closes no door, and what is dropped is counted. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { sha256Hex } from "../../../src/core/ids.ts";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { healthReport } from "../../../src/http/routes/site/health.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { fileInInbox, type InboxEntry } from "../../../src/platform/inbox/inbox.ts";
import { emptyInbox } from "../../../src/platform/inbox/replay.ts";
import { message, newTaskId, track } from "../messages.ts";
import { reaching } from "../reach.ts";
import { SECRETS } from "../secrets.ts";
import { acting, callback, inboxEntries, problemOf, reading, viewOf, worker, workerWith } from "../worker.ts";

const DAY_MS = 24 * 60 * 60_000;
const later = (work: Promise<unknown>): void => void work.catch(() => undefined);
/** The minutes that pass here belong to one day, whatever time it is: what is counted by the day begins anew with it. */
const MORNING = Math.floor(Date.now() / DAY_MS) * DAY_MS;
let minutes = 0;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("one entry that cannot be read stops no other, and goes after 30 days", async () => {
  const taskId = newTaskId();
  await env.AUDIO.put(`inbox/due/${"0".repeat(64)}-${"0".repeat(16)}`, "{", {
    customMetadata: metadataOf(newTaskId()),
  });
  await env.AUDIO.put(`inbox/due/${"1".repeat(64)}-${"0".repeat(16)}`, "{}", { customMetadata: { strange: "yes" } });
  const waiting = JSON.stringify(message(taskId, "first", [track("a")]));
  await env.AUDIO.put(`inbox/due/${"f".repeat(64)}-${"0".repeat(16)}`, waiting, { customMetadata: metadataOf(taskId) });
  await emptyInbox(env, Date.now());
  expect(await viewOf(taskId)).toMatchObject({ stage: "first" });
  await emptyInbox(env, Date.now() + 31 * DAY_MS);
  expect((await env.AUDIO.list({ prefix: "inbox/due/" })).objects).toEqual([]);
});

test("what can be delivered is found however much else there is, and the rest is not read for it", async () => {
  const taskId = newTaskId();
  freshMinute();
  const junk = Array.from({ length: 300 }, (_, index) => `junk ${index} ${taskId}`);
  for (const body of junk) await worker(callback(body));
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false) });
  await cut(callback(message(taskId, "text")));
  const list = vi.spyOn(env.AUDIO, "list");
  const get = vi.spyOn(env.AUDIO, "get");
  await emptyInbox(env, Date.now());
  expect(await viewOf(taskId)).toMatchObject({ stage: "text" });
  expect([list.mock.calls.length, get.mock.calls.length]).toEqual([3, 1]);
  await emptyInbox(env, Date.now() + 31 * DAY_MS);
  expect(await inboxEntries()).toEqual([]);
}, 30_000);

test("deliveries of a task that is out of reach have no limit, and the same bytes overwrite none", async () => {
  freshMinute();
  const entry: InboxEntry = {
    ...metadataOf(newTaskId()),
    taskId: newTaskId(),
    ref: null,
    reason: "unreachable",
    sha256: "",
  };
  const filed = await Promise.all(
    Array.from({ length: 700 }, (_, index) =>
      fileInInbox(env, { ...entry, sha256: sha256Hex(`u${index}`) }, "{}", later),
    ),
  );
  expect(filed).not.toContain(false);
  const same = { ...entry, sha256: sha256Hex("same") };
  await fileInInbox(env, { ...same, receivedAt: "2026-01-01T00:00:00.000Z" }, "{}", later);
  await fileInInbox(env, { ...same, receivedAt: "2026-01-02T00:00:00.000Z" }, "{}", later);
  await fileInInbox(env, { ...same, verdict: "hmac" }, "{}", later);
  await fileInInbox(env, { ...same, taskId: newTaskId() }, "{}", later);
  await fileInInbox(env, { ...same, reason: "other_ref" }, "{}", later);
  const { objects } = await env.AUDIO.list({ prefix: `inbox/due/${same.sha256}`, include: ["customMetadata"] });
  expect(objects.map(({ customMetadata }) => customMetadata?.["receivedAt"])).toContain("2026-01-01T00:00:00.000Z");
  expect(objects).toHaveLength(3);
  expect((await inboxEntries()).filter(({ sha256 }) => sha256 === same.sha256)).toHaveLength(4);
  await emptyInbox({ ...env, TASKS: reaching(env.TASKS, () => true) }, Date.now() + 31 * DAY_MS);
}, 30_000);

test("1,000 junk bodies under one capability close the door to nobody else, and are said in /health", async () => {
  freshMinute();
  const leaked = capabilityOf(SECRETS.CALLBACK_TOKEN, "leaked");
  const statuses: number[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const junk = worker(callback(`junk ${index}`, { token: leaked }));
    const taskId = newTaskId();
    const real = index % 50 === 0 ? worker(callback(message(taskId, "text"))) : null;
    const other =
      index % 100 === 0
        ? worker(callback(`mine ${index}`, { token: capabilityOf(SECRETS.CALLBACK_TOKEN, `other${index}`) }))
        : null;
    statuses.push((await junk).status);
    expect([(await real)?.status ?? 200, (await other)?.status ?? 200]).toEqual([200, 200]);
  }
  expect((await worker(callback("from the bare token"))).status).toBe(200);
  expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  expect(statuses.filter((status) => status === 503)).toHaveLength(940);

  // In the next minutes, until the capability's day is full; and bytes count as entries do.
  for (let index = 0; index < 400; index += 1) {
    if (index % 50 === 0) freshMinute();
    await worker(callback(`more ${index}`, { token: leaked }));
  }
  freshMinute();
  expect((await worker(callback("once more", { token: leaked }))).status).toBe(503);
  const large = "x".repeat(1_000_000);
  const answers: number[] = [];
  for (let index = 0; index < 6; index += 1)
    answers.push(
      (await worker(callback(large + index, { token: capabilityOf(SECRETS.CALLBACK_TOKEN, "large") }))).status,
    );
  expect(answers).toEqual([200, 200, 200, 200, 503, 503]);

  const { warnings } = healthReport.parse(await (await worker(reading("/health"))).json());
  expect(warnings).toContainEqual(expect.stringMatching(/^\d+ deliveries that belong to no task were refused/));
  expect(await catalogOf(env).droppedFromInbox(Date.now())).toBeGreaterThanOrEqual(200);
  expect(await catalogOf(env).droppedFromInbox(Date.now() + 40 * DAY_MS)).toBe(0);
}, 60_000);

test("the total is bounded", async () => {
  const catalog = catalogOf(env);
  const now = Date.now() + 100 * DAY_MS;
  const gib = 1_024 ** 3;
  const admitted: boolean[] = [];
  for (let day = 0; day < 12; day += 1)
    admitted.push(await catalog.admitToInbox("token", false, gib, now + day * DAY_MS));
  expect(admitted).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
  expect(await catalog.admitToInbox("token", false, gib, now + 31 * DAY_MS)).toBe(true);
});

function freshMinute(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: MORNING + (minutes += 1) * 60_000 });
}

function metadataOf(taskId: string): {
  reason: "unreachable";
  verdict: string;
  receivedAt: string;
  host: string;
  taskId: string;
} {
  return {
    reason: "unreachable",
    verdict: "token",
    receivedAt: new Date().toISOString(),
    host: "backline.test",
    taskId,
  };
}

test("what somebody delivers again goes to the task that it names, and leaves the inbox", async () => {
  freshMinute();
  const taskId = newTaskId();
  const body = JSON.stringify(message(taskId, "text"));
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false) });
  await cut(callback(body));
  const entry = (await inboxEntries()).find(({ sha256 }) => sha256 === sha256Hex(body));
  expect(entry).toMatchObject({ taskId, reason: "unreachable" });
  const html = await (await worker(reading("/inbox", { accept: "text/html" }))).text();
  expect(html).toContain(`/inbox/${sha256Hex(body)}/deliver`);
  const done = await worker(acting("POST", `/inbox/${sha256Hex(body)}/deliver`));
  expect(await done.json()).toEqual({ sha256: sha256Hex(body), taskId });
  expect(await viewOf(taskId)).toMatchObject({ stage: "text" });
  expect((await inboxEntries()).some(({ sha256 }) => sha256 === sha256Hex(body))).toBe(false);
  expect((await worker(acting("POST", `/inbox/${sha256Hex(body)}/deliver`))).status).toBe(404);
});

test("what names no task cannot be delivered, and stays", async () => {
  freshMinute();
  const body = `nothing that names a task ${newTaskId()}`;
  const key = `inbox/kept/${new Date().toISOString().slice(0, 10)}/${sha256Hex(body)}`;
  await env.AUDIO.put(key, body, {
    customMetadata: { reason: "not_json", verdict: "token", receivedAt: new Date().toISOString() },
  });
  const refused = await worker(acting("POST", `/inbox/${sha256Hex(body)}/deliver`));
  expect([refused.status, (await problemOf(refused)).detail]).toEqual([422, expect.stringContaining("names no task")]);
  expect(await env.AUDIO.head(key)).not.toBeNull();
});

test("the newest comes first whatever the size of a page, and the page for people shows the beginning alone", async () => {
  await emptyInbox(env, Date.now() + 31 * DAY_MS);
  const times = [40, 3, 3, 2, 0].map((days, index) =>
    new Date(Date.now() - days * DAY_MS - index * 60_000).toISOString(),
  );
  const long = "x".repeat(100_000);
  for (const receivedAt of times) {
    const metadata = { reason: "not_json", verdict: "token", receivedAt };
    await env.AUDIO.put(`inbox/kept/${receivedAt.slice(0, 10)}/${sha256Hex(receivedAt)}`, `${receivedAt} ${long}`, {
      customMetadata: metadata,
    });
  }
  const newest = times.toSorted().toReversed();
  for (const limit of [1, 2, 4, 5, 100]) {
    const seen = (await inboxEntries(limit)).map(({ receivedAt }) => receivedAt);
    expect(seen.map((time) => time.slice(0, 10))).toEqual(newest.map((time) => time.slice(0, 10)));
    expect(new Set(seen)).toEqual(new Set(newest));
  }
  expect((await inboxEntries()).map(({ receivedAt }) => receivedAt)).toEqual(newest);
  expect((await inboxEntries()).every(({ bytes, body }) => bytes === body.length)).toBe(true);
  const html = await (await worker(reading("/inbox", { accept: "text/html" }))).text();
  expect(html.length).toBeLessThan(30_000);
  expect(html).toContain("What was sent, 100 kB");
  expect(html).toContain("Its beginning.");
});

test("what can be delivered comes before the newest, and only what was cut is called a beginning", async () => {
  await emptyInbox(env, Date.now() + 31 * DAY_MS);
  await file("unreachable", 9, JSON.stringify({ hello: "éééé" }));
  await file("not_json", 1, "{");
  expect((await inboxEntries()).map(({ reason }) => reason)).toEqual(["unreachable", "not_json"]);
  expect(await pageOf()).not.toContain("Its beginning.");
  await file("not_utf8", 0, new Uint8Array(2_500).fill(255));
  expect(await pageOf()).toContain("Its beginning.");
  await emptyInbox(env, Date.now() + 31 * DAY_MS);
});

async function file(reason: InboxEntry["reason"], minutesAgo: number, body: string | Uint8Array): Promise<void> {
  const receivedAt = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const sha256 = sha256Hex(`${reason} ${minutesAgo}`);
  const place =
    reason === "unreachable" ? `due/${sha256}-${"0".repeat(16)}` : `kept/${receivedAt.slice(0, 10)}/${sha256}`;
  await env.AUDIO.put(`inbox/${place}`, body, { customMetadata: { ...metadataOf(newTaskId()), receivedAt, reason } });
}

async function pageOf(): Promise<string> {
  return (await worker(reading("/inbox", { accept: "text/html" }))).text();
}
