/** What readers get: the view, the wait for its change, the timeline, the list, and why there is none of it. */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { timelinePage } from "../../../src/http/reading/timeline-page.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { catalogRow } from "../catalog-rows.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { SECRETS } from "../secrets.ts";
import { callback, problemOf, reading, request, viewOf, worker, workerWith } from "../worker.ts";

const DAY_MS = 24 * 3_600_000;

test("a view has a tag, and is not sent again while it is the same", async () => {
  const taskId = await taskAfter("text");
  const first = await worker(reading(`/tasks/${taskId}`));
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  expect(first.headers.get("vary")).toBe("Accept, Authorization, Cookie");
  const etag = first.headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await worker(reading(`/tasks/${taskId}`, { "if-none-match": known }));
    expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
  }
  await worker(callback(message(taskId, "first")));
  const moved = await worker(reading(`/tasks/${taskId}`, { "if-none-match": etag }));
  expect(moved.status).toBe(200);
  expect(moved.headers.get("etag")).not.toBe(etag);
});

test("a version that is not reached is 412 at once, with the current one", async () => {
  const taskId = await taskAfter("text");
  expect((await worker(reading(`/tasks/${taskId}?min_version=1`))).status).toBe(200);
  const behind = await problemOf(await worker(reading(`/tasks/${taskId}?min_version=2`)));
  expect(behind).toMatchObject({ status: 412, type: "urn:backline:problem:version_not_reached", version: 1 });
});

test("who waits is answered when the task moves", async () => {
  const taskId = await taskAfter("text");
  const waiting = worker(reading(`/tasks/${taskId}?wait=10`));
  await scheduler.wait(100);
  const movedAt = Date.now();
  await worker(callback(message(taskId, "first")));
  const view = await (await waiting).json();
  expect(view).toMatchObject({ stage: "first", version: 2 });
  expect(Date.now() - movedAt).toBeLessThan(2_500);
});

test("who waits for nothing gets the view when the time is up", async () => {
  const taskId = await taskAfter("text");
  const askedAt = Date.now();
  const response = await worker(reading(`/tasks/${taskId}?wait=1`));
  expect(Date.now() - askedAt).toBeGreaterThanOrEqual(950);
  expect(await response.json()).toMatchObject({ stage: "text", version: 1 });
  const unreached = await worker(reading(`/tasks/${taskId}?wait=1&min_version=9`));
  expect([unreached.status, await unreached.json()]).toMatchObject([200, { version: 1 }]);
});

test("who waits on a settled task is answered at once, unless a later version is asked for", async () => {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  const tag = (await worker(reading(`/tasks/${taskId}`))).headers.get("etag") ?? "";
  const askedAt = Date.now();
  const answers = [
    await worker(reading(`/tasks/${taskId}?wait=20`)),
    await worker(reading(`/tasks/${taskId}?wait=20&min_version=1`)),
    await worker(reading(`/tasks/${taskId}?wait=20`, { "if-none-match": tag })),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 304]);
  expect(Date.now() - askedAt).toBeLessThan(900);
  const later = await worker(reading(`/tasks/${taskId}?wait=1&min_version=9`));
  expect([later.status, Date.now() - askedAt >= 950]).toEqual([200, true]);
});

test("who waits for a version is answered when it is reached, and not before", async () => {
  const taskId = await taskAfter("text");
  let answered = false;
  const waiting = worker(reading(`/tasks/${taskId}?wait=10&min_version=3`)).then(async (response) => {
    answered = true;
    return response.json();
  });
  await worker(callback(message(taskId, "first")));
  await scheduler.wait(1_200);
  expect(answered).toBe(false);
  await worker(callback(message(taskId, "first", [track("a")])));
  expect(await waiting).toMatchObject({ version: 3 });
});

