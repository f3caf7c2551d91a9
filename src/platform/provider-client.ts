/**
 * The provider's API: asking for a task's record, and submitting a task. Needs its key.
 *
 * The provider answers errors with HTTP 200 and a code inside. Redirects are not followed: the key would go along.
 * What an answer means is read off its code: its texts differ from its documents, and are shown and never parsed.
 */
import * as z from "zod";
import type { Config } from "../core/config.ts";
import { sha256Hex } from "../core/ids.ts";
import { isRecord, toInteger, toText } from "../core/provider/loose-values.ts";
import { parseMessage, type Observation } from "../core/provider/message.ts";
import type { ProductEntry } from "../core/provider/products/product-entry.ts";
import { parentInRecord, type Product } from "../core/provider/products/products.ts";
import { redact, type Redaction } from "../core/provider/redaction.ts";
import { withoutEcho } from "../core/provider/request-echo.ts";
import { readRecovery } from "../core/provider/recovery.ts";

export interface ProviderAccess {
  readonly baseUrl: URL;
  readonly apiKey: string;
  /** Taken out of every answer before anything of it is read. */
  readonly redaction: Redaction;
}

/** What an answer said, and its body without echoes of the request. */
export interface Delivered {
  readonly sha256: string;
  readonly observation: Observation;
  readonly body: string;
}

export type RecordAnswer =
  /** `parentId`: of what it was made of, be it a track or a task. */
  | ({ readonly type: "record"; readonly parentId: string | null } & Delivered)
  | { readonly type: "unknown" }
  | { readonly type: "failed"; readonly reason: string };

/**
 * `refused`: nothing was submitted; the code is the provider's, or the HTTP status where it gave none. `not_the_api`:
 * nothing was either, as something else answers at this address. `unclear`: it may have been, so it must not be
 * repeated.
 */
export type SubmitAnswer =
  /** `delivered`: of a product that comes with the answer. */
  | { readonly type: "accepted"; readonly taskId: string; readonly delivered?: Delivered }
  /** `message`: the provider's own words. `taskId`: of a refusal that names an earlier task. */
  | { readonly type: "refused"; readonly code: number; readonly message: string | null; readonly taskId?: string }
  | { readonly type: "not_the_api"; readonly status: number }
  /** `isPage`: a web page came in place of an answer. */
  | { readonly type: "unclear"; readonly isPage?: boolean };

const TIMEOUT_MS = 15_000;
const SUBMIT_TIMEOUT_MS = 30_000;
/** A form does not wait for it. */
const CREDITS_TIMEOUT_MS = 2_000;
/** All notes of a song are some megabytes. */
const MAX_ANSWER_CHARS = 4 * 1_024 * 1_024;

const MAX_MESSAGE_CHARS = 300;

const code = z.coerce.number().int();
const recordEnvelope = z.looseObject({ code, data: z.unknown() });

/** Whose record is wanted, and where it lies. */
export interface Asked {
  readonly taskId: string;
  readonly product: Product;
  readonly record: NonNullable<ProductEntry["record"]>;
}

/** Null where there is no key. */
export function providerAccess(config: Config): ProviderAccess | null {
  const { providerApiKey: apiKey, providerBaseUrl: baseUrl, redaction } = config;
  return apiKey === null ? null : { baseUrl, apiKey, redaction };
}

/** Never rejects. */
export async function askForRecord(
  access: ProviderAccess,
  { taskId, product, record }: Asked,
  signal: AbortSignal,
): Promise<RecordAnswer> {
  const path = `${record.path}?${record.parameter}=${encodeURIComponent(taskId)}`;
  const answer = await call(access, path, {}, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
  if (typeof answer === "string") return { type: "failed", reason: answer };
  if (answer.status !== 200)
    return { type: "failed", reason: `http_${answer.status}: the provider answered ${answer.status}` };
  if (answer.json === undefined) return { type: "failed", reason: "unreadable: the provider's answer is no JSON" };
  const envelope = recordEnvelope.safeParse(answer.json);
  if (!envelope.success) return { type: "failed", reason: "unreadable: the provider's answer has no code" };
  if (envelope.data.code !== 200) {
    return {
      type: "failed",
      reason: `provider_${envelope.data.code}: the provider answered with code ${envelope.data.code}`,
    };
  }
  if ((envelope.data.data ?? null) === null) return { type: "unknown" };
  const { taskIds, observation } = parseMessage(answer.json, product);
  if (!taskIds.includes(taskId)) return { type: "failed", reason: "unreadable: the record is of another task" };
  const parentId = parentInRecord(observation.product ?? product, answer.json);
  return { type: "record", sha256: answer.sha256, observation, body: withoutEcho(answer.text), parentId };
}

/**
 * Never rejects. `request` is the provider's own, with the callBackUrl where it calls back; `path` is that of its product. `answered` is a
 * product that comes with the answer, and an id of ours for it.
 */
export async function submitTask(
  access: ProviderAccess,
  path: string,
  request: object,
  answered: Omit<Asked, "record"> | null,
): Promise<SubmitAnswer> {
  const body = JSON.stringify(request);
  const signal = AbortSignal.timeout(SUBMIT_TIMEOUT_MS);
  const answer = await call(access, path, { method: "POST", body }, signal);
  if (typeof answer === "string") return { type: "unclear" };
  const told = submitAnswerOf(answer, answered?.taskId);
  if (told.type !== "accepted" || answered === null) return told;
  const { observation } = parseMessage(answer.json, answered.product);
  return { ...told, delivered: { sha256: answer.sha256, observation, body: withoutEcho(answer.text) } };
}

/** What is left on the account; null where this brand does not tell. Never rejects. */
export async function askForCredits(access: ProviderAccess): Promise<number | null> {
  for (const path of ["/api/v1/generate/credit", "/api/v1/chat/credit"]) {
    const answer = await call(access, path, {}, AbortSignal.timeout(CREDITS_TIMEOUT_MS));
    if (typeof answer === "string") return null;
    const parsed = z.object({ code: z.literal(200), data: z.number() }).safeParse(answer.json);
    if (parsed.success) return parsed.data.data;
  }
  return null;
}

/** What says that nothing was taken, as a code or as an HTTP status. */
const REFUSALS: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429, 430, 433, 451, 455,
]);
/** Says so as a code alone. Behind any other code, a gateway's or one that nobody documents, it may have been taken. */
const REFUSING_CODES: ReadonlySet<number> = new Set([...REFUSALS, 500, 501, 505, 531]);

