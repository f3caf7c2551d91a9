/**
 * With the provider's key: submitting, asking when nobody calls, fresh links, confirmation, and what a user can do
 * about a task.
 */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { sign } from "../../src/core/provider/signature.ts";
import { taskView, type TaskView } from "../../src/core/view/view.ts";
import { noFaults } from "../rig/provider/hostile/faults.ts";
import { API_TOKEN, expectKept, startStand, type Stand } from "./stand.ts";

const KEY = "provider-key-of-the-end-to-end-tests";
const HMAC_KEY = "webhook-key-of-the-end-to-end-tests";

const problem = z.object({ type: z.string(), detail: z.string() });
const submitting = z.object({ stage: z.literal("submitting"), ref: z.string() });
const list = z.object({ items: z.array(z.object({ taskId: z.string() })) });
const inboxPage = z.object({ items: z.array(z.object({ reason: z.string(), body: z.string() })) });
const PATIENT = { timeout: 15_000, interval: 200 };

let stand: Stand;

beforeAll(async () => {
  stand = await startStand({
    timeScale: 100,
    providerKey: KEY,
    vars: { SOURCE_ORIGINS: "http://127.0.0.1:*", CALLBACK_HMAC_KEY: HMAC_KEY },
  });
});

afterAll(() => stand.stop());
beforeEach(() => void Object.assign(stand.provider.faults, noFaults()));

test("submits with a callBackUrl of its own and shows what was asked", async () => {
  const response = await submit({ title: "Asked for", styleWeight: 0.65, somethingNew: [1] });
  expect(response.status).toBe(202);
  const { taskId, request, ref } = await viewOf(response);
  expect(response.headers.get("location")).toBe(`/tasks/${taskId}`);
  expect(request).toMatchObject({ title: "Asked for", styleWeight: 0.65, somethingNew: [1] });
  const sent = sentTask(taskId);
  expect(sent.request.callBackUrl).toMatch(new RegExp(`^${stand.origin}/callback/${ref}\\.[0-9a-f]{64}$`));
  const view = await stand.finished(taskId);
  expect(view).toMatchObject({ stage: "complete", ref, stages: { complete: { via: "callback" } } });
  await expectKept(stand, sent, view);
  const events = await stand.events(taskId);
  expect(events.filter(({ via }) => via === "callback").map(({ verdict }) => verdict)).not.toContain("token");
});

test("gives the first answer to the same key, and refuses it for another request", async () => {
  const key = { "idempotency-key": crypto.randomUUID() };
  const first = await viewOf(await submit({ title: "Once" }, key));
  const before = stand.provider.tasks.size;
  const again = await submit({ title: "Once" }, key);
  expect([again.status, (await viewOf(again)).taskId]).toEqual([202, first.taskId]);
  const other = await submit({ title: "Twice" }, key);
  expect([other.status, await problemType(other)]).toEqual([422, "urn:backline:problem:idempotency_conflict"]);
  expect(stand.provider.tasks.size).toBe(before);
});

test("submits once where two requests with one ref come at the same time", async () => {
  const ref = `mine-${crypto.randomUUID()}`;
  const before = stand.provider.tasks.size;
  const answers = await Promise.all([submit({ title: "Race", ref }), submit({ title: "Race", ref })]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409]);
  expect(stand.provider.tasks.size).toBe(before + 1);
});

test("refuses a source that is no audio, missing, empty or forbidden, and submits nothing", async () => {
  const before = stand.provider.tasks.size;
  stand.provider.faults.file = ({ url }) =>
    url.pathname.includes("page") ? { kind: "html" } : url.pathname.includes("empty") ? { kind: "empty" } : null;
  const sources = {
    [stand.provider.sourceUrl("page")]: "not_audio",
    [stand.provider.sourceUrl("empty")]: "empty",
    [`${stand.provider.url}/nowhere.mp3`]: "http_404",
    "https://10.0.0.1/song.mp3": "refused",
  };
  for (const [uploadUrl, reason] of Object.entries(sources)) {
    const response = await submit({ uploadUrl });
    const { type, detail } = problem.parse(await response.json());
    expect([response.status, type]).toEqual([422, "urn:backline:problem:source_refused"]);
    expect(detail).toContain(`${reason}:`);
  }
  expect(stand.provider.tasks.size).toBe(before);
});

test("finds out what became of a task of which every callback got lost", async () => {
  stand.provider.faults.callback = () => "drop";
  const { taskId } = await viewOf(await submit({ title: "Unheard" }));
  const view = await stand.finished(taskId);
  expect(view.stages.complete).toMatchObject({ via: "poll" });
  await expectKept(stand, sentTask(taskId), view);
});

