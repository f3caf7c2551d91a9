/** What can be said of an open task beyond its own log: when its stages are usually reached, and what a key would add. */
import { SET_PROVIDER_KEY } from "../../core/secrets.ts";
import type { Config } from "../../core/config.ts";
import type { Spread, Usual } from "../../core/view/usual.ts";
import { isoTime, type TaskView } from "../../core/view/view.ts";
import { catalogOf } from "../../platform/catalog/catalog.ts";

const ASK_EVERY_MS = 60_000;
const NO_KEY = `PROVIDER_API_KEY is not set: if the callbacks of this task get lost or its links expire, the provider cannot be asked. To change that, ${SET_PROVIDER_KEY}.`;

let asked: { readonly at: number; readonly usual: Usual } = {
  at: Number.NEGATIVE_INFINITY,
  usual: { first: null, complete: null },
};

export async function withExpectedTimes(env: Env, config: Config, view: TaskView): Promise<TaskView> {
  if (view.settled) return view;
  const usual = await usualHere(env, Date.now());
  const createdAt = Date.parse(view.createdAt);
  const firstAt = spreadFrom(createdAt, usual.first);
  const completeAt = spreadFrom(createdAt, usual.complete);
  const expected = firstAt === null && completeAt === null ? null : { firstAt, completeAt };
  return { ...view, expected, advice: config.providerApiKey === null ? NO_KEY : null };
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
