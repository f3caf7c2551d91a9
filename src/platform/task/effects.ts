/**
 * What a task has done for it, piece by piece: each effect is safe to repeat, and its outcome is an event.
 *
 * Plain functions over a small `Deps`, which the object wires to the platform.
 */
import { learns } from "../../core/task/admission.ts";
import type { Effect } from "../../core/next/agenda.ts";
import { ANALYZER_VERSION } from "../../core/audio/analyzer.ts";
import type { Media } from "../../core/audio/format.ts";
import type { ContainerFacts } from "../../core/audio/container/facts.ts";
import type { AssessMode, Assessed, Copied, EventBody, FileKind, Observed, Polled } from "../../core/task/event.ts";
import type { Message } from "../../core/next/notices.ts";
import { MAX_ASSESS_STARTS, type Pace } from "../../core/next/pace.ts";
import { codeWords } from "../../core/provider/recovery.ts";
import { lastNewsAt } from "../../core/task/stage.ts";
import { fileStatus, supersededKeys } from "../../core/task/copies.ts";
import type { Played } from "../../core/task/length.ts";
import { lossKey, type Task } from "../../core/task/task.ts";
import { deliveredBy, mediaOf } from "../../core/task/files.ts";
import { tell, type NotifyOutcome, type Telling } from "./notifier.ts";
import type { RecordAnswer, RecoveryAnswer, SubmitAnswer } from "../provider-client.ts";
import { logFault } from "../log-fault.ts";

export type CopyOutcome =
  | {
      readonly stored: true;
      readonly key: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly contentType: string;
      readonly container: ContainerFacts;
    }
  | {
      readonly stored: false;
      readonly reason: string;
      readonly dead: boolean;
      /** What was kept of it, as a last resort. */
      readonly cut?: NonNullable<Extract<EventBody, { type: "copy_failed" }>["cut"]>;
    };

export interface CopyOrder {
  readonly taskId: string;
  readonly trackId: string;
  readonly file: FileKind;
  /** What its bytes have to be. */
  readonly media: Media;
  readonly attempt: number;
  /** The link itself; the log holds its hash. */
  readonly url: string;
  readonly linkHash: string;
  /** The longest duration that the provider gave for the track. */
  readonly claimedSeconds?: number | null;
  /** The longest cut file so far: one that is no longer is not kept. */
  readonly longestCut?: Played | null;
}

export interface AssessOrder {
  readonly taskId: string;
  readonly trackId: string;
  readonly stored: Copied;
}

/** What the assessor found; the facts are those of `assessed`. */
export type AssessOutcome = Pick<Assessed, "outcome" | "reason" | "facts" | "waveformKey">;

export interface Deps {
  readonly pace: Pace;
  readonly assessMode: AssessMode;
  readonly now: () => number;
  readonly task: () => Task;
  /** Appends and folds, at once. A repeated count keeps its first `at`. */
  readonly record: (event: EventBody & { readonly at?: number }, body?: string) => void;
  readonly copy: (order: CopyOrder, signal: AbortSignal) => Promise<CopyOutcome>;
  /** Safe to repeat. Rejects where the analysis broke off. */
  readonly assess: (order: AssessOrder) => Promise<AssessOutcome>;
  /** Until when another put may still land on this one, in epoch milliseconds; 0: there is none. */
  readonly publish: (task: Task) => Promise<number>;
  readonly shown: Telling["shown"];
  /** Deletes what no file of the task has among the keys of attempts up to its last ones; returns how many. */
  readonly sweep: (task: Task) => Promise<number>;
  /** Where our own callBackUrls lead, without a request to tell it; null where nothing does. */
  readonly origin: () => string | null;
  /** Has the provider make new links. Never rejects. */
  readonly recover: (task: Task, origin: string) => Promise<SubmitAnswer>;
  /** Never rejects. */
  readonly followRecovery: (recoveryId: string, signal: AbortSignal) => Promise<RecoveryAnswer>;
  readonly ask: (task: Task, signal: AbortSignal) => Promise<RecordAnswer>;
  /** Never rejects. */
  readonly notify: (message: Message, signal: AbortSignal) => Promise<NotifyOutcome>;
  /** How long a task is usually silent on this deployment, in milliseconds. */
  readonly usualSilence: () => Promise<number>;
  /** Drops the task, at once; what is left elsewhere is deleted by later runs. */
  readonly forget: () => void;
  /** Throws where this instance was superseded: what it knows may never have been stored. */
  readonly assertOwned: () => void;
  /** Secures a successor, should this run die. */
  readonly lease: (ms: number) => Promise<void>;
  /** Arms for the state as it is in this instant, and ends the run for all who ask. */
  readonly rearm: () => Promise<void>;
  /** Resolves when something else than this run recorded an event, or after `ms`, or when the signal aborts. */
  readonly awaitWake: (ms: number, signal: AbortSignal) => Promise<void>;
}