test("reunites a task with its submission when the provider's answer was lost", async () => {
  stand.provider.faults.answer = (route) => (route === "submit" ? { kind: "cut" } : null);
  const key = { "idempotency-key": crypto.randomUUID() };
  const response = await submit({ title: "Answer lost" }, key);
  const { ref } = submitting.parse(await response.json());
  expect([response.status, response.headers.get("location")]).toEqual([202, `/tasks?ref=${ref}`]);
  const view = await vi.waitFor(async () => {
    const { items } = list.parse(await (await stand.client.get(`/tasks?ref=${ref}`)).json());
    const found = await stand.client.task(items[0]?.taskId ?? "none");
    expect(found?.request).toMatchObject({ title: "Answer lost" });
    return found;
  }, PATIENT);
  const again = await submit({ title: "Answer lost" }, key);
  expect((await viewOf(again)).taskId).toBe(view?.taskId);
});

test("asks for fresh links when the known ones fail or have expired, and copies nothing twice", async () => {
  const expiring = await startStand({ timeScale: 100, providerKey: KEY, provider: { linkLifeMs: 200_000 } });
  const expired = Date.now() + 2_500;
  expiring.provider.faults.file = ({ file }) =>
    file === "audio" && Date.now() < expired ? { kind: "status", status: 500 } : null;
  const sent = expiring.submit("Expired");
  const view = await expiring.finished(sent.taskId);
  await expectKept(expiring, sent, view);
  const events = await expiring.events(sent.taskId);
  expect(events.some(({ type, reason }) => type === "copy_failed" && /^http_(403|500)/.test(reason ?? ""))).toBe(true);
  expect(events.some(({ type, via }) => type === "observed" && via === "poll")).toBe(true);
  expect(events.filter(({ type, file }) => type === "copied" && file === "audio")).toHaveLength(2);
  await expiring.stop();
});

test("counts a delivery that is known by its signature alone only once the record confirms it", async () => {
  const { taskId } = stand.submit("Signed", [{ type: "stage", stage: "text", afterMs: 0, silent: true }]);
  const forged = {
    code: 200,
    msg: "ok",
    data: {
      callbackType: "complete",
      task_id: taskId,
      data: [{ id: "evil", audio_url: `${stand.provider.url}/source/evil.mp3` }],
    },
  };
  expect((await signedCallback(taskId, forged)).status).toBe(200);
  const view = await stand.viewWhen(taskId, ({ stages }) => stages.complete?.unconfirmed === true);
  expect(view.stage).not.toBe("complete");
  await vi.waitFor(async () => {
    const events = await stand.events(taskId);
    expect(events.some(({ type }) => type === "polled")).toBe(true);
  }, PATIENT);
  const after = await stand.client.task(taskId);
  expect(after?.stage).not.toBe("complete");
  expect(after?.tracks.map(({ trackId }) => trackId)).not.toContain("evil");
});

test("adopts a task that was submitted elsewhere, and none that the provider does not know", async () => {
  const elsewhere = stand.provider.submit({
    uploadUrl: stand.provider.sourceUrl("vocals"),
    title: "Elsewhere",
    tags: "house",
    negativeTags: "vocals",
    callBackUrl: "http://127.0.0.1:9/nobody",
  });
  const adopted = await stand.client.get(`/tasks/${elsewhere.taskId}`, { method: "PUT" });
  expect(adopted.status).toBe(201);
  const view = await stand.finished(elsewhere.taskId);
  await expectKept(stand, elsewhere, view);
  const unknown = await stand.client.get(`/tasks/${"0".repeat(32)}`, { method: "PUT" });
  expect(unknown.status).toBe(404);
  expect((await stand.client.get(`/tasks/${"0".repeat(32)}`)).status).toBe(404);
});

