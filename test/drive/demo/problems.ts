/** Tasks that come to no good end, one of each kind, to see what the pages and the API say of them. */
import type { TaskView } from "../../../src/core/view/view.ts";
import * as z from "zod";
import { type Plan, usualPlan } from "../../rig/provider/hostile/plan.ts";
import type { Random } from "../../rig/provider/hostile/random.ts";
import type { Task } from "../../rig/provider/ledger.ts";
import type { SubmitOptions } from "../../rig/provider/provider.ts";
import type { Playground } from "./playground.ts";
import type { Followed } from "./progress.ts";

interface Problem {
  readonly title: string;
  readonly options: SubmitOptions;
  /** One of its two tracks cannot be fetched. */
  readonly withoutOne?: true;
  /** Backline submits it, so that it can be submitted again from its page. */
  readonly throughWorker?: true;
  /** Whether it came to the end that was meant. */
  readonly isRight: (view: TaskView) => boolean;
}

const FAILING = "Demo of a failure";

const PROBLEMS: readonly Problem[] = [
  {
    title: FAILING,
    options: {},
    throughWorker: true,
    isRight: ({ outcome }) => outcome === "failed",
  },
  {
    title: "Demo of a partial result",
    options: {},
    withoutOne: true,
    isRight: ({ outcome }) => outcome === "partial",
  },
  {
    title: "Demo of a loss",
    options: { quirk: "gone" },
    isRight: ({ outcome }) => outcome === "lost",
  },
  {
    title: "Demo of a doubtful file",
    options: { flaw: "truncated" },
    isRight: ({ outcome, tracks }) =>
      outcome === "complete" && tracks.some(({ assessment }) => assessment?.verdict === "fail"),
  },
];

/** What happens to a task at the provider. */
export function planOf({ request: { title, uploadUrl } }: Task, random: Random): Plan {
  if (title !== FAILING) return usualPlan(uploadUrl, random);
  return [
    { type: "stage", stage: "text", afterMs: 4_000 },
    { type: "failure", afterMs: 9_000, code: 451, message: "Failed to download the source audio." },
  ];
}

/** Submits one task for each problem. */
export async function submitProblems({ provider, client, callBackUrl }: Playground): Promise<readonly Task[]> {
  const broken = new Set<string>();
  provider.faults.file = ({ file }, track) =>
    file === "audio" && track !== null && broken.has(track.trackId) ? { kind: "status", status: 404 } : null;
  const submitted = PROBLEMS.map(async ({ title, options, withoutOne, throughWorker }) => {
    const request = { uploadUrl: provider.sourceUrl("vocals"), title, tags: "warm indie pop", negativeTags: "metal" };
    if (throughWorker === true) return submitThrough(client, provider, request);
    const task = provider.submit({ ...request, callBackUrl }, options);
    if (withoutOne === true) broken.add(task.tracks[1].trackId);
    return task;
  });
  return Promise.all(submitted);
}

async function submitThrough(
  client: Playground["client"],
  provider: Playground["provider"],
  request: object,
): Promise<Task> {
  const response = await client.get("/tasks", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const { taskId } = z.object({ taskId: z.string() }).parse(await response.json());
  const task = provider.tasks.get(taskId);
  if (task === undefined) throw new Error("the simulated provider does not know the task that it took");
  return task;
}

export function isProblem({ title }: Followed): boolean {
  return PROBLEMS.some((problem) => problem.title === title);
}

/** A sentence for each that did not come to the end that was meant. */
export function problemFaults(followed: readonly Followed[]): readonly string[] {
  return followed.flatMap(({ title, taskId, view }) => {
    const problem = PROBLEMS.find((one) => one.title === title);
    const isRight = problem === undefined || (view !== null && problem.isRight(view));
    return isRight ? [] : [`${title} (${taskId}) ended as ${view?.outcome ?? "nothing yet"}.`];
  });
}
