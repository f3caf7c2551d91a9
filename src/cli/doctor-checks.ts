/**
 * What a receiver is asked by `npm run doctor`, in order, and what each answer means.
 *
 * Leaves nothing behind: the probe task is deleted at the end, whatever came before. Details carry names, numbers and
 * sentences of the Worker, never a secret.
 */
import * as z from "zod";
import { hasCron, hasSettings, isConfigured } from "./doctor-health.ts";
import type { Receiver } from "./doctor-receiver.ts";
import {
  causeOf,
  deliveryCure,
  green,
  hint,
  problemOf,
  readerCure,
  red,
  SAME_SECRETS,
  type Check,
  type Verdict,
} from "./doctor-verdict.ts";

/** The provider gives up on a callback after 15 s; one of its pages says 10 s. */
const PROVIDER_LIMIT_MS = 10_000;
const PROBES = 20;
const MAX_SKEW_MS = 60_000;
const TASKS_LISTED = 100;

const healthReport = z.object({
  status: z.string(),
  missing: z.array(z.string()),
  warnings: z.array(z.string()).optional(),
});
const probeView = z.object({ stage: z.string(), createdAt: z.iso.datetime() });
const taskList = z.object({ items: z.array(z.object({ taskId: z.string(), keptTracks: z.int() })) });
const link = z.object({ url: z.string().nullable() });
const keptFiles = z.object({ tracks: z.array(z.object({ audio: link })), files: z.array(link).default([]) });

/** Yields each check as it is done. What cannot be reached at all is asked nothing else. */
export async function* examine(receiver: Receiver): AsyncGenerator<Check> {
  const reachable = await checked("reachable", () => isReachable(receiver));
  yield reachable;
  if (!reachable.ok) return;
  const health = await receiver.read("/health").then(
    ({ json }) => healthReport.safeParse(json).data ?? null,
    () => null,
  );
  if (health === null) {
    yield { name: "configured", ...red("GET /health is not what a Backline answers.", "Check the address.") };
    return;
  }
  yield checked("configured", () => isConfigured(health.missing));
  const { apiToken, callbackToken, callbackHmacKey } = receiver.secrets;
  if (apiToken === null || (callbackToken ?? callbackHmacKey) === null) {
    // Without them nothing else can be told apart from a fault of the Worker.
    yield checked("wrong token", () => refusesGuesses(receiver));
    yield { name: "secrets", ...isWithoutSecrets(receiver) };
    return;
  }
  const checks: readonly (readonly [string, () => Verdict | Promise<Verdict>])[] = [
    ["cron", () => hasCron(health.warnings ?? [])],
    ["settings", () => hasSettings(health.warnings ?? null)],
    ["wrong token", () => refusesGuesses(receiver)],
    // Before the callback: once the task is known here, the provider is not asked.
    ["provider key", () => canAskProvider(receiver)],
  ];
  for (const [name, judge] of checks) yield checked(name, judge);
  // Nothing is delivered that could not be removed again.
  if (await isRefused(receiver)) return;
  const withProbe: typeof checks = [
    ["callback", () => takesCallback(receiver)],
    ["in time", () => answersInTime(receiver)],
    ["read back", () => readsBack(receiver)],
    ["clock", () => keepsTime(receiver)],
    ["range request", () => servesRanges(receiver)],
    ["removed", () => forgets(receiver)],
  ];
  for (const [name, judge] of withProbe) yield checked(name, judge);
}

/** Whether the token does not let anything be removed. */
async function isRefused({ read, taskId }: Receiver): Promise<boolean> {
  return read(`/tasks/${taskId}`, "DELETE").then(
    ({ status }) => status === 401 || status === 403,
    () => false,
  );
}

async function checked(name: string, judge: () => Verdict | Promise<Verdict>): Promise<Check> {
  try {
    return { name, ...(await judge()) };
  } catch (error) {
    return { name, ...red(`No answer: ${causeOf(error)}.`, "Check the address, and that the Worker is deployed.") };
  }
}

async function isReachable({ origin, ask }: Receiver): Promise<Verdict> {
  const { protocol, hostname } = new URL(origin);
  const local = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  if (protocol !== "https:" && !local) {
    return red(
      "The address is not https, and so the callBackUrl would not be.",
      "Use the https address of the Worker.",
    );
  }
  const { status } = await ask("/health");
  if (status === 200) return green(`It answers over ${protocol.slice(0, -1)}.`);
  return red(`GET /health answers ${status}.`, "Check the address: it must be the Worker's own, without a redirect.");
}

async function refusesGuesses({ guess }: Receiver): Promise<Verdict> {
  const statuses = (await guess()).map(({ status }) => status);
  if (statuses.every((status) => status === 401))
    return green("A guessed token is refused, by callbacks and by reads.");
  return red(
    `A guessed token is answered ${statuses.join(" (callback) and ")} (read), not 401.`,
    statuses.includes(503) ? "Set the missing secrets." : "Something stands before the Worker, or it is no Backline.",
  );
}

