/** What can be said of a task beyond its own log: when its stages are usually reached, and what to do about it. */
import type { Config } from "../../core/config.ts";
import type { Spread, Usual } from "../../core/view/usual.ts";
import { isoTime, type TaskView } from "../../core/view/view.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";
import { adviceFor } from "../pages/task/headline.ts";

const ASK_EVERY_MS = 60_000;

let asked: { readonly at: number; readonly usual: Usual } = {
  at: Number.NEGATIVE_INFINITY,
  usual: { first: null, complete: null },
};

export async function withExpectedTimes(env: Env, config: Config, view: TaskView): Promise<TaskView> {
  const advice = adviceFor(view, config.providerApiKey !== null);
  if (view.settled) return { ...view, advice };
  const usual = await usualHere(env, Date.now());
  const createdAt = Date.parse(view.createdAt);
  const firstAt = spreadFrom(createdAt, usual.first);
  const completeAt = spreadFrom(createdAt, usual.complete);
  const expected = firstAt === null && completeAt === null ? null : { firstAt, completeAt };
  return { ...view, expected, advice };
}

/** It changes slowly, so an isolate asks once a minute. A catalog that is out of reach costs no reader its answer. */
export async function usualHere(env: Env, now: number): Promise<Usual> {
  if (now - asked.at < ASK_EVERY_MS) return asked.usual;
  const usual = await catalogOf(env)
    .usual()
    .catch(() => asked.usual);
  asked = { at: now, usual };
  return usual;
}

function spreadFrom(start: number, spread: Spread | null): { readonly median: string; readonly p90: string } | null {
  return spread === null ? null : { median: isoTime(start + spread.medianMs), p90: isoTime(start + spread.p90Ms) };
}
