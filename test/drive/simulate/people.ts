/** What people do with a task meanwhile: adopt, read, retry, have it recovered, assess anew, delete. And R2 loses a key. */
import { taskPrefix } from "../../../src/core/ids.ts";
import { keptFilesOf } from "../../../src/core/view/kept-file.ts";
import { oneOf } from "../../rig/provider/hostile/random.ts";
import { probe, type Deployment } from "./model/deployment.ts";
import type { Script } from "./script.ts";
import { outsider, type World } from "./world.ts";

export interface Wishes {
  /** When a deletion was answered, in epoch milliseconds; null: never. */
  deletedAt: number | null;
  retries: number;
  /** When somebody wished for new links from the provider. */
  recoveries: number;
  /** Whether somebody named the task to us. */
  adopted: boolean;
}

const LOOKS_AFTER_MS = [100, 500, 2_000, 10_000, 60_000, 600_000];
const KEPT_TOMBSTONE_MS = 30 * 24 * 60 * 60_000;

/** Plans it all. `stormMs` is how long things go wrong. */
export function visit(
  world: World,
  deployment: Deployment,
  { product }: Pick<Script, "product">,
  stormMs: number,
): Wishes {
  const wishes: Wishes = { deletedAt: null, retries: 0, recoveries: 0, adopted: false };
  const task = () => deployment.env.TASKS.getByName(deployment.taskId);
  const plan = (ms: number, what: () => Promise<void>): void =>
    void world.after(ms, outsider("reader"), () => void what().catch(() => undefined));

  const waitsForWork = world.chance(0.7) ? 100 : 0;
  if (world.chance(0.3))
    plan(world.some(0, 60_000), async () => {
      await task().adopt("backline.example", product);
      wishes.adopted = true;
      // As the route does: the watchdog knows of a task by the catalog alone.
      const row = await task().touch();
      if (row !== null) await deployment.env.CATALOG.getByName("catalog").tell([row]);
    });
  if (world.chance(0.1))
    plan(world.some(60_000, stormMs), async () => {
      wishes.retries += 1;
      await task().retry();
    });
  if (world.chance(0.05))
    plan(world.some(60_000, stormMs), async () => {
      wishes.recoveries += 1;
      await task().recover("https://backline.example.com");
    });
  if (world.chance(0.1)) plan(world.some(60_000, stormMs), async () => loseOne(world, deployment));
  if (world.chance(0.05)) plan(world.some(60_000, stormMs), async () => void (await task().assess()));
  if (world.chance(0.05)) plan(world.some(60_000, stormMs), async () => void (await task().rebuild()));
  if (world.chance(0.1))
    plan(world.some(10_000, Math.min(stormMs, 600_000)), async () => {
      // While something is under way for it, more often than chance would have it.
      for (let waits = 0; waits < waitsForWork && deployment.host.idle; waits += 1) await scheduler.wait(200);
      // Whoever gets no answer asks again.
      const forget = async (): Promise<object | null> =>
        task()
          .forget()
          .catch(() => scheduler.wait(1_000).then(forget));
      if ((await forget()) === null) return;
      wishes.deletedAt = world.now;
      for (const ms of LOOKS_AFTER_MS) plan(ms, () => look(world, deployment, wishes));
    });
  for (let looks = 0; looks < 3; looks += 1)
    plan(world.some(1_000, stormMs), async () => {
      await look(world, deployment, wishes);
      await read(world, deployment);
    });
  return wishes;
}

function loseOne(world: World, { bucket, taskId }: Deployment): void {
  const [first, ...others] = bucket.keys(taskPrefix(taskId)).filter((key) => !key.includes("/waveform-"));
  if (first !== undefined) bucket.lose(oneOf(world.random, [first, ...others]));
}

/** Reads every kept file. What R2 does not have is told to the object, as the Worker does. */
export async function read(world: World, deployment: Deployment): Promise<void> {
  const { env, bucket, taskId } = deployment;
  if (bucket.lost.size === 0) return;
  const { task } = probe(world, deployment);
  for (const { key } of task === null ? [] : keptFilesOf(task))
    if (!bucket.objects.has(key)) await env.TASKS.getByName(taskId).missing(key);
}

/** Law: a deleted task stays deleted for whoever reads it. */
export async function look(world: World, deployment: Deployment, wishes: Wishes): Promise<void> {
  const { deletedAt } = wishes;
  const { env, taskId, host } = deployment;
  const view = await env.TASKS.getByName(taskId).view();
  if (deletedAt === null || world.now - deletedAt > KEPT_TOMBSTONE_MS) return;
  if (view === null || !("deletedAt" in view)) world.violate("deleted: a deleted task came back");
  if (host.storage.rows("SELECT 1 FROM sqlite_master WHERE name = 'log'").length > 0)
    world.violate("deleted: its log is still there");
}
