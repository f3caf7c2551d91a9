/** Every task held against what was sent about it: its state, its log, its files in R2. */
import { createHash } from "node:crypto";
import type { FileKind } from "../../../src/core/task/event.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { faultsOf, madeFaults } from "../../rig/judge/files.ts";
import { namedResults, objectsIn, onceResults, type KeptObject } from "../../rig/judge/objects.ts";
import { acknowledgedResults } from "../../rig/judge/timeline.ts";
import type { BacklineClient, TimelineItem } from "../../rig/local/backline-client.ts";
import { titleOf, type Made, type Task } from "../../rig/provider/ledger.ts";
import { audioOf, coverOf } from "../../rig/provider/tracks.ts";
import type { Ground } from "./ground.ts";

/** What is wrong, by the id of the task; a task without an entry is as it should be. */
export type Faults = ReadonlyMap<string, readonly string[]>;

/** The files of one task in so many are downloaded; those of the others are known by their hashes. */
const READ_EVERY = 10;
const AT_ONCE = 8;
/** Covers do not hold a task up, so the last ones may still come. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 1_000;

export async function verify(
  { client, provider, miniflare }: Ground,
  tasks: readonly (Task | Made)[],
  signal: AbortSignal,
): Promise<Faults> {
  const endAt = Date.now() + PATIENCE_MS;
  const sample = new Set(tasks.filter((_, index) => index % READ_EVERY === 0));
  const looked = new Map<string, Look>();
  for (let open = tasks; ;) {
    await sideBySide(open, async (task) => {
      signal.throwIfAborted();
      looked.set(task.taskId, await look(client, task, sample.has(task)));
    });
    open = open.filter(({ taskId }) => looked.get(taskId)?.faults.length !== 0);
    if (open.length === 0 || Date.now() >= endAt) break;
    await sleep(PAUSE_MS, undefined, { signal });
  }
  const objects = Map.groupBy(await objectsIn(miniflare), ({ key }) => key.split("/")[1] ?? "");
  const faults = new Map<string, readonly string[]>();
  for (const task of tasks) {
    const { faults: seen, copies } = looked.get(task.taskId) ?? { faults: ["was not looked at"], copies: [] };
    const all = [...seen, ...objectFaults(task, copies, objects.get(task.taskId) ?? [])];
    if (all.length > 0) faults.set(task.taskId, all);
  }
  for (const { taskId } of await client.tasks())
    if (!provider.tasks.has(taskId) && !provider.made.has(taskId))
      faults.set(taskId, [`${taskId} is listed, and nobody submitted it.`]);
  return faults;
}

type Copy = Extract<TimelineItem, { type: "copied" }>;

/** Of the log only what names objects: the deliveries of all tasks would fill the memory. */
interface Look {
  readonly faults: readonly string[];
  readonly copies: readonly Copy[];
}

async function look(client: BacklineClient, task: Task | Made, readBack: boolean): Promise<Look> {
  const { taskId } = task;
  const view = await client.task(taskId);
  const followed = { taskId, title: titleOf(task), view };
  const faults =
    "tracks" in task
      ? await faultsOf(client, [followed], new Map([[taskId, task]]), { readBack })
      : await madeFaults(client, task, view);
  const events = view === null ? [] : await client.events(taskId);
  const copies = events.filter((event) => event.type === "copied");
  return { faults: [...faults, ...logFaults(task, events)], copies };
}

/** Every acknowledged delivery is there, and nothing that was not sent. */
function logFaults(task: Task | Made, events: readonly TimelineItem[]): readonly string[] {
  const sent = new Set(task.callbacks.map(({ sha256 }) => sha256));
  const foreign = events.flatMap((event) =>
    event.type === "observed" && !sent.has(event.sha256)
      ? [`${task.taskId}: its log holds ${event.sha256}, which was never sent.`]
      : [],
  );
  return [...acknowledgedResults(task, events).filter((result) => result !== null), ...foreign];
}

/** The objects are those that the log names, one for each file, and their bytes are right: by R2's own MD5. */
function objectFaults(task: Task | Made, copies: readonly Copy[], objects: readonly KeptObject[]): readonly string[] {
  const etags = new Map(objects.map(({ key, etag }) => [key, etag]));
  // Those of another product were read back.
  const wrong = copies.flatMap(({ key, trackId, file }) => {
    if (!("tracks" in task)) return [];
    const right = md5Of(task, trackId, file);
    return etags.get(key) === right ? [] : [`${key} has the MD5 ${etags.get(key)}, not ${right}.`];
  });
  const results = [...namedResults(objects, copies), ...onceResults(objects)].filter((result) => result !== null);
  return [...results, ...wrong];
}

function md5Of({ tracks }: Task, trackId: string, file: FileKind): string | null {
  const track = tracks.find((one) => one.trackId === trackId);
  if (track === undefined) return null;
  const bytes = file === "audio" ? audioOf(track) : coverOf(track);
  return createHash("md5").update(bytes).digest("hex");
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
