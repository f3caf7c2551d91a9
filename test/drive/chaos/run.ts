/** The chaos run: storm, calm, checks. Resolves to how many checks failed. */
import type { TimelineItem } from "../../rig/local/backline-client.ts";
import type { Check } from "../../rig/judge/check.ts";
import { adoption } from "./adopt.ts";
import type { Checked } from "./checks.ts";
import { heal, patienceEnds } from "./heal.ts";
import { noticeRows } from "./notices.ts";
import type { ChaosRunOptions } from "./options.ts";
import { recoveryTable } from "./recovery.ts";
import { setStage } from "./stage.ts";
import { storm } from "./storm.ts";

export async function run(options: ChaosRunOptions, signal: AbortSignal): Promise<number> {
  const { seed, tasks, kills } = options;
  const canAsk = !options["no-key"];
  const startedAt = Date.now();
  console.log(`Seed ${seed}: ${tasks} tasks, ${kills} kills, ${canAsk ? "with" : "without"} the provider's key.`);
  const stage = await setStage(seed, canAsk, signal);
  try {
    await storm(stage, options, signal);
    stage.calm();
    console.log(`The storm is over after ${seconds(startedAt)} s. Waiting for what heals by itself.`);
    const adopted = canAsk ? adoption(stage.client, stage.provider) : null;
    const inside = await stage.startInside();
    let checked: Checked;
    try {
      checked = await heal(stage, inside, adopted, signal);
    } finally {
      await inside.stop();
    }
    const checks = [...checked.checks, ...(canAsk ? [] : [await patienceCheck(checked, stage, signal)])];
    const notices = noticeRows(checked.told, stage.receiver.received);
    console.table(recoveryTable(checked.told, adopted, notices));
    return report(checked, checks, startedAt);
  } finally {
    await stage.stop();
  }
}

/** What nobody can be asked about is given up in the end. */
async function patienceCheck(
  { told }: Checked,
  stage: Parameters<typeof patienceEnds>[0],
  signal: AbortSignal,
): Promise<Check> {
  const open = await patienceEnds(stage, signal);
  const known = told.filter(({ events }) => events.length > 0).length;
  const failures = open.map((taskId) => `${taskId} is open even after 14 days.`);
  return { name: "no task is open after 14 days", passed: known - failures.length, failures };
}

function report({ judgements, told }: Checked, checks: readonly Check[], startedAt: number): number {
  const verdicts = Map.groupBy(judgements, ({ verdict }) => verdict);
  const counts = [...verdicts].map(([verdict, all]) => `${all.length} ${verdict}`).toSorted();
  console.log(`${judgements.length} tasks: ${counts.join(", ")}.`);
  console.table(
    Object.fromEntries(checks.map(({ name, passed, failures }) => [name, { passed, failed: failures.length }])),
  );
  for (const failure of checks.flatMap(({ failures }) => failures)) console.error(failure);
  for (const { task, verdict } of judgements)
    if (verdict === "lost") console.error(historyOf(told.find((one) => one.task === task)?.events ?? []));
  const failed = checks.reduce((sum, { failures }) => sum + failures.length, 0);
  console.log(`${seconds(startedAt)} s`);
  console.log(`${checks.reduce((sum, { passed }) => sum + passed, 0)} passed, ${failed} failed`);
  return failed;
}

/** A line for each event, without the bodies. */
function historyOf(events: readonly TimelineItem[]): string {
  const lines = events.map((event) => {
    const { at, type, ...rest } = event;
    return `  ${at} ${type} ${JSON.stringify({ ...rest, body: undefined })}`;
  });
  return lines.join("\n");
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(0);
}
