/** The simulated provider misbehaves as the real one was seen to, and its record offers what works. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import type { LinkFault } from "../../rig/provider/hostile/faults.ts";
import { noFaults } from "../../rig/provider/hostile/faults.ts";
import type { Quirk, Task } from "../../rig/provider/ledger.ts";
import type { Plan } from "../../rig/provider/hostile/plan.ts";
import { type Provider, startProvider } from "../../rig/provider/provider.ts";
import { audioOf } from "../../rig/provider/tracks.ts";
import { startOrigin } from "../origin.ts";
import { AT_ONCE } from "../stand.ts";

const KEY = { Authorization: "Bearer any" };
const FIRST: Plan = [{ type: "stage", stage: "first", afterMs: 0 }];

const record = z.object({
  data: z.object({ response: z.object({ sunoData: z.array(z.object({ id: z.string(), audioUrl: z.string() })) }) }),
});
const callback = z.object({
  data: z.object({
    data: z.array(z.object({ id: z.string(), audio_url: z.string(), duration: z.number().optional() })),
  }),
});
const accepted = z.object({ code: z.literal(200), data: z.object({ task_id: z.string() }) });
const item = z.object({
  id: z.string(),
  audio_url: z.string().nullable(),
  title: z.string(),
  status: z.string(),
  error: z.string().nullable(),
});
const recovered = z.object({ code: z.int(), task_id: z.string(), data: z.array(item).nullable() });

let provider: Provider;
let receiver: Awaited<ReturnType<typeof startOrigin>>;

beforeAll(async () => {
  provider = await startProvider({ timeScale: 1_000, songSeconds: 3, rateLimits: false, seed: 7 });
  receiver = await startOrigin(() => ({ body: new Uint8Array() }));
});
afterAll(async () => {
  await provider.close();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => void Object.assign(provider.faults, noFaults()));

const LASTING: readonly (readonly [LinkFault, (got: Got, whole: Uint8Array) => void])[] = [
  [{ kind: "status", status: 403 }, ({ status }) => expect(status).toBe(403)],
  [{ kind: "empty" }, ({ status, bytes }) => expect([status, bytes.length]).toEqual([200, 0])],
  [{ kind: "html" }, ({ type }) => expect(type).toBe("text/html")],
  [
    { kind: "encrypted" },
    ({ status, type, bytes }, whole) => {
      expect([status, type, bytes.length]).toEqual([200, "audio/mp4", whole.length]);
      expect(Buffer.from(bytes).includes("ftyp")).toBe(false);
      expect(bytes).not.toEqual(whole);
    },
  ],
  [{ kind: "cut", afterBytes: 9_000, announced: false }, ({ bytes }) => expect(bytes.length).toBe(9_000)],
];

test.each(LASTING)("a link turned into %o stays so, and the record offers a whole one", async (into, judge) => {
  const task = await finished(null);
  const [track] = task.tracks;
  const before = await recordLinks(task);
  let turns = 1;
  provider.faults.file = ({ file }) => (file === "audio" && (turns -= 1) >= 0 ? { kind: "turned", into } : null);
  for (let time = 0; time < 3; time += 1) judge(await get(before[track.trackId]), audioOf(track));
  const after = await recordLinks(task);
  expect(after[track.trackId]).not.toBe(before[track.trackId]);
  expect((await get(after[track.trackId])).bytes).toEqual(audioOf(track));
});

test("the callbacks of a task carry …/forbidden, and its record the links that work", async () => {
  const task = await finished("forbidden");
  const links = callbackTracks(task).map(({ audio_url }) => audio_url);
  expect(links).toEqual(task.tracks.map(() => `${provider.url}/api/forbidden`));
  expect((await get(links[0])).status).toBe(403);
  const offered = await recordLinks(task);
  for (const track of task.tracks) expect((await get(offered[track.trackId])).bytes).toEqual(audioOf(track));
});

test("first carries a shorter file than complete, under the same length", async () => {
  const task = submitted("preview", FIRST);
  await provider.done(task.taskId);
  const early = callbackTracks(task).find(({ audio_url }) => audio_url !== "");
  const track = task.tracks.find(({ trackId }) => trackId === early?.id);
  const whole = track === undefined ? new Uint8Array() : audioOf(track);
  const preview = await get(early?.audio_url);
  expect(early?.duration).toBe(3);
  expect(preview.status).toBe(200);
  expect(preview.bytes.length).toBeLessThan(whole.length / 2);

  const complete = callback.parse(provider.bodyOf(task.taskId, "complete"));
  const final = complete.data.data.find(({ id }) => id === track?.trackId);
  expect((await get(final?.audio_url)).bytes).toEqual(whole);
});

test("both takes are one, each behind a link of its own", async () => {
  const task = await finished("equal");
  const links = callbackTracks(task).map(({ audio_url }) => audio_url);
  expect(new Set(links).size).toBe(2);
  for (const link of links) expect((await get(link)).bytes).toEqual(audioOf(task.tracks[0]));
  expect(task.tracks[1].audio.sha256).toBe(task.tracks[0].audio.sha256);
});

test("what the record has no good link for, recovery has: 201 while it runs, then the list, and a callback", async () => {
  const task = await finished("gone");
  for (const link of Object.values(await recordLinks(task))) expect((await get(link)).status).toBe(404);
  for (const names of [
    { sunoTaskId: task.taskId, callBackUrl: `${receiver.url}/recovered` },
    { task_id: task.taskId, call_back_url: `${receiver.url}/recovered` },
  ]) {
    const taskId = accepted.parse(await recover(names)).data.task_id;
    expect(await recoveryRecord(taskId)).toEqual({ code: 201, msg: "running", data: null, task_id: taskId });
    await provider.done(taskId);
    const { code, data, task_id } = recovered.parse(await recoveryRecord(taskId));
    expect([code, task_id]).toEqual([200, taskId]);
    expect(data?.map(({ id }) => id)).toEqual(task.tracks.map(({ trackId }) => trackId));
    for (const [index, track] of task.tracks.entries())
      expect((await get(data?.[index]?.audio_url ?? "")).bytes).toEqual(audioOf(track));
    const [sent] = provider.recoveries.get(taskId)?.callbacks ?? [];
    expect(recovered.parse(JSON.parse(new TextDecoder().decode(sent?.body)))).toEqual({ code, data, task_id });
    expect(sent?.outcome).toBe("acknowledged");
  }
});

test("recovery names what was never finished, and fails where nothing was", async () => {
  const callBackUrl = `${receiver.url}/recovered`;
  const half = submitted(null, FIRST);
  await provider.done(half.taskId);
  const some = accepted.parse(await recover({ sunoTaskId: half.taskId, callBackUrl })).data.task_id;
  await provider.done(some);
  const { data } = recovered.parse(await recoveryRecord(some));
  expect(data?.map(({ status }) => status).toSorted()).toEqual(["failed", "success"]);

  const nothing = submitted(null, []);
  const none = accepted.parse(await recover({ sunoTaskId: nothing.taskId, callBackUrl })).data.task_id;
  await provider.done(none);
  expect(recovered.parse(await recoveryRecord(none))).toEqual({ code: 500, data: null, task_id: none });
  const msg = "The original Suno task does not exist.";
  expect(await recover({ sunoTaskId: "nobody's", callBackUrl })).toEqual({ code: 500, msg, data: null });
});

function submitted(quirk: Quirk | null, plan: Plan): Task {
  const about = { uploadUrl: provider.sourceUrl("vocals"), title: "Song", tags: "house", negativeTags: "vocals" };
  const options = quirk === null ? { plan } : { plan, quirk };
  return provider.submit({ ...about, callBackUrl: `${receiver.url}/callback` }, options);
}

async function finished(quirk: Quirk | null): Promise<Task> {
  const task = submitted(quirk, AT_ONCE);
  await provider.done(task.taskId);
  return task;
}

function callbackTracks({ callbacks }: Task): z.infer<typeof callback>["data"]["data"] {
  const body: unknown = JSON.parse(new TextDecoder().decode(callbacks.at(-1)?.body));
  return callback.parse(body).data.data;
}

async function recordLinks({ taskId }: Task): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${provider.url}/api/v1/generate/record-info?taskId=${taskId}`, { headers: KEY });
  const { sunoData } = record.parse(await answer.json()).data.response;
  return Object.fromEntries(sunoData.map(({ id, audioUrl }) => [id, audioUrl]));
}

async function recover(body: object): Promise<unknown> {
  const init = { method: "POST", headers: { ...KEY, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return (await fetch(`${provider.url}/api/v1/suno/recovery`, init)).json();
}

async function recoveryRecord(taskId: string): Promise<unknown> {
  const url = `${provider.url}/api/v1/suno/recovery/record-info?task_id=${taskId}`;
  return (await fetch(url, { headers: KEY })).json();
}

interface Got {
  readonly status: number;
  readonly type: string | null;
  readonly bytes: Uint8Array;
}

async function get(url: string | undefined): Promise<Got> {
  const response = await fetch(url ?? "");
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get("Content-Type"), bytes };
}
