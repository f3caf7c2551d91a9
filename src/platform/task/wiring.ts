/** The effects of a task, wired to the platform: R2, KV, the catalog, and the provider where there is a key. */
import { measuredOf } from "../../core/audio/fit/fit.ts";
import { catalogRowOf } from "../../core/view/catalog-row.ts";
import { submittedEvent, type FileKind } from "../../core/task/event.ts";
import type { Config } from "../../core/config.ts";
import type { Message } from "../../core/next/notices.ts";
import { redact } from "../../core/provider/redaction.ts";
import { nextWake } from "../../core/next/agenda.ts";
import { paceOf, type Pace } from "../../core/next/pace.ts";
import { reduce } from "../../core/task/reduce.ts";
import { parentOf, productOf, recordOf } from "../../core/task/product.ts";
import type { Task } from "../../core/task/task.ts";
import { NOTES_SCHEME } from "../../core/provider/products/notes.ts";
import { fileKey } from "../../core/ids.ts";
import { capabilityOf, RECOVERY_OF } from "../../core/provider/callback-url.ts";
import { recoveryRef } from "../../core/provider/recovery.ts";
import type { Assessor } from "../audio/assessor.ts";
import { deleteStrays } from "../audio/store.ts";
import { catalogOf } from "../catalog/catalog.ts";
import { copyFile, type CopyRules } from "../audio/verified-copy.ts";
import { keepNotes } from "../audio/keep-notes.ts";
import type { AssessOrder, AssessOutcome, CopyOrder, CopyOutcome, Deps } from "./effects.ts";
import { sendMessage, type NotifyOutcome } from "./notifier.ts";
import type { WakeSignal } from "./wake-signal.ts";
import {
  askForRecord,
  askForRecovery,
  providerAccess,
  requestRecovery,
  type RecordAnswer,
  type RecoveryAnswer,
  type SubmitAnswer,
} from "../provider-client.ts";
import { linkPolicy, withAllowedLinks } from "./link-policy.ts";
import { publishTask } from "../read-model.ts";
import { copyBuffers } from "../audio/slots.ts";
import { RIVAL_MS, type TaskState } from "./state.ts";

export interface Wiring extends Pick<Deps, "lease" | "rearm"> {
  readonly env: Env;
  readonly assessor: Pick<Assessor, "assess">;
  readonly config: Config;
  readonly pace: Pace;
  readonly state: TaskState;
  readonly wakeSignal: WakeSignal;
}

/** A picture; a larger one is none. */
const MAX_COVER_BYTES = 10 * 1_024 * 1_024;
const STALL_MS = 20_000;
const SHORTEST_STALL_MS = 3_000;
/** Of one copy, from its own start. */
const COPY_MS = 10 * 60_000;

/** What the configuration makes of the pace. */
export function configuredPace({ timeScale, providerApiKey, notify, recovery, retentionDays }: Config): Pace {
  const canAsk = providerApiKey !== null;
  return paceOf(timeScale, { canAsk, canNotify: notify !== null, recovers: recovery === "auto", retentionDays });
}

export function depsOf(wiring: Wiring): Deps {
  const { env, pace, state, wakeSignal, lease, rearm } = wiring;
  return {
    pace,
    assessMode: wiring.config.assess,
    now: () => state.now(),
    task: () => state.known,
    record: (event, body) => state.record(event, body ?? null),
    copy: (order, signal) => copy(wiring, order, signal),
    assess: (order) => assess(wiring, order),
    publish: (task) => publish(wiring, task),
    shown: (view) => withAllowedLinks(view, linkPolicy(wiring.config, state.known)),
    sweep: (task) => deleteStrays(env.AUDIO, task),
    ask: (task, signal) => ask(wiring, task, signal),
    origin: () => originOf(wiring),
    recover: (task, origin) => recover(wiring, task, origin),
    followRecovery: (recoveryId, signal) => followRecovery(wiring, recoveryId, signal),
    notify: (message, signal) => notify(wiring, message, signal),
    usualSilence: async () => (await catalogOf(env).usual()).complete?.p90Ms ?? 0,
    forget: () => state.forget(),
    assertOwned: () => state.assertOwned(),
    lease,
    rearm,
    awaitWake: (ms, signal) => wakeSignal.wait(ms, signal),
  };
}

function limitOf({ maxAudioBytes, maxFileBytes }: Config, file: FileKind): CopyRules["limit"] {
  if (file === "cover") return { setting: "MAX_AUDIO_BYTES", bytes: Math.min(MAX_COVER_BYTES, maxAudioBytes) };
  return file === "file"
    ? { setting: "MAX_FILE_BYTES", bytes: maxFileBytes }
    : { setting: "MAX_AUDIO_BYTES", bytes: maxAudioBytes };
}

/** A copy that ends under a tombstone takes its file along. */
async function copy({ env, config, state }: Wiring, order: CopyOrder, signal: AbortSignal): Promise<CopyOutcome> {
  const rules: CopyRules = {
    policy: linkPolicy(config, state.known),
    limit: limitOf(config, order.file),
    stallMs: Math.max(STALL_MS / config.timeScale, SHORTEST_STALL_MS),
    longestMs: COPY_MS,
    buffers: copyBuffers,
  };
  const outcome = order.url.startsWith(NOTES_SCHEME)
    ? await keepNotes(env.AUDIO, order, state.log.bodies())
    : await copyFile(order, rules, env.AUDIO, signal);
  const key = outcome.stored ? outcome.key : outcome.cut?.key;
  if (key !== undefined && state.tombstone !== null) await env.AUDIO.delete(key);
  // It names the host that a redirect led to.
  return outcome.stored ? outcome : { ...outcome, reason: redact(outcome.reason, config.redaction) };
}

