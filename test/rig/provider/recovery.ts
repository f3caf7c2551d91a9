/**
 * Recovery audio: new links for the tracks of an old task, under a task id of its own.
 *
 * As the provider's page tells: one answer at once, then a callback and a record with the same body. The fields are
 * read in both spellings that are in use.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { z } from "zod";
import { keyRefused } from "./api.ts";
import { type Courier, deliver } from "./callbacks.ts";
import type { Recovery, Task } from "./ledger.ts";
import { hex, randomFrom } from "./hostile/random.ts";
import { isFinished, type Addresses } from "./shapes.ts";

export type RecoveryDeps = {
  readonly addresses: Addresses;
  readonly courier: Courier;
  /** Null: any key will do. */
  readonly apiKey: string | null;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly recoveries: Map<string, Recovery>;
  /** Takes the work that goes on after the answer. */
  readonly onStarted: (recovery: Recovery, life: Promise<void>) => void;
};

/** Undocumented. */
const LASTS_MS = 20_000;
/** However fast time passes, so that whoever asks at once sees it running. */
const LEAST_MS = 500;

const recoveryRequest = z
  .object({
    sunoTaskId: z.string().optional(),
    task_id: z.string().optional(),
    callBackUrl: z.string().optional(),
    call_back_url: z.string().optional(),
  })
  .transform((body) => ({
    taskId: body.sunoTaskId ?? body.task_id,
    callBackUrl: body.callBackUrl ?? body.call_back_url,
  }))
  .pipe(z.object({ taskId: z.string(), callBackUrl: z.url({ protocol: /^https?$/ }) }));

export function recoveryRoutes(deps: RecoveryDeps): Hono {
  const app = new Hono();
  app.post("/", async (c) => {
    const refused = keyRefused(c.req.header("Authorization"), deps.apiKey);
    if (refused !== null) return c.json(refused);
    const parsed = recoveryRequest.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ code: 400, msg: "sunoTaskId, callBackUrl: are required", data: null });
    const original = deps.tasks.get(parsed.data.taskId);
    if (original === undefined) return c.json({ code: 500, msg: "The original Suno task does not exist.", data: null });
    const recovery = begin(original, parsed.data.callBackUrl, deps);
    return c.json({ code: 200, msg: "success", data: { task_id: recovery.taskId } });
  });
  app.get("/record-info", (c) => {
    const refused = keyRefused(c.req.header("Authorization"), deps.apiKey);
    if (refused !== null) return c.json(refused);
    const recovery = deps.recoveries.get(c.req.query("task_id") ?? "");
    if (recovery === undefined) return c.json({ code: 404, msg: "not found", data: null });
    recovery.asks.push({ at: Date.now(), fault: null });
    return c.json(bodyOf(recovery));
  });
  return app;
}

function begin(original: Task, callBackUrl: string, deps: RecoveryDeps): Recovery {
  const recovery: Recovery = {
    taskId: hex(randomFrom("recovery", original.taskId, deps.recoveries.size), 32),
    request: { callBackUrl },
    at: Date.now(),
    original,
    callbacks: [],
    asks: [],
    outcome: null,
    silenced: false,
  };
  deps.recoveries.set(recovery.taskId, recovery);
  deps.onStarted(recovery, live(recovery, deps));
  return recovery;
}

async function live(recovery: Recovery, { addresses, courier }: RecoveryDeps): Promise<void> {
  await Promise.all([courier.pace.wait(LASTS_MS), sleep(LEAST_MS)]);
  recovery.outcome = outcomeOf(recovery.original, addresses);
  await deliver(recovery, "recovery", bodyOf(recovery), courier);
}

/** In the original's order. A track that was never finished has nothing to recover. */
function outcomeOf(original: Task, { links }: Addresses): Recovery["outcome"] {
  const items = original.tracks.map((track) => {
    const about = { id: track.trackId, title: track.title };
    return isFinished(original, track, original.progress)
      ? { ...about, audio_url: links.renew(track.audio.path), status: "success", error: null }
      : { ...about, audio_url: null, status: "failed", error: "clip_not_complete" };
  });
  return items.some(({ status }) => status === "success")
    ? { code: 200, msg: "success", data: items }
    : { code: 500, msg: "clip_not_complete", data: null };
}

function bodyOf({ taskId, outcome }: Recovery): object {
  return { ...(outcome ?? { code: 201, msg: "running", data: null }), task_id: taskId };
}