type Work = Exclude<Effect, { type: "lose" | "settle_for" | "abandon" | "forget" }>;

/** Resolves when the outcome is recorded; rejects only where it could not be. */
export async function startEffect(deps: Deps, effect: Work, signal: AbortSignal): Promise<void> {
  switch (effect.type) {
    case "copy":
      return copy(deps, effect, signal);
    case "assess":
      return assess(deps, effect);
    case "publish":
      return publish(deps);
    case "poll":
      return poll(deps, effect.claim, signal);
    case "recover":
      return recover(deps, effect.by);
    case "follow_recovery":
      return followRecovery(deps, effect.recoveryId, signal);
    case "notify":
      return tell(deps, effect.notice, signal);
    case "stall": {
      const usual = await attemptOf(deps.usualSilence());
      if (!usual.ok) deps.record({ type: "effect_failed", effect: "stall", reason: usual.reason });
      else if (deps.now() - lastNewsAt(deps.task()) < usual.value)
        deps.record({ type: "usual", silenceMs: usual.value });
      else {
        deps.record({ type: "stalled" });
        // For the catalog to list it; should this fail, the watchdog tells it.
        await attemptOf(deps.publish(deps.task()));
      }
      return undefined;
    }
    case "sweep": {
      const task = deps.task();
      const keys = [...supersededKeys(task).all];
      const deleted = await attemptOf(deps.sweep(task));
      if (deleted.ok)
        deps.record({
          type: "swept",
          attempts: task.attempts,
          deleted: deleted.value,
          ...(keys.length > 0 ? { keys } : {}),
        });
      else deps.record({ type: "effect_failed", effect: "sweep", reason: deleted.reason });
    }
  }
}

/** The answer is an observation like any other. One that says nothing new is only counted. */
async function poll(deps: Deps, claim: boolean, signal: AbortSignal): Promise<void> {
  // The answer knows nothing of what happens while it is on its way.
  const askedAt = deps.now();
  const asked = await attemptOf(deps.ask(deps.task(), signal));
  const answer: RecordAnswer = asked.ok ? asked.value : { type: "failed", reason: asked.reason };
  const told = (result: Polled["result"], reason: string | null): void =>
    deps.record(polledEvent(deps.task(), { result, reason, claim, askedAt }));
  if (answer.type !== "record") return told(answer.type, answer.type === "failed" ? answer.reason : null);
  const event = recordEvent(answer, deps.now());
  const news = learns(deps.task(), event);
  if (news) deps.record(event, answer.body);
  told(news ? "news" : "unchanged", null);
}

function recordEvent({ sha256, observation }: Pick<Observed, "sha256" | "observation">, at: number): Observed {
  return { type: "observed", via: "poll", verdict: "record", sha256, observation, at, lastAt: at, times: 1 };
}

interface Asked extends Pick<Polled, "result" | "reason"> {
  readonly claim: boolean;
  readonly askedAt: number;
}

function polledEvent(task: Task, { result, reason, claim, askedAt }: Asked): Polled {
  const known = (claim ? task.claimPolls : task.polls).get(result);
  const about = { type: "polled", result, reason, ...(claim ? { claim } : {}) } as const;
  return { ...about, at: known?.at ?? askedAt, lastAt: askedAt, times: (known?.times ?? 0) + 1 };
}

async function copy(deps: Deps, effect: Extract<Effect, { type: "copy" }>, signal: AbortSignal): Promise<void> {
  const task = deps.task();
  const { file, trackId, link } = effect;
  const attempt = (task.lastAttempts.get(lossKey(file, trackId)) ?? 0) + 1;
  const about = { file, trackId, link: link.hash, attempt };
  const track = deliveredBy(task).find((one) => one.trackId === trackId);
  deps.record({ type: "copy_started", ...about, host: new URL(link.url).host || "its message" });
  const order = {
    taskId: task.taskId,
    trackId,
    file,
    media: mediaOf(task, file),
    attempt,
    url: link.url,
    linkHash: link.hash,
    claimedSeconds: track?.durationSeconds ?? null,
    longestCut: track === undefined ? null : fileStatus(task, track, file).cut,
  };
  const copied = await attemptOf(deps.copy(order, signal));
  if (!copied.ok) deps.record({ type: "copy_failed", ...about, reason: copied.reason, dead: false });
  else if (copied.value.stored) {
    const { key, bytes, sha256, contentType, container } = copied.value;
    const heard = { container, analyzerVersion: ANALYZER_VERSION, assess: deps.assessMode };
    const kept = { type: "copied", ...about, key, bytes, sha256, contentType } as const;
    deps.record(file === "audio" ? { ...kept, ...heard } : kept);
  } else {
    const { reason, dead, cut } = copied.value;
    deps.record({ type: "copy_failed", ...about, reason, dead, ...(cut === undefined ? {} : { cut }) });
  }
}

