/** The demo under chaos: submissions by both ways, and at the end what was lost on the way and how it came back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskView } from "../../../src/core/view/view.ts";
import { type Adoption, adoption } from "../chaos/adopt.ts";
import { judge, type Judgement } from "../../rig/judge/verdict.ts";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import { recoveryTable, type Told } from "../chaos/recovery.ts";
import { submitOne } from "../chaos/submit.ts";
import type { Made, Task } from "../../rig/provider/ledger.ts";
import type { Playground } from "./playground.ts";
import type { Followed } from "./progress.ts";

export interface Submitted {
  readonly tasks: readonly (Task | Made)[];
  readonly adopted: Adoption;
}

/** Resolves when the provider has taken all of them. */
export async function submitUnderChaos(
  { client, provider, callBackUrl }: Playground,
  titles: readonly string[],
  signal: AbortSignal,
): Promise<Submitted> {
  const submitter = { client, provider, callBackUrl, throughWorker: true, signal };
  await Promise.all(titles.map((title, index) => submitOne(index, title, submitter)));
  return { tasks: provider.all(), adopted: adoption(client, provider) };
}

/** What settled with a doubtful file has it replaced within this time. */
const REST_MS = 30_000;
const LOOK_AGAIN_MS = 500;

async function judgeAtRest(
  client: BacklineClient,
  task: Task | Made,
  settled: TaskView | null,
  endAt: number,
): Promise<Judgement> {
  for (let view = settled; ; view = await client.task(task.taskId)) {
    const judgement = await judge(client, task, view, true);
    if (judgement.verdict !== "lost" || Date.now() >= endAt) return judgement;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Prints the table. Resolves to a sentence for each thing that is wrong. */
export async function endOfChaos(
  { client, provider }: Playground,
  followed: readonly Followed[],
  adopted: Adoption,
): Promise<readonly string[]> {
  const endAt = Date.now() + REST_MS;
  const told: Told[] = [];
  const verdicts: Record<string, number> = { complete: 0, "failed as sent": 0, lost: 0 };
  const faults: string[] = [];
  for (const { taskId, view } of followed) {
    const task = provider.all().find((one) => one.taskId === taskId);
    if (task === undefined) continue;
    told.push({ task, events: view === null ? [] : await client.events(taskId) });
    const judgement = await judgeAtRest(client, task, view, endAt);
    verdicts[judgement.verdict] = (verdicts[judgement.verdict] ?? 0) + 1;
    faults.push(...judgement.faults);
  }
  const { complete = 0, lost = 0, "failed as sent": failed = 0 } = verdicts;
  console.log("\nWhat went wrong on the way, and how it was made good:");
  console.table(recoveryTable(told, adopted));
  console.table({
    [`complete, of ${told.length - failed}`]: { tasks: complete },
    "failed as sent": { tasks: failed },
    lost: { tasks: lost },
  });
  console.log(
    `${complete} of ${told.length - failed} complete, ${failed} failed as sent, ${lost} lost. Seed ${provider.seed}.`,
  );
  return faults;
}
