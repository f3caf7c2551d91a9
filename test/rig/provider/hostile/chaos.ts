/**
 * The simulated provider turned hostile by a seed: plans and faults for `startProvider`.
 *
 * Every decision is a hash of the seed and of what is decided, never of time, so a run can be repeated. Every fault
 * passes sometime: each task that the provider finishes can be had whole. A few tasks fail, as real ones do.
 */
import { fileFault } from "./chaos-files.ts";
import type { AnswerFault, CallbackFault, Faults } from "./faults.ts";
import type { Called, Made, Progress, Quirk, Task } from "../ledger.ts";
import { type Plan, usualPlan } from "./plan.ts";
import { oneOf, type Random, randomFrom, whole } from "./random.ts";
import { failingMadePlan, type MadePlan, usualMadePlan } from "../products/workshop.ts";
import { stageBody } from "../shapes.ts";

export type Chaos = {
  readonly faults: Faults;
  readonly plan: (task: Task, random: Random) => Plan;
  readonly madePlan: (made: Made, random: Random) => MadePlan;
  readonly quirk: (number: number) => Quirk | null;
};

export type ChaosOptions = {
  readonly seed: number;
  /** Whether the receiver can ask. If it cannot, only that goes wrong which heals by trying again. */
  readonly receiverAsks: boolean;
};

/** A source of chance of its own for whatever the parts name. */
export type Draw = (...parts: readonly (string | number)[]) => Random;

export function chaos({ seed, receiverAsks }: ChaosOptions): Chaos {
  const draw: Draw = (...parts) => randomFrom("chaos", seed, ...parts);
  // A failed task's record names no links, so none of them can be had anew.
  const failing = new Set<string>();
  return {
    plan: (task, random) => {
      const plan = planOf(task, usualPlan(task.request.uploadUrl, random), draw, receiverAsks);
      if (plan.some(({ type }) => type === "failure")) for (const { trackId } of task.tracks) failing.add(trackId);
      return plan;
    },
    madePlan: (made, random) => madePlanOf(made, random, draw, receiverAsks),
    // Whoever cannot ask would never get what the record alone has.
    quirk: (number) => (receiverAsks ? quirkOf(draw("quirk", number)()) : null),
    faults: {
      file: (request, track) => fileFault(request, track, draw, receiverAsks && !failing.has(track?.trackId ?? "")),
      callback: (task, kind, attempt) => callbackFault(task, kind, attempt, draw, receiverAsks),
      answer: (route, task) => {
        if (task === null) return null;
        if (route === "record") {
          const fails = "tracks" in task && task.tracks.some(({ trackId }) => failing.has(trackId));
          return recordFault(task, fails, draw("record", task.taskId, task.asks.length));
        }
        return draw("submit", task.taskId)() < 0.08 ? { kind: "cut" } : null;
      },
    },
  };
}

/** The share of tasks up to which each is drawn. */
const QUIRKS: readonly (readonly [Quirk, number])[] = [
  ["forbidden", 0.06],
  ["gone", 0.12],
  ["preview", 0.27],
  ["equal", 0.33],
];

function quirkOf(fate: number): Quirk | null {
  return QUIRKS.find(([, share]) => fate < share)?.[0] ?? null;
}

/** The usual one, or: a failure in the clothes of a success, a `complete` without audio before the real one, silence. */
function planOf(task: Task, usual: Plan, draw: Draw, receiverAsks: boolean): Plan {
  const random = draw("plan", task.taskId);
  const fate = random();
  const last = usual.at(-1);
  if (last?.type !== "stage") return usual;
  if (fate < 0.06 && task.quirk === null) {
    const data = oneOf(random, ["null", "empty", "error-text"] as const);
    return [
      ...usual.slice(0, -1),
      { type: "failure", afterMs: last.afterMs, code: 400, callbackType: "complete", data },
    ];
  }
  if (fate < 0.18) {
    const hollow = { type: "body", afterMs: last.afterMs, kind: "complete", body: withoutAudio } as const;
    return [...usual.slice(0, -1), hollow, { ...last, afterMs: last.afterMs + 20_000 }];
  }
  return fate < 0.26 && receiverAsks ? [...usual.slice(0, -1), { ...last, silent: true }] : usual;
}

/** The usual one, a failure, or silence. */
function madePlanOf(made: Made, random: Random, draw: Draw, receiverAsks: boolean): MadePlan {
  const fate = draw("plan", made.taskId)();
  if (fate < 0.08) return failingMadePlan(made, random);
  return { ...usualMadePlan(made, random), silent: fate < 0.2 && receiverAsks };
}

const withoutAudio: Extract<Plan[number], { type: "body" }>["body"] = (task, addresses) =>
  JSON.stringify(stageBody(task, "complete", addresses), (key, value: unknown) => (key === "audio_url" ? "" : value));

/** Who can ask may lose every callback of a task; who cannot loses two attempts at most, and the provider tries four times. */
function callbackFault(
  { taskId }: Called,
  kind: string,
  attempt: number,
  draw: Draw,
  receiverAsks: boolean,
): CallbackFault | null {
  const unheard = draw("unheard", taskId)() < 0.12 || draw("lost", taskId, kind)() < 0.08;
  if (receiverAsks && unheard) return "drop";
  const random = draw("callback", taskId, kind, attempt);
  const fault = random();
  if (fault < 0.15) return attempt <= 2 ? "drop" : null;
  if (fault < 0.3) return "double";
  return fault < 0.45 && attempt === 1 ? { delayMs: whole(random, 60_000, 150_000) } : null;
}

const RECORD_FAULTS = [
  "status",
  "429",
  "405",
  "empty",
  "unreadable",
  "cut",
  "late",
  "too-late",
  "stale",
  "stale",
  "hollow",
  "mixed-up",
] as const;
/** Longer than anybody waits. */
const TOO_LATE_MS = 17_000;

/**
 * Many of the first two answers, then of every other one, then none: a dead link can wait for few of them. Of a task
 * that fails nothing says that it succeeds: who believed that, rightly, would never learn better.
 */
function recordFault({ asks, progress }: Task | Made, fails: boolean, random: Random): AnswerFault | null {
  const nth = asks.length + 1;
  if (random() > 0.6 || nth > 9 || (nth > 2 && nth % 2 === 1)) return null;
  const kind = oneOf(random, RECORD_FAULTS);
  switch (kind) {
    case "status":
      return { kind, status: 500 };
    case "429":
    case "405":
      return { kind: "body", body: JSON.stringify({ code: Number(kind), msg: "too frequent", data: null }) };
    case "empty":
      return { kind: "body", body: JSON.stringify({ code: 200, msg: "success", data: null }) };
    case "unreadable":
      return { kind: "body", body: "<html><h1>502 Bad Gateway</h1></html>" };
    case "cut":
      return { kind };
    case "late":
      return { kind, ms: whole(random, 500, 3_000) };
    case "too-late":
      return { kind: "late", ms: TOO_LATE_MS };
    case "hollow":
      return fails || progress === "failed" ? null : { kind };
    case "mixed-up":
      return { kind };
    case "stale":
      return { kind, progress: earlier(progress, random) };
  }
}

function earlier(progress: Progress, random: Random): Progress {
  switch (progress) {
    case "pending":
    case "text":
      return "pending";
    case "first":
      return oneOf(random, ["pending", "text"]);
    case "complete":
    case "failed":
      return oneOf(random, ["pending", "text", "first"]);
  }
}