async function canAskProvider({ read, taskId }: Receiver): Promise<Verdict> {
  const answer = await read(`/tasks/${taskId}`, "PUT");
  const { type, detail } = problemOf(answer);
  if (answer.status === 404 && type.endsWith(":task_not_found")) return green("The provider answers to the key.");
  if (answer.status === 503 && detail.startsWith("PROVIDER_API_KEY")) {
    return hint(
      "No PROVIDER_API_KEY is set: lost callbacks and expired links cannot be asked about, and nothing be submitted.",
      "To have that, run: npx wrangler secret put PROVIDER_API_KEY.",
    );
  }
  if (answer.status !== 502) return red(`Asking answers ${answer.status}. ${detail}`, readerCure(answer));
  const cure = "Check PROVIDER_API_KEY (npx wrangler secret put PROVIDER_API_KEY) and PROVIDER_BASE_URL.";
  return red(detail, cure);
}

function isWithoutSecrets({ secrets: { apiToken, callbackToken, callbackHmacKey } }: Receiver): Verdict {
  const missing = [
    ...(apiToken === null ? ["API_TOKEN"] : []),
    ...((callbackToken ?? callbackHmacKey) === null ? ["CALLBACK_TOKEN (or CALLBACK_HMAC_KEY)"] : []),
  ];
  return red(`Not known here, or no usable secret: ${missing.join(" and ")}. Nothing more can be asked.`, SAME_SECRETS);
}

async function takesCallback({ deliver }: Receiver): Promise<Verdict> {
  const answer = await deliver();
  if (answer === null) return red("No secret to deliver with is known here.", SAME_SECRETS);
  if (answer.status === 200) return green("A probe callback was taken.");
  return red(`A probe callback is answered ${answer.status}.`, deliveryCure(answer));
}

/** The same message again and again, as a provider repeats itself: one row of the task's log. */
async function answersInTime({ deliver }: Receiver): Promise<Verdict> {
  const times: number[] = [];
  for (let probe = 0; probe < PROBES; probe += 1) {
    const answer = await deliver();
    if (answer?.status !== 200) return red("No callback was taken, so none was timed.", "Mend the callback first.");
    times.push(answer.tookMs);
  }
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(times, share));
  const figures = `p50 ${Math.round(p50 ?? 0)} ms, p95 ${Math.round(p95 ?? 0)} ms over ${PROBES} callbacks`;
  const limit = `the provider waits ${PROVIDER_LIMIT_MS / 1_000} s`;
  if ((p95 ?? 0) < PROVIDER_LIMIT_MS) return green(`${figures}; ${limit}.`);
  return red(`${figures}; ${limit}.`, "Look at the Worker's logs and at Cloudflare's status.");
}

async function readsBack({ read, taskId }: Receiver): Promise<Verdict> {
  const answer = await read(`/tasks/${taskId}?wait=5&min_version=1`);
  const view = probeView.safeParse(answer.json);
  if (answer.status === 200 && view.success) return green(`The probe is there, at stage ${view.data.stage}.`);
  return red(`Reading the probe answers ${answer.status}. ${problemOf(answer).detail}`, readerCure(answer));
}

/** By the `Date` of an answer; where none is sent, by when the probe says that it came. */
async function keepsTime({ read, taskId }: Receiver): Promise<Verdict> {
  const answer = await read(`/tasks/${taskId}`);
  const shown = answer.headers.get("date") ?? probeView.safeParse(answer.json).data?.createdAt;
  const skewMs = Math.abs(Date.parse(shown ?? "") - Date.now());
  if (Number.isNaN(skewMs)) return red("The Worker shows no time.", "Mend the reading first.");
  const seconds = `${Math.round(skewMs / 1_000)} s apart`;
  if (skewMs < MAX_SKEW_MS) return green(`The Worker's clock and this machine's are ${seconds}.`);
  return red(`The Worker's clock and this machine's are ${seconds}.`, "Set the clock of this machine (NTP).");
}

async function servesRanges({ read }: Receiver): Promise<Verdict> {
  const listed = await read(`/tasks?status=settled&limit=${TASKS_LISTED}`);
  const tasks = taskList.safeParse(listed.json);
  if (!tasks.success) return red(`The list answers ${listed.status}. ${problemOf(listed).detail}`, readerCure(listed));
  for (const { taskId } of tasks.data.items.filter(({ keptTracks }) => keptTracks > 0)) {
    const view = keptFiles.safeParse((await read(`/tasks/${encodeURIComponent(taskId)}`)).json).data;
    const [url] = [...(view?.tracks ?? []).map(({ audio }) => audio), ...(view?.files ?? [])].flatMap(
      (one) => one.url ?? [],
    );
    if (url === undefined) continue;
    const { status, headers } = await read(url, "GET", { range: "bytes=0-1" });
    if (status === 206 && headers.get("content-range")?.startsWith("bytes 0-1/")) {
      return green("Two bytes of the newest file came as asked.");
    }
    return red(
      `A range of the newest file is answered ${status}.`,
      "Is the file still in the R2 bucket? POST /tasks/:id/retry fetches it again.",
    );
  }
  const { length } = tasks.data.items;
  return green(length === 0 ? "No file yet." : `None of the newest ${length} settled tasks keeps a file: not tried.`);
}

async function forgets({ read, taskId }: Receiver): Promise<Verdict> {
  const answer = await read(`/tasks/${taskId}`, "DELETE");
  if (answer.status === 204) return green("The probe is gone.");
  if (answer.status === 404) return green("No probe was kept.");
  return red(`Deleting ${taskId} answers ${answer.status}. ${problemOf(answer).detail}`, readerCure(answer));
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];
}
