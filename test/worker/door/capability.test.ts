/** The callBackUrl of a submission is good for the one task of that submission, whatever a message says. */
import { env, exports } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { SOURCE_EXAMPLE } from "../../../src/openapi/examples/assessment-examples.ts";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider, recordOf } from "../provider-api.ts";
import { SECRETS } from "../secrets.ts";
import { configure, configureWithKey } from "../settings.ts";
import { storedOf } from "../stored.ts";
import { acting, callback, eventsOf, inboxEntries, problemOf, reading, viewOf, worker } from "../worker.ts";

configureWithKey(1);
configure({ AUDIO_ORIGINS: "" });

afterEach(() => {
  vi.restoreAllMocks();
});

test("a reference that was never submitted opens no task", async () => {
  const taskId = newTaskId();
  await report(newTaskId(), taskId);
  // The delivery in the inbox.
  expect((await storedOf(taskId)).filter((one) => typeof one !== "string")).toHaveLength(1);
  expect(await reasonFor(taskId)).toBe("unknown_ref");
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
});

test("a reference that has its task invents no other, and occupies no id", async () => {
  const [ref, own, invented] = [newTaskId(), newTaskId(), newTaskId()];
  await submitted(ref, own);
  await report(ref, invented);
  expect(await reasonFor(invented)).toBe("other_ref");
  expect((await worker(reading(`/tasks/${invented}`))).status).toBe(404);
  // The rightful callback of that id finds it free.
  await worker(callback(message(invented, "text")));
  expect(await viewOf(invented)).toMatchObject({ ref: null, stage: "text" });
  await report(ref, own);
  expect(await viewOf(own)).toMatchObject({ ref, stage: "first" });
});

test("a task that came by the bare token is neither filled nor named by a reference", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  const [open, taken, unknown] = [newTaskId(), newTaskId(), newTaskId()];
  await submitted(open, null);
  await submitted(taken, newTaskId());
  for (const ref of [open, taken, unknown]) await report(ref, taskId);
  expect(await viewOf(taskId)).toMatchObject({ ref: null, stage: "text", tracks: [] });
  expect(await eventsOf(taskId)).toHaveLength(1);
});

test("a submission whose answer is not known has the first task that is named under it, and no second", async () => {
  const [ref, own, second] = [newTaskId(), newTaskId(), newTaskId()];
  await submitted(ref, null);
  await report(ref, own);
  await report(ref, second);
  expect(await viewOf(own)).toMatchObject({ ref, stage: "first" });
  expect(await reasonFor(second)).toBe("other_ref");
  // What the provider answers in the end is the truth.
  await catalogOf(env).resolve(ref, second, Date.now());
  await report(ref, second);
  expect(await viewOf(second)).toMatchObject({ ref });
});

test("of an unknown reference a person may have an adopted task take a delivery, and no other task", async () => {
  const [taskId, ref, other] = [newTaskId(), newTaskId(), newTaskId()];
  await report(ref, taskId);
  const { sha256 = "" } = (await inboxEntries()).find(({ body }) => body.includes(taskId)) ?? {};
  const deliver = () => worker(acting("POST", `/inbox/${sha256}/deliver`));
  const refused = await deliver();
  expect([refused.status, (await problemOf(refused)).detail]).toEqual([422, expect.stringContaining("PUT /tasks/")]);
  playProvider().records.set(taskId, recordOf(taskId, [], "PENDING"));
  expect((await worker(acting("PUT", `/tasks/${taskId}`))).status).toBe(201);
  expect((await deliver()).status).toBe(200);
  expect(await viewOf(taskId)).toMatchObject({ ref: null, stage: "first", tracks: [{ trackId: "a" }] });
  expect((await deliver()).status).toBe(404);
  // The reference of another task stays that task's own, whoever asks.
  await submitted(other, newTaskId());
  await report(other, taskId);
  const foreign = (await inboxEntries()).find(({ reason, body }) => reason === "other_ref" && body.includes(taskId));
  expect((await worker(acting("POST", `/inbox/${foreign?.sha256}/deliver`))).status).toBe(422);
});

test("a link to this Worker is refused by the host of the request, for files, sources and streams", async () => {
  const taskId = newTaskId();
  const provider = playProvider();
  const own = "https://backline.test/tasks/other/tracks/a/audio";
  const inside = "https://10.0.0.1/stream";
  provider.records.set(
    taskId,
    recordOf(taskId, [
      { id: "a", audioUrl: own, streamAudioUrl: own },
      { id: "b", audioUrl: "", streamAudioUrl: inside },
    ]),
  );
  expect((await worker(acting("PUT", `/tasks/${taskId}`))).status).toBe(201);
  await vi.waitFor(
    async () => expect(JSON.stringify(await eventsOf(taskId))).toContain("refused: backline.test is this Worker"),
    { timeout: 15_000, interval: 100 },
  );
  expect((await viewOf(taskId)).tracks.map(({ streamUrl }) => streamUrl)).toEqual([null, null]);
  const checked = await worker(acting("POST", "/sources/check", {}, JSON.stringify({ url: own })));
  expect((await problemOf(checked)).detail).toContain("backline.test is this Worker");
});

test("a stream that the policy refuses is not shown", async () => {
  const taskId = newTaskId();
  const links = [
    "https://10.0.0.1/s",
    "http://cdn.example.com/s",
    "https://127.0.0.1.nip.io/s",
    "https://cdn.example.com/s",
  ];
  const tracks = links.map((link, index) => track(`t${index}`, { stream_audio_url: link }));
  await worker(callback(message(taskId, "first", tracks)));
  expect((await viewOf(taskId)).tracks.map(({ streamUrl }) => streamUrl)).toEqual([null, null, null, links[3]]);
});

async function submitted(ref: string, taskId: string | null): Promise<void> {
  const about = { requestHash: ref, requestJson: "{}", host: "backline.test", source: SOURCE_EXAMPLE, at: Date.now() };
  // As a Worker of ten seconds ago wrote it: the provider takes twenty in ten seconds.
  await catalogOf(env).reserve({ key: ref, ref, ...about });
  if (taskId !== null) await catalogOf(env).resolve(ref, taskId, Date.now());
}

async function report(ref: string, taskId: string): Promise<void> {
  const token = capabilityOf(SECRETS.CALLBACK_TOKEN, ref);
  const response = await exports.default.fetch(callback(message(taskId, "first", [track("a")]), { token }));
  expect(response.status).toBe(200);
}

async function reasonFor(taskId: string): Promise<string | undefined> {
  return (await inboxEntries()).find(({ body }) => body.includes(taskId))?.reason;
}
