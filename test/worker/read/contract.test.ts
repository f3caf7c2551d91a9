/** The small print of the API: conditions on writes, ranges, covers that nobody sent, options that nobody knows. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TaskObject } from "../../../src/platform/task/task-object.ts";
import { submittedView } from "../../../src/http/routes/submit/submissions.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { COVER, SONG } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, eventsOf, problemOf, reading, viewOf, worker, workerWith } from "../worker.ts";

configureWithKey(1);

const AUDIO = "https://cdn.example.com/song.mp3";
const PICTURE = "https://cdn.example.com/a.jpeg";
let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
  provider.files.set(AUDIO, SONG);
  provider.files.set(PICTURE, COVER);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("no write is done to a task that moved on since its view was read", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  const tagOf = async (): Promise<string> => (await worker(reading(`/tasks/${taskId}`))).headers.get("etag") ?? "";
  const stale = await tagOf();
  await worker(callback(message(taskId, "first")));
  const writes = [
    ["DELETE", ""],
    ["PUT", ""],
    ...["retry", "assess", "notify", "rebuild", "share"].map((name) => ["POST", `/${name}`] as const),
  ] as const;
  const { version } = await viewOf(taskId);
  for (const [method, path] of writes) {
    const refused = await worker(acting(method, `/tasks/${taskId}${path}`, { "if-match": stale }));
    expect([method, path, await problemOf(refused)]).toMatchObject([
      method,
      path,
      { status: 412, type: "urn:backline:problem:precondition_failed" },
    ]);
    const since = { "if-unmodified-since": new Date(Date.now() - 60_000).toUTCString() };
    expect((await worker(acting(method, `/tasks/${taskId}${path}`, since))).status).toBe(412);
  }
  expect((await viewOf(taskId)).version).toBe(version);
  expect((await worker(acting("PUT", `/tasks/${newTaskId()}`, { "if-match": "*" }))).status).toBe(412);
  expect((await worker(acting("DELETE", `/tasks/${newTaskId()}`, { "if-match": stale }))).status).toBe(404);
  const retried = await worker(acting("POST", `/tasks/${taskId}/retry`, { "if-match": `"other", ${await tagOf()}` }));
  expect(retried.status).toBe(202);
  expect((await worker(acting("DELETE", `/tasks/${taskId}`, { "if-match": await tagOf() }))).status).toBe(204);
});

/** The namespace of tasks, where the task moves on right after each look at it. */
function racing(move: () => Promise<unknown>): Env["TASKS"] {
  const stubs: ProxyHandler<DurableObjectStub<TaskObject>> = {
    get: (stub, name): unknown =>
      name === "view"
        ? async () => {
            const view = await stub.view();
            await move();
            return view;
          }
        : Reflect.get(stub, name, stub),
  };
  return new Proxy(env.TASKS, {
    get: (tasks, name): unknown =>
      name === "getByName" ? (id: string) => new Proxy(tasks.getByName(id), stubs) : Reflect.get(tasks, name, tasks),
  });
}

test.each<[method: string, path: string]>([
  ["DELETE", ""],
  ["PUT", "/chosen"],
  ["POST", "/retry"],
  ["POST", "/assess"],
  ["POST", "/notify"],
  ["POST", "/recover"],
  ["POST", "/rebuild"],
  ["POST", "/share"],
])("between condition and act nothing comes: %s /tasks/:id%s", async (method, path) => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "first", [track("a"), track("b")])));
  const etag = (await worker(reading(`/tasks/${taskId}`))).headers.get("etag") ?? "";
  let titles = 0;
  const move = async (): Promise<void> => {
    titles += 1;
    await worker(callback(message(taskId, "first", [track("a", { title: `Title ${titles}` }), track("b")])));
  };
  const ask = acting(
    method,
    `/tasks/${taskId}${path}`,
    { "if-match": etag },
    JSON.stringify(path === "/chosen" ? { trackId: "a" } : {}),
  );
  const told = { NOTIFY_URL: "https://hooks.example.com/", NOTIFY_SECRET: "a secret of at least 24 characters" };
  const refused = await workerWith({ TASKS: racing(move), ...told })(ask);
  expect([refused.status, (await problemOf(refused)).type]).toEqual([412, "urn:backline:problem:precondition_failed"]);
  expect(titles).toBeGreaterThan(0);
  expect(new Set((await eventsOf(taskId)).map(({ type }) => type))).toEqual(new Set(["observed"]));
  expect(await (await worker(reading(`/tasks/${taskId}/shares`))).json()).toMatchObject({ items: [] });
});

test.each([
  ["BYTES=0-3", 206, 4],
  ["Bytes = 0-3", 206, 4],
  ["bytes=0-3,", 206, 4],
  ["bytes=,0-3, ,", 206, 4],
  ["bytes=-4", 206, 4],
  ["bytes=5-2", 200, SONG.length],
  ["bytes=0-3,5-2", 200, SONG.length],
  ["bytes=,", 200, SONG.length],
  ["items=0-3", 200, SONG.length],
  ["bytes=0-1,4-5", 200, SONG.length],
  [`bytes=${SONG.length}-`, 416, null],
] as const)("a range is read as the RFC says: %s", async (range, status, length) => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).settled).toBe(true), { timeout: 5_000 });
  const response = await worker(reading(`/tasks/${taskId}/tracks/a/audio`, { range }));
  expect(response.status).toBe(status);
  const { byteLength } = await response.arrayBuffer();
  expect(byteLength).toBe(length ?? byteLength);
  expect(Date.parse(response.headers.get("last-modified") ?? "") > 0 || status === 416).toBe(true);
});

test("a cover that nobody sent is none once the task is settled, and waited for until then", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text", [track("a"), track("b", { image_url: PICTURE })])));
  expect((await viewOf(taskId)).tracks[0]?.cover).toMatchObject({ state: "waiting", url: null });
  await worker(callback(failure(taskId)));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const { tracks } = await viewOf(taskId);
  expect(tracks[0]?.cover).toMatchObject({ state: "none", url: null, bytes: null });
  expect(tracks[1]?.cover.state).not.toBe("none");
});

test("an option or a model that is not known here is passed on, and named in the answer", async () => {
  const taskId = newTaskId();
  provider.accept = () => ({ code: 200, data: { taskId } });
  provider.files.set("https://cdn.example.com/source.mp3", SONG);
  const song = { uploadUrl: "https://cdn.example.com/source.mp3", title: "Song", tags: "jazz", negativeTags: "metal" };
  const body = JSON.stringify({ ...song, styleWieght: 0.5, variety: 2, model: "V9" });
  const response = await worker(acting("POST", "/tasks", {}, body));
  const view = submittedView.parse(await response.json());
  expect(view.warnings).toEqual([expect.stringMatching(/^styleWieght: /), expect.stringMatching(/^model: V9 /)]);
  const asked = vi.mocked(globalThis.fetch).mock.calls.find(([, init]) => init?.method === "POST");
  const text = await new Response(asked?.[1]?.body ?? "null").text();
  const sent: unknown = JSON.parse(text);
  expect(sent).toMatchObject({ styleWieght: 0.5, variety: 2, model: "V9" });
  const plain = await worker(acting("POST", "/tasks", {}, JSON.stringify({ ...song, model: "V5" })));
  expect(submittedView.parse(await plain.json()).warnings).toEqual([]);
});