test("who is behind is answered at once, however long it would wait", async () => {
  const taskId = await taskAfter("text");
  const etag = (await worker(reading(`/tasks/${taskId}`))).headers.get("etag") ?? "";
  await worker(callback(message(taskId, "first")));
  const askedAt = Date.now();
  const byTag = await worker(reading(`/tasks/${taskId}?wait=10`, { "if-none-match": etag }));
  expect([byTag.status, await byTag.json()]).toMatchObject([200, { version: 2 }]);
  const byVersion = await worker(reading(`/tasks/${taskId}?wait=10&min_version=2`));
  expect(await byVersion.json()).toMatchObject({ version: 2 });
  expect(Date.now() - askedAt).toBeLessThan(900);
});

test("nobody waits for an unknown task", async () => {
  const askedAt = Date.now();
  expect((await worker(reading(`/tasks/${newTaskId()}?wait=25&min_version=1`))).status).toBe(404);
  expect(Date.now() - askedAt).toBeLessThan(900);
});

test("a reader that goes away is not waited for", async () => {
  const taskId = await taskAfter("text");
  const asked = vi.spyOn(env.TASKS, "getByName");
  const reader = new AbortController();
  const waiting = workerWith({})(new Request(reading(`/tasks/${taskId}?wait=25`), { signal: reader.signal }));
  await scheduler.wait(300);
  reader.abort();
  const before = asked.mock.calls.length;
  await waiting.catch(() => undefined);
  await scheduler.wait(1_500);
  // One more view for the answer that nobody takes.
  expect(asked.mock.calls.length).toBeLessThanOrEqual(before + 2);
  asked.mockRestore();
});

test.each([
  ["/tasks/a?wait=", "wait"],
  ["/tasks/a?wait=-1", "wait"],
  ["/tasks/a?wait=1.5", "wait"],
  ["/tasks/a?wait=1e3", "wait"],
  ["/tasks/a?min_version=two", "min_version"],
  ["/tasks?status=done", "status"],
  ["/tasks?limit=0", "limit"],
  ["/tasks?limit=1&limit=2", "limit"],
  ["/tasks?limit=ten", "limit"],
  ["/tasks?cursor=1", "cursor"],
  ["/tasks?cursor=x.y", "cursor"],
  ["/tasks?q=", "q"],
  ["/tasks?ref=", "ref"],
  ["/tasks/a/events?cursor=x", "cursor"],
  ["/tasks/a/events?limit=-5", "limit"],
  ["/inbox?cursor=ABC", "cursor"],
  ["/inbox?limit=0x10", "limit"],
])("a bad value is 400 and names its parameter: %s", async (path, name) => {
  const answer = await problemOf(await worker(reading(path)));
  expect(answer).toMatchObject({ status: 400, type: "urn:backline:problem:invalid_query" });
  expect(answer.detail).toMatch(new RegExp(`^Query parameter \`${name}\`: .+\\.$`));
});

test("the timeline is paged, and each event fits its schema", async () => {
  const taskId = await taskAfter("text");
  await worker(callback(message(taskId, "text")));
  await worker(callback(message(taskId, "first", [track("a")])));
  await worker(callback(failure(taskId)));
  const pages = [];
  for (let cursor: string | null = "0"; cursor !== null;) {
    const response = await worker(reading(`/tasks/${taskId}/events?limit=1&cursor=${cursor}`));
    const page: z.infer<typeof timelinePage> = timelinePage.parse(await response.json());
    pages.push(page.items);
    cursor = page.nextCursor;
  }
  expect(pages.map((items) => items.length)).toEqual([1, 1, 1]);
  const kinds = pages.flat().map((event) => (event.type === "observed" ? [event.kind, event.times] : event.type));
  expect(kinds).toEqual([
    ["text", 2],
    ["first", 1],
    ["failed", 1],
  ]);
  const { body } = z.object({ body: z.unknown() }).parse(pages[2]?.[0]);
  expect(body).toEqual(failure(taskId));
});

test("a task is listed right after its callback is answered", async () => {
  const taskId = await taskAfter("text");
  await vi.waitFor(async () => expect((await listed("limit=1"))[0]?.taskId).toBe(taskId), {
    timeout: 500,
    interval: 5,
  });
  await worker(callback(message(taskId, "first", [track("a", { title: "Right after" })])));
  await vi.waitFor(
    async () => expect((await listed("limit=1"))[0]).toMatchObject({ taskId, stage: "first", title: "Right after" }),
    {
      timeout: 500,
      interval: 5,
    },
  );
});

