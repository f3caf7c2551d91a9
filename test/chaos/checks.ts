/** What has to be true after the storm, checked through the Worker and in its stores. */
import type { BacklineClient, TimelineItem } from "../local/backline-client.ts";
import type { Task } from "../provider/ledger.ts";
import type { InsideWorker, Stage } from "./stage.ts";
import { judge, type Judgement } from "../judge/verdict.ts";
import type { Told } from "./recovery.ts";

export interface Check {
  readonly name: string;
  readonly passed: number;
  /** A sentence for each failure. */
  readonly failures: readonly string[];
}

export interface Checked {
  readonly checks: readonly Check[];
  readonly told: readonly Told[];
  readonly judgements: readonly Judgement[];
}

export async function check(stage: Stage, inside: InsideWorker, canAsk: boolean): Promise<Checked> {
  const { client, provider } = stage;
  const told: Told[] = [];
  const judgements: Judgement[] = [];
  for (const task of provider.tasks.values()) {
    const view = await client.task(task.taskId);
    judgements.push(await judge(client, task, view, canAsk));
    told.push({ task, events: view === null ? [] : await client.events(task.taskId) });
  }
  const known = told.filter(({ events }) => events.length > 0);
  const beyond = new Set(judgements.flatMap(({ task, verdict }) => (verdict === "beyond reach" ? [task.taskId] : [])));
  const checks = [
    acknowledgedCheck(told),
    ...verdictChecks(judgements),
    await openCheck(client, provider.tasks, beyond),
    await objectCheck(inside, told),
    assessedCheck(known),
    await foldCheck(client, known),
  ];
  return { checks, told, judgements };
}

function acknowledgedCheck(told: readonly Told[]): Check {
  const results = told.flatMap(({ task, events }) => {
    const kept = new Set(events.flatMap((event) => (event.type === "observed" ? [event.sha256] : [])));
    const acknowledged = task.callbacks.filter(({ outcome }) => outcome === "acknowledged");
    return acknowledged.map(({ kind, sha256 }) =>
      kept.has(sha256) ? null : `${task.taskId}: the callback ${kind} was acknowledged and is not in the log.`,
    );
  });
  return checkOf("acknowledged callbacks are in their log", results);
}

function verdictChecks(judgements: readonly Judgement[]): readonly Check[] {
  const failed = judgements.filter(({ task }) => task.progress === "failed");
  const finished = judgements.filter(({ task, verdict }) => task.progress !== "failed" && verdict !== "beyond reach");
  return [
    checkOf("finished tasks are complete, their bytes right", finished.map(wrongOf)),
    checkOf("failed tasks are failed, as sent", failed.map(wrongOf)),
  ];
}

function wrongOf({ verdict, faults }: Judgement): string | null {
  return verdict === "lost" ? faults.join(" ") : null;
}

async function openCheck(
  client: BacklineClient,
  tasks: ReadonlyMap<string, Task>,
  beyond: ReadonlySet<string>,
): Promise<Check> {
  const listed = await client.tasks();
  const results = listed
    .filter(({ taskId }) => tasks.has(taskId) && !beyond.has(taskId))
    .map(({ taskId, stage, settled }) => (settled ? null : `${taskId} is still open, at stage ${stage}.`));
  return checkOf("no task is open", results);
}

async function objectCheck({ miniflare }: InsideWorker, told: readonly Told[]): Promise<Check> {
  const named = new Set(told.flatMap(({ events }) => events.flatMap(keyOf)));
  const keys = await keysIn(await miniflare.getR2Bucket("AUDIO"));
  const strays = keys.map((key) => (named.has(key) ? null : `${key} lies in R2, and no event names it.`));
  const missing = [...named].flatMap((key) => (keys.includes(key) ? [] : [`${key} is named, and not in R2.`]));
  return checkOf("objects in R2 are named by an event", [...strays, ...missing]);
}

function keyOf(event: TimelineItem): readonly string[] {
  if (event.type === "assessed") return event.waveformKey === null ? [] : [event.waveformKey];
  return event.type === "copied" ? [event.key] : [];
}

/** Assessments hold up nothing, and none of them gets lost. */
function assessedCheck(told: readonly Told[]): Check {
  const results = told.flatMap(({ task, events }) => {
    const assessed = new Set(events.flatMap((event) => (event.type === "assessed" ? [event.sha256] : [])));
    const kept = events.flatMap((event) => (event.type === "copied" && event.file === "audio" ? [event] : []));
    return kept.map(({ key, sha256 }) =>
      assessed.has(sha256) ? null : `${task.taskId}: ${key} is kept and was not looked into.`,
    );
  });
  return checkOf("kept audio was looked into", results);
}

type Bucket = Awaited<ReturnType<InsideWorker["miniflare"]["getR2Bucket"]>>;

async function keysIn(bucket: Bucket): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await bucket.list({ prefix: "tasks/", ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key));
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  return keys;
}

/** The state in memory is what the stored log adds up to. */
async function foldCheck(client: BacklineClient, known: readonly Told[]): Promise<Check> {
  const results: (string | null)[] = [];
  for (const { task } of known) {
    const answer = await client.get(`/tasks/${task.taskId}/rebuild`, { method: "POST" });
    const said = await answer.text();
    results.push(said.includes('"identical":true') ? null : `${task.taskId} folds to another state: ${said}`);
  }
  return checkOf("logs fold to the state that is shown", results);
}

function checkOf(name: string, results: readonly (string | null)[]): Check {
  const failures = results.filter((result) => result !== null);
  return { name, passed: results.length - failures.length, failures };
}
