/** What two effects at once must not undo: each comes to its end before the next of its kind may begin. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config.ts";
import { configuredPace, depsOf } from "../../../src/platform/task/wiring.ts";
import { WakeSignal } from "../../../src/platform/task/wake-signal.ts";
import { TaskState } from "../../../src/platform/task/state.ts";
import { failure, message, newTaskId } from "../messages.ts";
import { callback, worker } from "../worker.ts";

test("a publication that fails for the catalog ends only with its put", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await worker(callback(failure(taskId)));
  const done: string[] = [];
  await runInDurableObject(env.TASKS.getByName(taskId), async (_, { storage }) => {
    const config = parseConfig(env);
    const state = new TaskState(taskId, storage);
    const slowKv = new Proxy(env.STATE, {
      get: () => async () => {
        await scheduler.wait(100);
        done.push("put");
      },
    });
    const noCatalog = new Proxy(env.CATALOG, {
      get: () => () => ({ tell: () => Promise.reject(new Error("out of reach")) }),
    });
    const { publish } = depsOf({
      env: { ...env, STATE: slowKv, CATALOG: noCatalog },
      assessor: { assess: () => Promise.reject(new Error("not asked")) },
      config,
      pace: configuredPace(config),
      state,
      wakeSignal: new WakeSignal(),
      lease: () => Promise.resolve(),
      rearm: () => Promise.resolve(),
    });
    await publish(state.known).catch(() => done.push("failed"));
  });
  expect(done).toEqual(["put", "failed"]);
});