/** The call is written down before it is made: one that breaks off may have cost credits, and is not made again. */
async function recover(deps: Deps, by: "auto" | null): Promise<void> {
  const origin = by === null ? deps.task().recovery?.origin : deps.origin();
  if (by !== null) deps.record({ type: "recovery_asked", by, origin: origin ?? "" });
  deps.record({ type: "recovery_called" });
  const answer = await attemptOf(deps.recover(deps.task(), origin ?? ""));
  if (!answer.ok) deps.record({ type: "recovery_ended", reason: UNCLEAR });
  else if (answer.value.type === "accepted") deps.record({ type: "recovery_started", recoveryId: answer.value.taskId });
  else deps.record({ type: "recovery_ended", reason: refusalOf(answer.value) });
}

const UNCLEAR = "unclear: the provider may have begun it, and gave no id. It is not asked again by itself";

function refusalOf(answer: Exclude<SubmitAnswer, { type: "accepted" }>): string {
  switch (answer.type) {
    case "refused":
      return `refused_${answer.code}: the provider answered with ${codeWords(answer.code, answer.message)}`;
    case "not_the_api":
      return `not_the_api: something else answered with status ${answer.status}. Check PROVIDER_BASE_URL`;
    case "unclear":
      return UNCLEAR;
  }
}

/** Its links join the task as a message of the provider. */
async function followRecovery(deps: Deps, recoveryId: string | null, signal: AbortSignal): Promise<void> {
  const { recovery } = deps.task();
  if (recoveryId === null || recovery === null) return deps.record({ type: "recovery_ended", reason: UNCLEAR });
  if (deps.now() - recovery.at >= deps.pace.recoveryLifeMs)
    return deps.record({ type: "recovery_ended", reason: "timeout: the provider did not end it" });
  const asked = await attemptOf(deps.followRecovery(recoveryId, signal));
  const now = deps.now();
  if (asked.ok && asked.value.type === "failed")
    return deps.record({ type: "recovery_ended", reason: asked.value.reason });
  if (!asked.ok || asked.value.type !== "done")
    return deps.record({ type: "recovery_polled", at: now, lastAt: now, times: recovery.asked + 1 });
  deps.record(recordEvent(asked.value, now), asked.value.body);
  deps.record({ type: "recovery_ended", reason: null });
}

/** A start that breaks off is due again after a while; it never costs the track, and after a few it is given up. */
async function assess(deps: Deps, effect: Extract<Effect, { type: "assess" }>): Promise<void> {
  const { trackId, stored, starts } = effect;
  const { sha256 } = stored;
  const told = { type: "assessed", sha256, analyzerVersion: ANALYZER_VERSION } as const;
  if (starts >= MAX_ASSESS_STARTS) {
    deps.record({ ...told, outcome: "failed", reason: GAVE_UP, facts: null, waveformKey: null });
    return;
  }
  deps.record({ type: "assess_started", sha256, attempt: starts + 1 });
  const assessed = await attemptOf(deps.assess({ taskId: deps.task().taskId, trackId, stored }));
  if (assessed.ok) deps.record({ ...told, ...assessed.value });
}

const GAVE_UP = `${MAX_ASSESS_STARTS} analyses ended without a result, perhaps for want of CPU time (the free plan's 10 ms are too few): set ASSESS to "scan", or POST /tasks/:id/assess to try again`;

/** The version is taken before the put: if the task moves meanwhile, the put is due again. */
async function publish(deps: Deps): Promise<void> {
  const task = deps.task();
  const done = await attemptOf(deps.publish(task));
  deps.record(
    done.ok
      ? {
          type: "published",
          version: task.version,
          settled: task.settledAt !== null,
          ...(done.value === 0 ? {} : { againAt: done.value }),
        }
      : { type: "effect_failed", effect: "publish", reason: done.reason },
  );
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** An effect that throws is an event with a reason, not the end of the run. The message may hold a link: it is not kept. */
async function attemptOf<T>(work: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    logFault("an effect threw", error);
    return { ok: false, reason: "internal: the platform failed under this step" };
  }
}