/** One that ends under a tombstone takes its waveform along. */
async function assess(
  { env, state, assessor }: Wiring,
  { taskId, trackId, stored }: AssessOrder,
): Promise<AssessOutcome> {
  const { key, attempt, container } = stored;
  const waveformKey = fileKey(taskId, trackId, "waveform", attempt, "json");
  const known = state.known.source;
  const source = known === null ? {} : { source: { ...measuredOf(known.audio), landmarks: known.landmarks ?? null } };
  const outcome = await assessor.assess({ key, waveformKey, container: container ?? null, ...source });
  if (state.tombstone !== null) await env.AUDIO.delete(waveformKey);
  return outcome;
}

/**
 * KV for the readers of a settled task, then the catalog for lists and the watchdog: it is to know when there is work
 * left, should the alarm be lost. Both come to their end before the next publication may begin: a put that lags behind
 * would undo it. A put beside it may have ended meanwhile and yet land last: this one is due again as if it had not.
 */
async function publish({ env, config, state, pace }: Wiring, task: Task): Promise<number> {
  const rivalBefore = rivalUntil({ config, state });
  const settled = task.settledAt !== null;
  const isPut = settled || task.published !== null;
  const put = isPut
    ? await attempt(publishTask(env.STATE, task, (view) => withAllowedLinks(view, linkPolicy(config, task))))
    : null;
  const now = state.now();
  const published = {
    type: "published",
    version: task.version,
    settled,
    againAt: Math.max(rivalBefore, rivalUntil({ config, state })),
    at: now,
  } as const;
  const wake = nextWake(isPut && put === null ? reduce(task, published) : task, pace);
  const row = catalogRowOf(task, now, wake);
  state.assertOwned();
  const handovers = await catalogOf(env).tell([row]);
  state.told = row;
  if (put !== null) throw put.error;
  for (const { ref, requestJson, host, source } of handovers) {
    const known = { host, ...(source === null ? {} : { source }) };
    if (state.known.request === null) state.record({ ...submittedEvent(ref, requestJson), ...known });
    await catalogOf(env).handedOver(ref);
  }
  return published.againAt;
}

/** Null where it worked. */
async function attempt(work: Promise<void>): Promise<{ readonly error: unknown } | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return { error };
  }
}

/** The record's word on what it was made of counts where that is here. */
async function ask({ env, config }: Wiring, task: Task, signal: AbortSignal): Promise<RecordAnswer> {
  const access = providerAccess(config);
  const record = recordOf(task);
  if (record === null) return { type: "failed", reason: "no_record: nobody knows where this product's record lies" };
  if (access === null) return { type: "failed", reason: "no_key: PROVIDER_API_KEY is not set" };
  const answer = await askForRecord(access, { taskId: task.taskId, product: productOf(task), record }, signal);
  if (answer.type !== "record" || answer.parentId === null || parentOf(task) !== null) return answer;
  const parent = await catalogOf(env)
    .parentOf(answer.parentId)
    .catch(() => null);
  return parent === null ? answer : { ...answer, observation: { ...answer.observation, parent } };
}

/** Until when a put of an earlier instance may still land; 0 where there can be none. */
function rivalUntil({ config, state }: Pick<Wiring, "config" | "state">): number {
  return state.rivalSince === 0 ? 0 : state.rivalSince + RIVAL_MS / config.timeScale;
}

function originOf({ config, state }: Wiring): string | null {
  if (config.publicUrl !== null) return config.publicUrl.origin;
  const { host: own, observations } = state.known;
  const host = own ?? observations.find((observed) => observed.host !== undefined)?.host ?? null;
  return host === null ? null : `https://${host}`;
}

async function recover({ config }: Wiring, { taskId }: Task, origin: string): Promise<SubmitAnswer> {
  const access = providerAccess(config);
  if (access === null) return { type: "refused", code: 401, message: null };
  const token = config.callbackToken.state === "set" ? config.callbackToken.values[0] : undefined;
  // Under a signature alone its end is read from the provider's record.
  const path =
    token === undefined
      ? "/callback"
      : `/callback/${capabilityOf(token, recoveryRef(taskId))}?${RECOVERY_OF}=${encodeURIComponent(taskId)}`;
  return requestRecovery(access, taskId, origin + path);
}

async function followRecovery({ config }: Wiring, recoveryId: string, signal: AbortSignal): Promise<RecoveryAnswer> {
  const access = providerAccess(config);
  return access === null ? { type: "no_answer" } : askForRecovery(access, recoveryId, signal);
}

async function notify({ config, state }: Wiring, message: Message, signal: AbortSignal): Promise<NotifyOutcome> {
  if (config.notify === null) return { type: "failed", reason: "no_endpoint: NOTIFY_URL is not set" };
  return sendMessage(config.notify, message, state.now(), signal);
}