test("the list is newest first and pages without gaps, also where times are equal", async () => {
  const createdAt = Date.now() + DAY_MS;
  const rows = ["b", "a", "c"].flatMap((name) =>
    [0, 1].map((later) => catalogRow({ taskId: `${name}${later}`, createdAt: createdAt + later })),
  );
  await catalogOf(env).tell(rows);
  const whole = (await listed("limit=6")).map(({ taskId }) => taskId);
  expect(whole).toEqual(["c1", "b1", "a1", "c0", "b0", "a0"]);

  const paged: string[] = [];
  for (let query = "limit=4"; paged.length < 6;) {
    const page = await listPage(query);
    paged.push(...page.items.map(({ taskId }) => taskId));
    query = `limit=4&cursor=${page.nextCursor}`;
  }
  expect(paged.slice(0, 6)).toEqual(whole);
});

test("a page has at most 100 tasks, and the last one no cursor", async () => {
  const ref = "crowd";
  await catalogOf(env).tell(Array.from({ length: 101 }, () => catalogRow({ ref })));
  for (const limit of [100, 101, 999]) expect(await listed(`ref=${ref}&limit=${limit}`)).toHaveLength(100);
  expect(await listed(`ref=${ref}`)).toHaveLength(50);
  const { nextCursor } = await listPage(`ref=${ref}&limit=100`);
  const rest = await listPage(`ref=${ref}&limit=100&cursor=${nextCursor}`);
  expect([rest.items.length, rest.nextCursor]).toEqual([1, null]);
});

test("the list is narrowed by status", async () => {
  const ref = "statuses";
  const settledAt = Date.now();
  await catalogOf(env).tell([
    catalogRow({ ref, taskId: "waiting" }),
    catalogRow({ ref, taskId: "silent", stalled: true, stage: "first" }),
    catalogRow({ ref, taskId: "copying", stage: "complete" }),
    catalogRow({ ref, taskId: "done", stage: "complete", settled: true, settledAt }),
    catalogRow({ ref, taskId: "refused", stage: "failed", failureReason: "timeout", settled: true, settledAt }),
  ]);
  const found = async (status: string) =>
    (await listed(`ref=${ref}&status=${status}`)).map(({ taskId }) => taskId).toSorted();
  expect(await found("text")).toEqual(["waiting"]);
  expect(await found("first")).toEqual(["silent"]);
  expect(await found("complete")).toEqual(["copying", "done"]);
  expect(await found("failed")).toEqual(["refused"]);
  expect(await found("open")).toEqual(["copying", "silent", "waiting"]);
  expect(await found("settled")).toEqual(["done", "refused"]);
  expect(await found("stalled")).toEqual(["silent"]);
});

test("the list is searched in titles and ids, in any case and alphabet", async () => {
  const ref = "titles";
  await catalogOf(env).tell([
    catalogRow({ ref, taskId: "Task-ONE", title: "ÜBER den Fluß" }),
    catalogRow({ ref, taskId: "Task-TWO", title: "ПЕСНЯ 100% _live_" }),
    catalogRow({ ref, taskId: "Task-THREE", title: null }),
  ]);
  const found = async (q: string) =>
    (await listed(`ref=${ref}&q=${encodeURIComponent(q)}`)).map(({ taskId }) => taskId);
  expect(await found("über")).toEqual(["Task-ONE"]);
  expect(await found("ÜBER DEN")).toEqual(["Task-ONE"]);
  expect(await found("песня")).toEqual(["Task-TWO"]);
  expect(await found("task-t")).toEqual(["Task-TWO", "Task-THREE"]);
  expect(await found("%")).toEqual(["Task-TWO"]);
  expect(await found("_live_")).toEqual(["Task-TWO"]);
  expect(await found("' OR 1=1 --")).toEqual([]);
  expect(await listed("ref=nobody")).toEqual([]);
});

