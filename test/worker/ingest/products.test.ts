/** Twenty callbacks of other products on the callBackUrl of music: each is a task of its own that ends at once. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { scoreboard } from "../../../src/core/view/statistics.ts";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { newTaskId } from "../messages.ts";
import { playProvider } from "../provider-api.ts";
import { fileAt } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { callback, eventsOf, reading, viewOf, worker } from "../worker.ts";

// A silence of months is over in a second.
configureWithKey(1_000_000);

afterEach(() => {
  vi.restoreAllMocks();
});

const BODIES: readonly (readonly [string, (id: string) => object])[] = [
  [
    "wav",
    (task_id) => ({ code: 200, msg: "success", data: { task_id, audioWavUrl: "https://cdn.example.com/a.wav" } }),
  ],
  ["wav", (task_id) => ({ code: 500, msg: "no", data: { task_id, audioWavUrl: null } })],
  [
    "stems",
    (task_id) => ({
      code: 200,
      msg: "success",
      data: { task_id, vocal_removal_info: { vocal_url: "https://cdn.example.com/v.mp3" } },
    }),
  ],
  [
    "stems",
    (task_id) => ({
      code: 200,
      data: { task_id, vocal_separation_info: { vocal_url: "https://cdn.example.com/v.mp3" } },
    }),
  ],
  [
    "video",
    (task_id) => ({
      code: 200,
      msg: "MP4 generated successfully.",
      data: { task_id, video_url: "https://cdn.example.com/v.mp4" },
    }),
  ],
  ["midi", (task_id) => ({ task_id, code: 200, msg: "success", data: { state: "complete", instruments: [] } })],
  [
    "cover_art",
    (taskId) => ({ code: 200, msg: "success", data: { taskId, images: ["https://cdn.example.com/1.png"] } }),
  ],
  [
    "lyrics",
    (taskId) => ({
      code: 200,
      msg: "ok",
      data: { callbackType: "complete", taskId, data: [{ text: "[Verse]", title: "T" }] },
    }),
  ],
  [
    "recovery",
    (task_id) => ({
      code: 200,
      msg: "success",
      task_id,
      data: [{ id: "a", audio_url: "https://cdn.example.com/a.m4a", status: "success", error: null }],
    }),
  ],
  ["voice", (taskId) => ({ code: 200, msg: "success", data: { taskId, voiceId: "v", status: "success" } })],
];

test("each ends at once, is asked about once at most, for its parent, and the scoreboard of music does not know it", async () => {
  const provider = playProvider();
  for (const [link] of JSON.stringify(BODIES.map(([, body]) => body("t"))).matchAll(/https:[^"]+/g))
    provider.files.set(link, fileAt(link));
  const sent = [...BODIES, ...BODIES].map(([product, body]) => ({ product, body, id: newTaskId() }));
  for (const { body, id } of sent) expect((await worker(callback(body(id)))).status).toBe(200);
  await scheduler.wait(1_500);
  for (const { id } of sent) await runDurableObjectAlarm(env.TASKS.getByName(id));
  for (const { product, id } of sent) {
    await vi.waitFor(async () => expect(JSON.stringify((await eventsOf(id)).at(-1))).toContain("published"), {
      timeout: 9_000,
    });
    const view = await viewOf(id);
    expect([product, view]).toMatchObject([product, { product, parent: null, settled: true, stalled: false }]);
    expect(view.failure?.reason).not.toBe("no_news");
    const types = (await eventsOf(id)).map(({ type }) => type);
    expect([product, types.filter((type) => !["copy_started", "copied", "polled"].includes(type))]).toEqual([
      product,
      ["observed", "published"],
    ]);
  }
  const made = sent.filter(({ product }) => ["wav", "stems", "video", "cover_art"].includes(product));
  const done = await Promise.all(made.map(async ({ id }) => ((await viewOf(id)).stage === "complete" ? id : [])));
  expect(provider.asked.toSorted()).toEqual(done.flat().toSorted());
  const { tasks, failures } = scoreboard.parse(await (await worker(reading("/stats"))).json());
  expect([tasks.all, failures]).toEqual([0, []]);
  const { items } = taskList.parse(await (await worker(reading("/tasks?limit=100"))).json());
  const known = new Map(items.map(({ taskId, product }) => [taskId, product]));
  for (const { product, id } of sent) expect(known.get(id)).toBe(product);
  expect(z.array(z.literal(true)).parse(items.map(({ settled }) => settled))).toHaveLength(sent.length);
}, 30_000);

test("a kept file stays where it is, whatever message without a delivery comes after it", async () => {
  const [taskId, link] = [newTaskId(), "https://cdn.example.com/kept.wav"];
  playProvider().files.set(link, fileAt(link));
  await worker(callback({ code: 200, msg: "success", data: { task_id: taskId, audioWavUrl: link } }));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const kept = { product: "wav", stage: "complete", outcome: "complete", settled: true, files: [{ state: "stored" }] };
  expect(await viewOf(taskId)).toMatchObject(kept);
  for (const body of [
    { code: 200, data: { callbackType: "text", task_id: taskId, data: [] } },
    { code: 500, msg: "no", data: { callbackType: "complete", task_id: taskId, data: null } },
    { code: 400, msg: "no", data: { task_id: taskId, images: null } },
  ]) {
    expect((await worker(callback(body))).status).toBe(200);
    expect([body, await viewOf(taskId)]).toMatchObject([body, kept]);
    expect((await worker(reading(`/tasks/${taskId}/files/wav`))).status).toBe(200);
  }
});
