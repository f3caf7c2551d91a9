/** The calm after the storm: waits until all is as it should be, or for as long as that may take. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Adoption } from "./adopt.ts";
import { checkOf, type Check } from "../../rig/judge/check.ts";
import { check, type Checked } from "./checks.ts";
import { isTaken } from "./notices.ts";
import type { InsideWorker, Stage } from "./stage.ts";

/** A lease (30 s), the wait before a sweep (15 s), a notification that failed six times (144 s), and some. */
const DEADLINE_MS = 240_000;
const PAUSE_MS = 1_000;
const TELL_ROUNDS = 20;
/** 14 days in some 10 ms. */
const NO_PATIENCE = 100_000_000;
const GIVE_UP_MS = 30_000;

/**
 * Until the lists show every task settled, and the receiver was told so, nothing looks at a task: a look could wake one
 * that nothing else would.
 */
export async function heal(
  stage: Stage,
  inside: InsideWorker,
  adopted: Adoption | null,
  signal: AbortSignal,
): Promise<Checked> {
  const { provider } = stage;
  const endAt = Date.now() + DEADLINE_MS;
  await Promise.all(provider.all().map(({ taskId }) => provider.done(taskId)));
  let asleep: Check;
  for (let round = 1; ; round += 1) {
    await adopted?.round();
    asleep = await unattendedCheck(stage, adopted !== null);
    if (asleep.failures.length === 0 || Date.now() >= endAt) break;
    if (round % TELL_ROUNDS === 0) console.log(`still waiting: ${asleep.failures.slice(0, 3).join(" ")}`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
  for (let round = 1; ; round += 1) {
    const checked = await check(stage, inside, adopted !== null);
    const failures = checked.checks.flatMap((one) => one.failures);
    if (failures.length === 0 || Date.now() >= endAt) return { ...checked, checks: [asleep, ...checked.checks] };
    if (round % TELL_ROUNDS === 0) console.log(`still waiting: ${failures.slice(0, 3).join(" ")}`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** No alarm is dead: what can be known of a task makes it settle, and tell so, by itself. */
async function unattendedCheck({ provider, client, receiver }: Stage, canAsk: boolean): Promise<Check> {
  const settled = new Set((await client.tasks()).flatMap((task) => (task.settled ? [task.taskId] : [])));
  const taken = receiver.received.filter((sent) => sent.type === "task.settled" && isTaken(sent));
  const told = new Set(taken.map(({ data }) => data.taskId));
  const expected = provider.all().filter((task) => canAsk || !task.silenced);
  return checkOf(
    "tasks settle and tell it while nobody looks",
    expected.map(({ taskId }) => {
      if (!settled.has(taskId)) return `${taskId} is not settled.`;
      return told.has(taskId) ? null : `${taskId} is settled, and nobody was told.`;
    }),
  );
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
