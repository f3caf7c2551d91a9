/** The built Worker and the simulated provider side by side, for one file of tests. Stores are gone with it. */
import { expect, inject, vi } from "vitest";
import * as z from "zod";
import type { TaskView } from "../../src/core/view/view.ts";
import { backlineClient, type BacklineClient } from "../rig/local/backline-client.ts";
import { startWorker } from "../rig/local/worker.ts";
import type { Task } from "../rig/provider/ledger.ts";
import type { Plan } from "../rig/provider/hostile/plan.ts";
import { type Provider, type ProviderOptions, startProvider } from "../rig/provider/provider.ts";
import { song } from "../rig/provider/serving/songs.ts";
import { REPERTOIRE } from "../rig/provider/tracks.ts";

export const CALLBACK_TOKEN = "callback-token-of-the-end-to-end-tests-0123";
export const API_TOKEN = "api-token-of-the-end-to-end-tests-0123";

/** An event of the timeline, as far as these tests look at it. */
const timelineEvent = z.looseObject({
  type: z.string(),
  at: z.iso.datetime(),
  file: z.string().optional(),
  trackId: z.string().optional(),
  attempt: z.int().optional(),
  reason: z.string().nullish(),
});
const timeline = z.object({ items: z.array(timelineEvent), nextCursor: z.string().nullable() });

export type TimelineEvent = z.infer<typeof timelineEvent>;
export type TrackView = TaskView["tracks"][number];

export interface Stand {
  readonly origin: string;
  readonly provider: Provider;
  readonly client: BacklineClient;
  /** Submits to the provider; by default everything is complete at once. */
  submit(title: string, plan?: Plan): Task;
  /** The view once it holds; fails with what it is instead. */
  viewWhen(taskId: string, holds: (view: TaskView) => boolean): Promise<TaskView>;
  /** All files of the task are stored or lost. */
  finished(taskId: string): Promise<TaskView>;
  events(taskId: string): Promise<readonly TimelineEvent[]>;
  /** What lies in R2 for this task. */
  objects(taskId: string): Promise<readonly string[]>;
  /** A callback of our own making, as the provider would send it: `complete`, with these tracks. */
  complete(taskId: string, tracks: readonly object[]): Promise<void>;
  putObject(key: string, bytes: Uint8Array, customMetadata?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

export interface StandOptions {
  /** Of the Worker: how much shorter its waits are. */
  readonly timeScale: number;
  readonly vars?: Readonly<Record<string, string>>;
  readonly provider?: ProviderOptions;
  /** The Worker asks this provider, and submits to it, with this key. */
  readonly providerKey?: string;
}

/** The one source that is encoded from the start. */
export const SOURCE = "vocals";

export const AT_ONCE: Plan = [{ type: "stage", stage: "complete", afterMs: 0 }];

export async function startStand(options: StandOptions): Promise<Stand> {
  const { providerKey } = options;
  const apiKey = providerKey === undefined ? {} : { apiKey: providerKey };
  const usual = { timeScale: 100, songSeconds: 3, rateLimits: false, seed: 7, ...apiKey, ...options.provider };
  const provider = await startProvider(usual);
  // Encoding blocks this process, and a server that is silent for 3 s counts as stalled: so it is done beforehand.
  for (let piece = 0; piece < REPERTOIRE; piece += 1) song(piece, usual.songSeconds);
  await (await fetch(provider.sourceUrl(SOURCE), { headers: { "User-Agent": "warm-up" } })).arrayBuffer();
  const worker = await startWorker({
    bundle: inject("bundle"),
    dataDir: null,
    port: 0,
    vars: {
      CALLBACK_TOKEN,
      API_TOKEN,
      TIME_SCALE: String(options.timeScale),
      AUDIO_ORIGINS: "http://127.0.0.1:*",
      // What the sound is like has tests of its own.
      ASSESS: "scan",
      ...(providerKey === undefined ? {} : { PROVIDER_API_KEY: providerKey, PROVIDER_BASE_URL: provider.url }),
      ...options.vars,
    },
  });
  const { origin, miniflare } = worker;
  const client = backlineClient(origin, API_TOKEN);

  async function viewWhen(taskId: string, holds: (view: TaskView) => boolean): Promise<TaskView> {
    return vi.waitFor(
      async () => {
        const view = await client.task(taskId);
        if (view !== null && holds(view)) return view;
        throw new Error(`the task is still ${JSON.stringify(view, null, 2)}`);
      },
      { timeout: 20_000, interval: 100 },
    );
  }

  return {
    origin,
    provider,
    client,
    submit: (title, plan = AT_ONCE) =>
      provider.submit(
        {
          uploadUrl: provider.sourceUrl(SOURCE),
          title,
          tags: "house",
          negativeTags: "vocals",
          callBackUrl: `${origin}/callback/${CALLBACK_TOKEN}`,
        },
        { plan },
      ),
    viewWhen,
    finished: (taskId) => viewWhen(taskId, (view) => view.settled && view.tracks.every(isFinished)),
    async events(taskId) {
      const response = await client.get(`/tasks/${taskId}/events?limit=100`);
      return timeline.parse(await response.json()).items;
    },
    async objects(taskId) {
      const bucket = await miniflare.getR2Bucket("AUDIO");
      const { objects } = await bucket.list({ prefix: `tasks/${taskId}/` });
      return objects.map(({ key }) => key);
    },
    async complete(taskId, tracks) {
      const data = { callbackType: "complete", task_id: taskId, data: tracks };
      const { outcome } = await provider.send(taskId, "complete", { code: 200, msg: "ok", data });
      expect(outcome).toBe("acknowledged");
    },
    async putObject(key, bytes, customMetadata = {}) {
      const bucket = await miniflare.getR2Bucket("AUDIO");
      await bucket.put(key, bytes, { customMetadata });
    },
    async stop() {
      await Promise.all([worker.stop(), provider.close()]);
    },
  };
}

/** Every file lies in the Worker as the provider made it: by the view's hash, and by the bytes that it serves. */
export async function expectKept({ client }: Stand, sent: Task, view: TaskView): Promise<void> {
  expect(view.tracks.map(({ trackId }) => trackId).toSorted()).toEqual(
    sent.tracks.map(({ trackId }) => trackId).toSorted(),
  );
  for (const track of sent.tracks) {
    const { audio, cover } = trackOf(view, track.trackId);
    for (const [kept, file] of [
      [audio, track.audio],
      [cover, track.cover],
    ] as const) {
      expect(kept).toMatchObject({ state: "stored", sha256: file.sha256, bytes: file.bytes });
      expect(await client.read(kept.url ?? "")).toEqual({ status: 200, sha256: file.sha256, bytes: file.bytes });
    }
  }
}

export function trackOf(view: TaskView, trackId: string): TrackView {
  const track = view.tracks.find((one) => one.trackId === trackId);
  if (track === undefined) throw new Error(`the task has no track ${trackId}`);
  return track;
}

/** A cover that waits has no link. */
function isFinished({ audio, cover }: TrackView): boolean {
  return audio.state !== "queued" && cover.state !== "queued";
}
