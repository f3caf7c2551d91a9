/** What has to be true after the storm, checked through the Worker and in its stores. */
import { checkOf, type Check } from "../../rig/judge/check.ts";
import { namedResults, objectsIn, onceResults, sweptKeys } from "../../rig/judge/objects.ts";
import { acknowledgedResults } from "../../rig/judge/timeline.ts";
import { judge, type Judgement } from "../../rig/judge/verdict.ts";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import { noticeChecks, type Reported } from "./notices.ts";
import type { Told } from "./recovery.ts";
import type { InsideWorker, Stage } from "./stage.ts";

export interface Checked {
  readonly checks: readonly Check[];
  readonly told: readonly Told[];
  readonly judgements: readonly Judgement[];
}

export async function check(stage: Stage, inside: InsideWorker, canAsk: boolean): Promise<Checked> {
  const { client, provider } = stage;
  const told: Told[] = [];
  const reported: Reported[] = [];
  const judgements: Judgement[] = [];
  for (const task of provider.all()) {
    const { taskId } = task;
    const view = await client.task(taskId);
    judgements.push(await judge(client, task, view, canAsk));
    const events = view === null ? [] : await client.events(taskId);
    told.push({ task, events });
    if (view !== null) reported.push({ view, events, sent: stage.receiver.sentAbout(taskId) });
  }
  const known = told.filter(({ events }) => events.length > 0);
  const beyond = new Set(judgements.flatMap(({ task, verdict }) => (verdict === "beyond reach" ? [task.taskId] : [])));
  const objects = await objectsIn(inside.miniflare);
  const equal = provider.all().filter((task) => "quirk" in task && task.quirk === "equal");
  const checks = [
    checkOf(
      "acknowledged callbacks are in their log",
      told.flatMap(({ task, events }) => acknowledgedResults(task, events)),
    ),
    ...verdictChecks(judgements),
    await openCheck(client, new Set(provider.all().map(({ taskId }) => taskId)), beyond),
    checkOf(
      "objects in R2 are named by an event",
      namedResults(
        objects,
        told.flatMap(({ events }) => events),
      ),
    ),
    checkOf("no file lies in R2 twice", onceResults(objects, new Set(equal.map(({ taskId }) => taskId)))),
    ...noticeChecks(reported),
    assessedCheck(known),
    await foldCheck(client, known),
  ];
  return { checks, told, judgements };
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
  tasks: ReadonlySet<string>,
  beyond: ReadonlySet<string>,
): Promise<Check> {
  const listed = await client.tasks();
  const results = listed
    .filter(({ taskId }) => tasks.has(taskId) && !beyond.has(taskId))
    .map(({ taskId, stage, settled }) => (settled ? null : `${taskId} is still open, at stage ${stage}.`));
  return checkOf("no task is open", results);
}

/** Assessments hold up nothing, and none of them gets lost. */
function assessedCheck(told: readonly Told[]): Check {
  const results = told.flatMap(({ task, events }) => {
    const assessed = new Set(events.flatMap((event) => (event.type === "assessed" ? [event.sha256] : [])));
    const gone = sweptKeys(events);
    const kept = events.flatMap((event) =>
      event.type === "copied" && event.file === "audio" && !gone.has(event.key) ? [event] : [],
    );
    return kept.map(({ key, sha256 }) =>
      assessed.has(sha256) ? null : `${task.taskId}: ${key} is kept and was not looked into.`,
    );
  });
  return checkOf("kept audio was looked into", results);
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
