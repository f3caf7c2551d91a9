/**
 * What is attacked: the built Worker with secrets of its own, a file server that it may fetch from, and a trap that it
 * must never reach.
 */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { foundIn } from "../../e2e/door/hidden.ts";
import { startOrigin, type Answer as FileAnswer, type Origin } from "../../e2e/origin.ts";
import { buildWorker } from "../../rig/local/bundle.ts";
import { startWorker } from "../../rig/local/worker.ts";
import { withoutOwnSignals } from "../demo/end.ts";

export const SECRETS = {
  CALLBACK_TOKEN: "attacked-callback-token-0123456789xyz",
  CALLBACK_HMAC_KEY: "attacked-hmac-key-0123456789",
  API_TOKEN: "attacked-api-token-0123456789-qwfjz",
  READ_TOKEN: "attacked-read-token-0123456789-bghux",
} as const;

/** What came of one try. */
export interface Verdict {
  readonly what: string;
  /** It opened, changed or reached what it should not have. */
  readonly letIn: boolean;
  /** A secret was told, we failed, or a page would run what is not ours. */
  readonly harmed: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

export interface Ground {
  readonly origin: string;
  /** Of the trap: nothing may ever be fetched from it. */
  readonly trap: Origin;
  /** The one place where files may be fetched from; `serve` says what lies at a path. */
  readonly files: Origin;
  readonly serve: (path: string, answer: FileAnswer) => void;
  readonly send: (path: string, init?: RequestInit) => Promise<Answer>;
  /** With the API token. */
  readonly owner: (path: string, init?: RequestInit) => Promise<Answer>;
  /** As the provider, with the bare token. */
  readonly report: (message: unknown) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

export async function prepareGround(signal: AbortSignal): Promise<Ground> {
  await using undo = new AsyncDisposableStack();
  const bundle = await buildWorker({ signal });
  undo.defer(() => rm(dirname(bundle), { recursive: true, force: true }));
  const answers = new Map<string, FileAnswer>();
  const files = undo.use(await startOrigin((path) => answers.get(path) ?? { status: 404, body: new Uint8Array(0) }));
  const trap = undo.use(await startOrigin(() => ({ body: new Uint8Array(10) })));
  const vars = { ...SECRETS, AUDIO_ORIGINS: files.url, TIME_SCALE: "20", ASSESS: "scan" };
  const worker = await withoutOwnSignals(() => startWorker({ bundle, dataDir: null, port: 0, vars }));
  undo.defer(() => worker.stop());
  signal.throwIfAborted();

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const startedAt = performance.now();
    const ask = (): Promise<Response> => fetch(worker.origin + path, { redirect: "manual", ...init });
    // Who refuses a body before its end may close the line, and the answer with it: then it is sent once more.
    const response = await ask().catch((error: unknown) => (isClosedEarly(error) ? ask() : Promise.reject(error)));
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, tookMs: performance.now() - startedAt };
  }
  const owner = (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${SECRETS.API_TOKEN}`);
    return send(path, { ...init, headers });
  };
  const report = (message: unknown): Promise<Answer> =>
    send(`/callback/${SECRETS.CALLBACK_TOKEN}`, {
      method: "POST",
      body: typeof message === "string" ? message : JSON.stringify(message),
    });
  const rest = undo.move();
  const serve = (path: string, answer: FileAnswer): void => void answers.set(path, answer);
  return { origin: worker.origin, trap, files, serve, send, owner, report, stop: () => rest.disposeAsync() };
}

function isClosedEarly(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause && cause.code === "EPIPE";
}

/** A try that was to be refused: by a status of 4xx. A redirect leads to the login. */
export function refusedTry(what: string, answer: Answer): Verdict {
  const toLogin = answer.status === 303 && (answer.headers.get("location") ?? "").startsWith("/login");
  const refused = (answer.status >= 400 && answer.status < 500) || toLogin;
  return { what: `${what}: ${answer.status}`, letIn: !refused && answer.status < 500, harmed: isHarm(answer) };
}

/** A fault of ours, or a secret in the answer. */
export function isHarm({ status, headers, text }: Answer): boolean {
  return status >= 500 || tells(`${JSON.stringify([...headers])}\n${text}`);
}

export function tells(text: string): boolean {
  return foundIn(text, Object.values(SECRETS)).length > 0;
}

export function newTaskId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

export function message(taskId: string, callbackType: string, tracks: readonly object[] = [], fields: object = {}) {
  return { code: 200, msg: "ok", data: { callbackType, task_id: taskId, data: tracks, ...fields } };
}

/** Runs many tries, some at a time, in order. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<Verdict>): Promise<readonly Verdict[]> {
  const AT_ONCE = 16;
  const verdicts: Verdict[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE)
    verdicts.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))));
  return verdicts;
}

/** The text with each of its characters replaced, and left out. */
export function alterations(text: string): readonly string[] {
  return Array.from(text).flatMap((char, at) => {
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    return [`${before}${char === "1" ? "2" : "1"}${after}`, before + after];
  });
}