/**
 * The code inside decides, whatever the status and the rest. What neither names a task nor is a refusal beyond doubt is
 * unclear: it may be paid for. `ownId` is for what comes without an id.
 */
function submitAnswerOf({ status, json, isHtml }: Answer, ownId?: string): SubmitAnswer {
  const fields = isRecord(json) ? json : {};
  const isPage = isHtml && json === undefined;
  const answered = toInteger(fields["code"]);
  const [taskId] = parseMessage(json).taskIds;
  const named = taskId === undefined ? null : { taskId };
  const message = toText(fields["msg"], MAX_MESSAGE_CHARS) ?? toText(fields["message"], MAX_MESSAGE_CHARS);
  if (answered !== null && REFUSING_CODES.has(answered)) return { type: "refused", code: answered, message, ...named };
  const isEmpty = !isRecord(fields["data"]) || Object.keys(fields["data"]).length === 0;
  const given = named ?? (ownId === undefined || isEmpty ? null : { taskId: ownId });
  const isTaken = answered !== null || (status >= 200 && status < 300);
  if (isTaken && given !== null) return { type: "accepted", ...given };
  if (status >= 300 && status < 400) return { type: "not_the_api", status };
  if (!REFUSALS.has(status)) return { type: "unclear", ...(isPage && status < 300 ? { isPage } : {}) };
  return isPage ? { type: "not_the_api", status } : { type: "refused", code: status, message };
}

export type RecoveryAnswer =
  | { readonly type: "running" }
  | ({ readonly type: "done" } & Delivered)
  | { readonly type: "failed"; readonly reason: string }
  /** Nothing is known; ask again. */
  | { readonly type: "no_answer" };

/** Never rejects. May cost credits. Two brands, two spellings of the same fields. */
export async function requestRecovery(
  access: ProviderAccess,
  taskId: string,
  callBackUrl: string,
): Promise<SubmitAnswer> {
  const request = { sunoTaskId: taskId, task_id: taskId, callBackUrl, call_back_url: callBackUrl };
  return submitTask(access, "/api/v1/suno/recovery", request, null);
}

/** Never rejects. */
export async function askForRecovery(
  access: ProviderAccess,
  recoveryId: string,
  signal: AbortSignal,
): Promise<RecoveryAnswer> {
  const path = `/api/v1/suno/recovery/record-info?task_id=${encodeURIComponent(recoveryId)}`;
  const answer = await call(access, path, {}, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
  if (typeof answer === "string" || answer.json === undefined) return { type: "no_answer" };
  const reading = readRecovery(answer.json);
  if (reading.type !== "done") return reading;
  return { ...reading, sha256: answer.sha256, body: withoutEcho(answer.text) };
}

interface Answer {
  readonly status: number;
  /** Of the bytes as they came. */
  readonly sha256: string;
  /** Without our secrets. */
  readonly text: string;
  /** Undefined where it is no JSON. */
  readonly json: unknown;
  readonly isHtml: boolean;
}

/** A string is the reason why there is no answer. */
async function call(
  access: ProviderAccess,
  path: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Answer | string> {
  try {
    const headers = { authorization: `Bearer ${access.apiKey}`, "content-type": "application/json" };
    const response = await fetch(new URL(path, access.baseUrl), { ...init, headers, signal, redirect: "manual" });
    const raw = await response.text();
    if (raw.length > MAX_ANSWER_CHARS) return "unreadable: the provider's answer is over 4 MiB";
    const text = redact(raw, access.redaction);
    const isHtml = /html/i.test(response.headers.get("content-type") ?? "") || text.trimStart().startsWith("<");
    return { status: response.status, sha256: sha256Hex(raw), text, json: parsed(text), isHtml };
  } catch {
    return signal.aborted
      ? "timeout: the provider did not answer in time"
      : "unreachable: the provider could not be reached";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
