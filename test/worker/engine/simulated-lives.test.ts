/** The models of the simulation against the platform itself: scripted lives end on both as `scripted-lives.json` says. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { taskPrefix } from "../../../src/core/ids.ts";
import { endingOf, type Ending } from "../../drive/simulate/laws/ending.ts";
import { FILES, SCRIPTED } from "../../drive/simulate/scripted.ts";
import expected from "../../drive/simulate/scripted-lives.json" with { type: "json" };
import { newTaskId } from "../messages.ts";
import { serveFiles } from "../provider-files.ts";
import { acting, callback, worker } from "../worker.ts";

const PATIENTLY = { timeout: 12_000, interval: 50 };

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(SCRIPTED)("$name: the object ends as the models do", async ({ name, messages, deleted = false }) => {
  const taskId = newTaskId();
  serveFiles(FILES);
  for (const message of messages(taskId)) {
    await worker(callback(message));
    await runDurableObjectAlarm(env.TASKS.getByName(taskId));
    await vi.waitFor(async () => expect(JSON.stringify(await seen(taskId))).not.toContain('"queued"'), PATIENTLY);
  }
  if (deleted) await worker(acting("DELETE", `/tasks/${taskId}`));
  await vi.waitFor(
    async () => expect(await ending(taskId)).toEqual(new Map(Object.entries<unknown>(expected)).get(name)),
    PATIENTLY,
  );
});

function seen(taskId: string): Promise<unknown> {
  return env.TASKS.getByName(taskId).view();
}

async function ending(taskId: string): Promise<Ending> {
  const { objects } = await env.AUDIO.list({ prefix: taskPrefix(taskId) });
  const published = (await env.STATE.get(`task:${taskId}`)) ?? "{}";
  return endingOf(
    taskId,
    await seen(taskId),
    published,
    objects.map(({ key }) => key),
  );
}
