/** `status=problems`: every task that wants attention, open ones included, however many came since. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type * as z from "zod";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, reading, request, worker } from "../worker.ts";
import { session } from "../sessions.ts";

// Ten minutes of silence are over at once, and a link that is dead for a day after four seconds.
configureWithKey(20_000);

type Item = z.infer<typeof taskList>["items"][number];

let provider: PlayedProvider;

beforeAll(() => {
  provider = playProvider();
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("a row tells how many tracks are kept, the last reason, and what is wrong; and the list of problems has them all", async () => {
  provider.files.set(link("good.mp3"), SONG);
  provider.files.set(link("gone.mp3"), null);
  const [whole, failed, stalled, losing] = [newTaskId(), newTaskId(), newTaskId(), newTaskId()];
  await worker(callback(message(whole, "complete", [track("a", { audio_url: link("good.mp3") })])));
  await worker(callback(failure(failed)));
  await worker(callback(message(stalled, "text")));
  const tracks = [track("a", { audio_url: link("good.mp3") }), track("b", { audio_url: link("gone.mp3") })];
  await worker(callback(message(losing, "complete", tracks)));
  await vi.waitFor(
    async () => {
      for (const id of [whole, failed, stalled, losing])
        await runDurableObjectAlarm(env.TASKS.getByName(id)).catch(() => undefined);
      const items = await listed("/tasks?status=problems");
      expect(items.map(({ taskId }) => taskId)).toEqual(expect.arrayContaining([failed, stalled, losing]));
    },
    { timeout: 40_000, interval: 500 },
  );
  // Newer tasks than a page has room for.
  for (let count = 0; count < 30; count += 1)
    await worker(callback(message(newTaskId(), "complete", [track("a", { audio_url: link("good.mp3") })])));
  const problems = await listed("/tasks?status=problems");
  const row = (id: string): Item | undefined => problems.find(({ taskId }) => taskId === id);
  expect(row(whole)).toBeUndefined();
  expect(row(failed)).toMatchObject({ problem: "failed", reason: "refunded", settled: true });
  expect(row(stalled)).toMatchObject({ problem: "stalled", settled: false });
  expect(row(losing)).toMatchObject({ problem: "lost", keptTracks: 1, tracks: 2 });
  expect(row(losing)?.reason).toMatch(/^dead_link: /);

  // Others can stall by now: a problem is one all the same.
  const page = await worker(request("/tasks?status=problems", { headers: { ...session(), accept: "text/html" } }));
  const html = await page.text();
  for (const id of [failed, stalled, losing]) expect(html).toContain(id);
  expect(html).toContain("1 of 2 kept");
  expect(html).toMatch(/data-tone="warn">complete/);
  expect(html).not.toMatch(/data-tone="good">complete/);
  // Trying again takes it off the list while there is hope.
  await worker(acting("POST", `/tasks/${losing}/retry`));
  await vi.waitFor(async () =>
    expect((await listed("/tasks?status=problems")).map(({ taskId }) => taskId)).not.toContain(losing),
  );
}, 60_000);

function link(name: string): string {
  return `https://cdn.example.com/${name}`;
}

async function listed(path: string): Promise<readonly Item[]> {
  return taskList.parse(await (await worker(reading(path))).json()).items;
}
