/**
 * Every flow there is, with secrets and links that have names of their own.
 *
 * What belongs to whom: a secret into its binding and into the request that it opens; what is derived from it (a
 * submission's token, a session, a share's signature) into the one answer that hands it out; a provider's link into what
 * the provider sent and, while there is no copy, into `streamUrl`.
 */
import { expect, vi } from "vitest";
import * as z from "zod";
import { makeSourceLink } from "../../../src/core/access/session.ts";
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { sign } from "../../../src/core/provider/signature.ts";
import type { Receiver } from "../../rig/local/receiver.ts";
import type { LocalWorker } from "../../rig/local/worker.ts";
import type { Provider } from "../../rig/provider/provider.ts";
import { AT_ONCE } from "../stand.ts";
import type { Origin } from "../origin.ts";

export const PROVIDER_KEY = "canary-provider-key-5a1c";
const NOTIFY_KEY = "canary notify secret of the tests";
export const SECRETS = {
  CALLBACK_TOKEN: "canary-callback-token-1f7e0b3364c2a9",
  CALLBACK_HMAC_KEY: "canary-hmac-key-77aa0d3c51e2f0b6a4",
  API_TOKEN: "canary-api-token-9b2d4c61e8f07a35bd",
  PROVIDER_API_KEY: PROVIDER_KEY,
  NOTIFY_SECRET: `whsec_${Buffer.from(NOTIFY_KEY).toString("base64")}`,
} as const;
/** What strangers and mistaken people send in a secret's place. */
const GUESSES = ["canary-guessed-callback-token", "canary-guessed-api-token", "canary-guessed-login"] as const;
/** Part of the address that NOTIFY_URL names. */
export const HOOK = "canary-hook-path-3e9d";
/** `source` stands in the request of the submission; the others nowhere but in what came from the provider. */
export const LINKS = {
  good: "canary-link-good",
  gone: "canary-link-gone",
  refused: "canary-link-refused",
  cover: "canary-link-cover",
  /** To listen to until there is a copy. */
  stream: "canary-link-stream",
  source: "canary-source-link",
} as const;

/** What the provider was given for an uploaded source, and repeats. */
const SOURCE_LINK = makeSourceLink(SECRETS.API_TOKEN, "0123456789abcdef".repeat(4), Date.now() + 86_400_000);

export const NEVER_SAID: readonly string[] = [
  ...Object.values(SECRETS),
  NOTIFY_KEY,
  ...GUESSES,
  HOOK,
  ...SOURCE_LINK.split(".").slice(-1),
];

/** One answer of the Worker. `handsOut`: what is derived from a secret and belongs into this one. */
export interface Answer {
  readonly asked: string;
  readonly text: string;
  readonly handsOut: readonly string[];
}

export interface Told {
  readonly answers: readonly Answer[];
  /** The submission's token, the session, the signatures of the shares. */
  readonly derived: readonly string[];
  /** Settled, with all its files kept. */
  readonly settled: string;
  /** With a file that is gone, and one that is refused. */
  readonly open: string;
}

export interface Parts {
  readonly worker: LocalWorker;
  readonly provider: Provider;
  readonly receiver: Receiver;
  readonly files: Origin;
}

const submitted = z.object({ taskId: z.string(), ref: z.string() });
const shared = z.object({ url: z.url() });
/** The callBackUrl and a source's link as they may come back in any text of the provider. */
const PLANTED = [encodeURIComponent, btoa, String]
  .flatMap((write) => [write(`/callback/${SECRETS.CALLBACK_TOKEN}`), write(`/sources/x?link=${SOURCE_LINK}`)])
  .join(" ");
const FORM = "application/x-www-form-urlencoded";

interface Saying {
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reads?: true;
}