test.each(["/tasks", "/tasks/a", "/tasks/a/events", "/tasks/a/tracks/b/audio", "/tasks/a/tracks/b/cover", "/inbox"])(
  "%s opens to the API token alone, as a bearer",
  async (path) => {
    const { API_TOKEN } = SECRETS;
    const wrong = [
      request(path),
      request(`${path}?token=${API_TOKEN}&api_token=${API_TOKEN}&access_token=${API_TOKEN}`),
      ...[
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        `Bearer ${API_TOKEN}x`,
        `Bearer ${SECRETS.CALLBACK_TOKEN}`,
        `Basic ${API_TOKEN}`,
        API_TOKEN,
      ].map((authorization) => request(path, { headers: { authorization } })),
    ];
    for (const one of wrong) {
      const response = await worker(one);
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="backline"');
      expect(await problemOf(response)).toMatchObject({ status: 401, type: "urn:backline:problem:unauthorized" });
    }
    expect((await worker(request(path, { headers: { authorization: `bearer  ${API_TOKEN}` } }))).status).not.toBe(401);
    const shut = await problemOf(await workerWith({ API_TOKEN: "" })(reading(path)));
    expect(shut).toMatchObject({ status: 503, type: "urn:backline:problem:not_configured" });
    expect(shut.detail).toContain("npx wrangler secret put API_TOKEN");
    const rotating = workerWith({ API_TOKEN: `newer-api-token-0123456789abcdef,${API_TOKEN}` });
    expect((await rotating(reading(path))).status).not.toBe(401);
  },
);

test("what does not exist is a problem document with a request id", async () => {
  const paths = ["/nothing", "/tasks/a/b", `/callback/${SECRETS.CALLBACK_TOKEN}/more`];
  for (const path of paths) {
    const response = await worker(
      new Request(reading(path), { headers: { ...authorized(), "x-request-id": "asked-42" } }),
    );
    const requestId = response.headers.get("x-request-id") ?? "";
    // Ours, whatever the sender would like to stand in our log.
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await problemOf(response)).toMatchObject({
      status: 404,
      type: "urn:backline:problem:not_found",
      requestId,
    });
  }
  for (const id of [newTaskId(), "a%2Fb", "%00", "a".repeat(129), "%E2%80%AE"]) {
    expect(await problemOf(await worker(reading(`/tasks/${id}`)))).toMatchObject({
      status: 404,
      type: "urn:backline:problem:task_not_found",
    });
  }
});

test("another method is refused with those that are allowed", async () => {
  for (const [path, allow] of [
    ["/tasks/a/events", "GET, HEAD"],
    ["/inbox", "GET, HEAD"],
    ["/health", "GET, HEAD"],
    ["/openapi.json", "GET, HEAD"],
  ] as const) {
    const response = await worker(request(path, { method: "PATCH", headers: authorized() }));
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
    expect(await problemOf(response)).toMatchObject({ type: "urn:backline:problem:method_not_allowed" });
  }
});

test("a fault of our own is an opaque 500", async () => {
  const broken = workerWith({
    CATALOG: new Proxy(env.CATALOG, {
      get() {
        throw new Error("the secret is in the message");
      },
    }),
  });
  const answer = await problemOf(await broken(reading("/tasks")));
  expect(answer).toMatchObject({ status: 500, type: "urn:backline:problem:internal" });
  expect(JSON.stringify(answer)).not.toContain("secret");
});

/** A task that has had one callback. */
async function taskAfter(callbackType: string): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(message(taskId, callbackType)));
  expect((await viewOf(taskId)).version).toBe(1);
  return taskId;
}

async function listPage(query: string): Promise<z.infer<typeof taskList>> {
  return taskList.parse(await (await worker(reading(`/tasks?${query}`))).json());
}

async function listed(query: string): Promise<z.infer<typeof taskList>["items"]> {
  return (await listPage(query)).items;
}

function authorized(): Record<string, string> {
  return { authorization: `Bearer ${SECRETS.API_TOKEN}` };
}
