/** The calm after the storm: waits until all is as it should be, or for as long as that may take. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Adoption } from "./adopt.ts";
import { check, type Checked } from "./checks.ts";
import type { InsideWorker, Stage } from "./stage.ts";

/** A lease (30 s), the wait before a sweep (15 s), and some. */
const DEADLINE_MS = 90_000;
const PAUSE_MS = 1_000;
/** 14 days in some 10 ms. */
const NO_PATIENCE = 100_000_000;
const GIVE_UP_MS = 30_000;

/** Until the lists show every task settled nothing looks at a task: a look could wake one that nothing else would. */
export async function heal(
  stage: Stage,
  inside: InsideWorker,
  adopted: Adoption | null,
  signal: AbortSignal,
): Promise<Checked> {
  const { provider, client } = stage;
  const endAt = Date.now() + DEADLINE_MS;
  await Promise.all([...provider.tasks.keys()].map((taskId) => provider.done(taskId)));
  for (;;) {
    await adopted?.round();
    const settled = new Set((await client.tasks()).flatMap((task) => (task.settled ? [task.taskId] : [])));
    const expected = [...provider.tasks.values()].filter((task) => adopted !== null || !task.silenced);
    if (expected.every(({ taskId }) => settled.has(taskId)) || Date.now() >= endAt) break;
    await sleep(PAUSE_MS, undefined, { signal });
  }
  for (;;) {
    const checked = await check(stage, inside, adopted !== null);
    if (checked.checks.every(({ failures }) => failures.length === 0) || Date.now() >= endAt) return checked;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Lets 14 days pass. Resolves to the ids that are open even then. */
export async function patienceEnds(stage: Stage, signal: AbortSignal): Promise<readonly string[]> {
  const inside = await stage.startInside(NO_PATIENCE);
  try {
    for (const endAt = Date.now() + GIVE_UP_MS; ;) {
      const open = (await stage.client.tasks()).flatMap(({ taskId, settled }) => (settled ? [] : [taskId]));
      if (open.length === 0 || Date.now() >= endAt) return open;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } finally {
    await inside.stop();
  }
}