test("files a delivery with the capability of another submission in the inbox", async () => {
  const mine = await viewOf(await submit({ title: "Mine" }));
  const other = await viewOf(await submit({ title: "Other" }));
  const body = { code: 400, msg: "forged", data: { callbackType: "failed", task_id: mine.taskId, data: null } };
  const response = await fetch(sentTask(other.taskId).request.callBackUrl, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  const inbox = inboxPage.parse(await (await stand.client.get("/inbox")).json());
  expect(inbox.items).toContainEqual(expect.objectContaining({ reason: "other_ref", body: JSON.stringify(body) }));
  expect((await stand.finished(mine.taskId)).stage).toBe("complete");
});

test("forgets a task for good: no file, no list, no callback brings it back", async () => {
  const { taskId } = stand.submit("Forgotten");
  await stand.finished(taskId);
  expect((await stand.client.get(`/tasks/${taskId}`, { method: "DELETE" })).status).toBe(204);
  expect((await stand.client.get(`/tasks/${taskId}`)).status).toBe(410);
  await vi.waitFor(async () => expect(await stand.objects(taskId)).toEqual([]), PATIENT);
  await stand.provider.send(taskId, "complete", stand.provider.bodyOf(taskId, "complete"));
  for (const path of ["", "/events"]) expect((await stand.client.get(`/tasks/${taskId}${path}`)).status).toBe(410);
  expect((await stand.client.tasks()).map((item) => item.taskId)).not.toContain(taskId);
  expect(await stand.objects(taskId)).toEqual([]);
});

test("deletes the file of a copy that ends after its task was forgotten", async () => {
  stand.provider.faults.file = ({ file }) => (file === "audio" ? { kind: "drip", bytesPerSecond: 40_000 } : null);
  const { taskId } = stand.submit("Forgotten early");
  await stand.viewWhen(taskId, ({ tracks }) => tracks.some(({ audio }) => audio.attempts > 0));
  expect((await stand.client.get(`/tasks/${taskId}`, { method: "DELETE" })).status).toBe(204);
  await vi.waitFor(() => expect(sentTask(taskId).fetches.filter(({ path }) => path.endsWith(".mp3"))).toHaveLength(2), {
    timeout: 10_000,
  });
  await vi.waitFor(async () => expect(await stand.objects(taskId)).toEqual([]), PATIENT);
});

test("tries lost files again on demand, one task or many", async () => {
  let closed = true;
  stand.provider.faults.file = ({ file }) => (file === "audio" && closed ? { kind: "status", status: 404 } : null);
  const { taskId } = stand.submit("Lost and found");
  // A day, at this scale, is some fourteen minutes: the loss itself is tested in the core.
  await stand.viewWhen(taskId, ({ tracks }) => tracks.length === 2 && tracks.every(({ audio }) => audio.attempts > 1));
  closed = false;
  const many = await stand.client.get("/tasks/retry?status=open", { method: "POST" });
  expect(many.status).toBe(202);
  const retried = z.object({ items: z.array(z.string()), nextCursor: z.null() }).parse(await many.json());
  expect(retried.items).toContain(taskId);
  await expectKept(stand, sentTask(taskId), await stand.finished(taskId));
  const one = await stand.client.get(`/tasks/${taskId}/retry`, { method: "POST" });
  expect(one.status).toBe(202);
  expect((await stand.finished(taskId)).tracks.map(({ audio }) => audio.state)).toEqual(["stored", "stored"]);
});

test("folds a healthy log anew to the same bytes", async () => {
  stand.provider.faults.callback = (_, kind) => (kind === "first" ? "drop" : "double");
  const { taskId } = await viewOf(await submit({ title: "Healthy" }));
  await stand.finished(taskId);
  await stand.client.get(`/tasks/${taskId}/retry`, { method: "POST" });
  const before = await stand.client.task(taskId);
  const rebuilt = await stand.client.get(`/tasks/${taskId}/rebuild`, { method: "POST" });
  expect(await rebuilt.json()).toMatchObject({ taskId, identical: true, version: before?.version });
  expect(await stand.client.task(taskId)).toEqual(before);
});

function submit(fields: object, headers: Record<string, string> = {}): Promise<Response> {
  const request = {
    uploadUrl: stand.provider.sourceUrl("vocals"),
    title: "Song",
    tags: "house",
    negativeTags: "vocals",
    model: "V5",
    ...fields,
  };
  return stand.client.get("/tasks", {
    method: "POST",
    body: JSON.stringify(request),
    headers: { "content-type": "application/json", authorization: `Bearer ${API_TOKEN}`, ...headers },
  });
}

async function viewOf(response: Response): Promise<TaskView> {
  return taskView.parse(await response.json());
}

async function problemType(response: Response): Promise<string> {
  return problem.parse(await response.json()).type;
}

function sentTask(taskId: string): Parameters<typeof expectKept>[1] {
  const task = stand.provider.tasks.get(taskId);
  if (task === undefined) throw new Error(`the provider knows no task ${taskId}`);
  return task;
}

function signedCallback(taskId: string, body: object): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = sign(HMAC_KEY, taskId, timestamp);
  const headers = { "x-webhook-timestamp": timestamp, "x-webhook-signature": signature };
  return fetch(`${stand.origin}/callback`, { method: "POST", body: JSON.stringify(body), headers });
}