export async function everyFlow({ worker, provider, receiver, files }: Parts): Promise<Told> {
  const answers: Answer[] = [];
  const derived: string[] = [];

  /** Asks, and remembers the answer. What it hands out is no leak in it. */
  async function say(
    method: string,
    path: string,
    { body, text, headers = {}, reads }: Saying = {},
    handsOut = /(?!)/,
  ) {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const authorized = reads === undefined ? {} : { authorization: `Bearer ${SECRETS.API_TOKEN}` };
    const response = await fetch(worker.origin + path, {
      method,
      headers: { ...authorized, ...headers },
      redirect: "manual",
      ...(sent === undefined ? {} : { body: sent }),
    });
    const answered = await response.text();
    const whole = `${response.status}\n${JSON.stringify([...response.headers])}\n${answered}`;
    const [, given] = handsOut.exec(whole) ?? [];
    if (given !== undefined && !derived.includes(given)) derived.push(given);
    answers.push({ asked: `${method} ${path}`, text: whole, handsOut: given === undefined ? [] : [given] });
    return answered;
  }

  async function submissions(): Promise<string> {
    const uploadUrl = `${files.url}/source.mp3?token=${LINKS.source}`;
    const request = { uploadUrl, title: "Canary", tags: "house", negativeTags: "vocals" };
    const { taskId, ref } = submitted.parse(JSON.parse(await say("POST", "/tasks", { body: request, reads: true })));
    const [, mac = ""] = capabilityOf(SECRETS.CALLBACK_TOKEN, ref).split(".");
    derived.push(mac);
    await say("POST", "/sources/check", { body: { url: `${files.url}/gone.mp3?token=${LINKS.gone}` }, reads: true });
    await say("POST", "/sources/check", { body: { url: `https://10.0.0.1/?token=${LINKS.refused}` }, reads: true });
    await say("POST", "/tasks", { text: "{", reads: true });
    return taskId;
  }

  /** The record of a task that was submitted elsewhere echoes the callBackUrl. */
  async function adoption(): Promise<void> {
    const callBackUrl = `${worker.origin}/nowhere/${SECRETS.CALLBACK_TOKEN}`;
    const uploadUrl = provider.sourceUrl("vocals");
    const task = provider.submit(
      { uploadUrl, title: `Elsewhere ${callBackUrl}`, tags: PLANTED, negativeTags: "vocals", callBackUrl },
      { plan: AT_ONCE },
    );
    await say("PUT", `/tasks/${task.taskId}`, { reads: true });
    await vi.waitFor(() => expect(task.asks.length).toBeGreaterThan(0), { timeout: 20_000 });
    await vi.waitFor(
      async () => expect(await say("GET", `/tasks/${task.taskId}`, { reads: true })).toContain('"via":"poll"'),
      { timeout: 20_000 },
    );
    await say("PUT", "/tasks/canary-unknown", { reads: true });
  }

  async function callbacks(settled: string, open: string): Promise<void> {
    const stream_audio_url = `${files.url}/stream?token=${LINKS.stream}`;
    const image_url = `${files.url}/cover.mp3?token=${LINKS.cover}`;
    const good = { audio_url: `${files.url}/good.mp3?token=${LINKS.good}`, stream_audio_url };
    const kept = messageOf(settled, [{ id: "kept", title: `Kept ${PLANTED}`, tags: SECRETS.API_TOKEN, ...good }]);
    const message = messageOf(open, [
      { id: "good", ...good, image_url },
      { id: "gone", audio_url: `${files.url}/gone.mp3?token=${LINKS.gone}` },
      { id: "refused", audio_url: `https://10.0.0.1/?token=${LINKS.refused}` },
    ]);
    const door = `/callback/${SECRETS.CALLBACK_TOKEN}`;
    for (const body of [kept, message, message]) await say("POST", door, { body });
    for (const text of [`{no json ${PLANTED}`, '{"data":{}}']) await say("POST", door, { text });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    for (const signature of [sign(SECRETS.CALLBACK_HMAC_KEY, open, timestamp), "bm90IHRoZSBzaWduYXR1cmU="])
      await say("POST", "/callback", {
        body: message,
        headers: { "x-webhook-timestamp": timestamp, "x-webhook-signature": signature },
      });
    // The right secrets in wrong places, and wrong ones in the right place.
    await say("POST", `/callback/${GUESSES[0]}`, { body: message });
    for (const path of ODD_PATHS) {
      for (const method of ["POST", "GET", "PUT"]) await say(method, path, method === "GET" ? {} : { body: message });
      await say("GET", path, { headers: { accept: "text/html" } });
    }
  }

  /** Shares and sessions: each hands out one thing once. */
  async function visits(taskId: string): Promise<void> {
    const headers = { "content-type": FORM, origin: worker.origin };
    await say("POST", "/login", { text: `token=${GUESSES[2]}`, headers });
    await say(
      "POST",
      "/login",
      { text: `token=${SECRETS.API_TOKEN}`, headers },
      /backline=[\w-]{22}\.\d+\.\d+\.([\w-]{43})/,
    );
    const [mac] = derived.slice(-1);
    const signed = /backline=([\w-]{22}\.\d+\.\d+)\./.exec(answers.at(-1)?.text ?? "")?.[1];
    const cookie = `backline=${signed}.${mac}`;
    for (const path of ["/tasks", `/tasks/${taskId}`])
      await say("GET", path, { headers: { cookie, accept: "text/html" } });
    for (const body of [{}, { trackId: "kept" }]) {
      const link = /\?share=[a-z]+\.\d+\.[\w-]{22}\.([\w-]{43})/;
      const { url } = shared.parse(
        JSON.parse(await say("POST", `/tasks/${taskId}/share`, { body, reads: true }, link)),
      );
      const { pathname, search } = new URL(url);
      await say("GET", `${pathname}${search}`, { headers: { accept: "application/json" } });
      // The page's links carry the share on.
      await say("GET", `${pathname}${search}`, { headers: { accept: "text/html" } }, link);
      await say("GET", `/tasks/${taskId}/events${search}`, { headers: { accept: "text/html" } });
    }
    for (const guess of [{ authorization: `Bearer ${GUESSES[1]}` }, { cookie: `backline=1.${"A".repeat(43)}` }])
      await say("GET", "/tasks", { headers: guess });
    await say("GET", `/tasks?token=${SECRETS.API_TOKEN}`);
    await say("GET", `/tasks?token=${SECRETS.API_TOKEN}`, { headers: { accept: "text/html" } });
  }

  async function reads(taskIds: readonly string[]): Promise<void> {
    const [taskId = ""] = taskIds;
    const lists = ["/", "/tasks", "/stats", "/tasks?q=canary", "/inbox", "/nothing", "/login", "/docs"];
    for (const path of [...lists, ...taskIds.map((id) => `/tasks/${id}`)]) {
      await say("GET", path, { reads: true });
      await say("GET", path, { reads: true, headers: { accept: "text/html" } });
    }
    const gone = `/tasks/${taskId}/tracks/gone/audio`;
    for (const path of ["/health", "/openapi.json", gone]) await say("GET", path, { reads: true });
    for (const wish of ["retry", "assess", "notify"]) await say("POST", `/tasks/${taskId}/${wish}`, { reads: true });
  }

  const [settled, open] = ["canary-settled", "canary-open"];
  const ours = await submissions();
  await callbacks(settled, open);
  await adoption();
  await vi.waitFor(
    async () => expect(await say("GET", `/tasks/${settled}`, { reads: true })).toContain('"settled":true'),
    { timeout: 20_000 },
  );
  await vi.waitFor(() => expect(receiver.sentAbout(settled).length).toBeGreaterThan(1), { timeout: 20_000 });
  await vi.waitFor(
    async () =>
      expect(await say("GET", `/tasks/${open}/events?limit=100`, { reads: true })).toContain(
        "refused: https://10.0.0.1",
      ),
    { timeout: 10_000 },
  );
  await visits(settled);
  await reads([open, settled, ours]);
  return { answers, derived, settled, open };
}

function messageOf(taskId: string, data: readonly object[]): object {
  return { code: 200, msg: "ok", data: { callbackType: "complete", task_id: taskId, data } };
}

const TOKEN = SECRETS.CALLBACK_TOKEN;
const ODD_PATHS = [
  `/${TOKEN}`,
  `/x/${TOKEN}`,
  `/callbacks/${TOKEN}`,
  `/CALLBACK/${TOKEN}`,
  `/callback/${TOKEN}/`,
  `/callback/${TOKEN}/x`,
  `/callback/x/${TOKEN}`,
  `//callback/${TOKEN}`,
  `/callback?token=${TOKEN}`,
  `/callback/x?token=${TOKEN}`,
];
