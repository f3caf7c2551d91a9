/**
 * One run of a task's alarm: do what is due, until nothing is or the time is up, then arm for the rest.
 *
 * A plain function over a small `Deps`: the object only wires it, and a simulation can run a task's life in memory
 * and crash it at every `await`. What to do is read off the state after each effect, so nothing here remembers.
 */
import { due, effectName, nextDue, type Effect } from "../../core/next/agenda.ts";
import { ANALYZER_VERSION } from "../../core/audio/analyzer.ts";
import type { AssessMode, EventBody } from "../../core/task/event.ts";
import { startEffect, type Deps } from "./effects.ts";

export const LEASE_MS = 30_000;
const RENEW_AFTER_MS = 20_000;
/** After this nothing new is begun. */
const START_MS = 240_000;
/** A copy has 10 minutes, and the platform ends an alarm after 15. */
const RUN_MS = 14 * 60_000;
const MAX_COPIES = 4;

/** Rejects only where the successor could not be secured, or the log cannot be written: the platform's retry is then the only one. */
export async function runAlarm(deps: Deps): Promise<void> {
  if (due(deps.task(), deps.now(), deps.pace).length > 0) await runEffects(deps);
  await deps.rearm();
}

async function runEffects(deps: Deps): Promise<void> {
  await deps.lease(LEASE_MS);
  const startedAt = deps.now();
  let leasedAt = startedAt;
  const abort = new AbortController();
  const running = new Map<string, Promise<void>>();
  try {
    for (;;) {
      const ranMs = deps.now() - startedAt;
      if (ranMs >= RUN_MS) abort.abort();
      if (ranMs < START_MS) {
        deps.assertOwned();
        startDue(deps, running, abort.signal);
      }
      if (running.size === 0) return;
      const woken = new AbortController();
      await Promise.race([...running.values(), deps.awaitWake(pauseOf(deps), woken.signal)]);
      woken.abort();
      if (deps.now() - leasedAt >= RENEW_AFTER_MS) {
        await deps.lease(LEASE_MS);
        leasedAt = deps.now();
      }
    }
  } finally {
    abort.abort();
  }
}

/** Until something else falls due, or the lease wants renewing. */
function pauseOf(deps: Deps): number {
  const now = deps.now();
  const next = nextDue(deps.task(), now, deps.pace);
  return next === null ? RENEW_AFTER_MS : Math.min(next - now, RENEW_AFTER_MS);
}

/** Starts what is due and not under way. An effect that is over at once can make others due. */
function startDue(deps: Deps, running: Map<string, Promise<void>>, signal: AbortSignal): void {
  for (let recorded = true; recorded;) {
    recorded = false;
    for (const effect of due(deps.task(), deps.now(), deps.pace)) {
      const name = effectName(effect);
      if (running.has(name)) continue;
      if (effect.type === "forget") return deps.forget();
      if (effect.type === "lose" || effect.type === "abandon" || effect.type === "settle_for") {
        deps.record(endOf(effect, deps.assessMode));
        recorded = true;
        break;
      }
      if (effect.type === "copy" && copiesIn(running) >= MAX_COPIES) continue;
      const work = startEffect(deps, effect, signal).finally(() => running.delete(name));
      running.set(name, work);
    }
  }
}

function copiesIn(running: ReadonlyMap<string, unknown>): number {
  return [...running.keys()].filter((name) => name.includes(":")).length;
}

type End = Extract<Effect, { type: "lose" | "abandon" | "settle_for" }>;

/** What needs no more than to be written down. */
function endOf(effect: End, assess: AssessMode): EventBody {
  switch (effect.type) {
    case "lose":
      return {
        type: "lost",
        file: effect.file,
        trackId: effect.trackId,
        links: [...effect.links],
        reason: effect.reason,
      };
    case "abandon":
      return { ...effect, type: "abandoned" };
    case "settle_for": {
      const { reason, ...cut } = effect.cut;
      const heard = cut.file === "audio" ? { analyzerVersion: ANALYZER_VERSION, assess } : {};
      return { type: "copied", ...cut, ...heard, lastResort: reason };
    }
  }
}
