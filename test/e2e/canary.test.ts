/**
 * Secrets and tokens with names of their own go through every flow; then everything that was said and everything that
 * was stored is searched for them.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import * as z from "zod";
import { sign } from "../../src/core/signature.ts";
import { startWorker, type LocalWorker } from "../local/worker.ts";
import { startReceiver, type Receiver } from "../local/receiver.ts";
import { startProvider, type Provider } from "../provider/provider.ts";
import { song } from "../provider/songs.ts";
import { startOrigin, type Origin } from "./origin.ts";

const PROVIDER_KEY = "canary-provider-key-5a1c";
const SECRETS = {
  CALLBACK_TOKEN: "canary-callback-token-1f7e0b3364c2a9",
  CALLBACK_HMAC_KEY: "canary-hmac-key-77aa0d3c51e2f0b6a4",
  API_TOKEN: "canary-api-token-9b2d4c61e8f07a35bd",
  PROVIDER_API_KEY: PROVIDER_KEY,
  NOTIFY_SECRET: `whsec_${Buffer.from("canary notify secret of the tests").toString("base64")}`,
} as const;
/** What strangers and mistaken people send in a secret's place. */
const GUESSES = ["canary-guessed-callback-token", "canary-guessed-api-token", "canary-guessed-login"];
/** Part of the address that NOTIFY_URL names. */
const HOOK = "canary-hook-path-3e9d";
/** Of the provider's links. They belong into what the provider sent, and nowhere else. */
const LINKS = ["canary-link-good", "canary-link-gone", "canary-link-refused", "canary-source-link"];

const SONG = song(11, 3).bytes;
const submitted = z.object({ taskId: z.string() });
const shared = z.object({ url: z.url() });

let dataDir: string;
let worker: LocalWorker;
let provider: Provider;
let receiver: Receiver;
let files: Origin;
const logs: string[] = [];
/** Everything that the Worker answered, by what was asked. */
const said = new Map<string, string>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "backline-canary-"));
  receiver = await startReceiver();
  files = await startOrigin((path) =>
    path.startsWith("/gone") ? { status: 404, body: new Uint8Array(0) } : { body: SONG },
  );
  provider = await startProvider({
    timeScale: 100,
    songSeconds: 3,
    rateLimits: false,
    seed: 11,
    apiKey: PROVIDER_KEY,
  });
  worker = await startWorker({
    bundle: inject("bundle"),
    dataDir,
    port: 0,
    vars: {
      ...SECRETS,
      PROVIDER_BASE_URL: provider.url,
      AUDIO_ORIGINS: "http://127.0.0.1:*",
      SOURCE_ORIGINS: "http://127.0.0.1:*",
      NOTIFY_URL: `${receiver.url}/${HOOK}`,
      ASSESS: "full",
      TIME_SCALE: "100",
    },
    onLog: (line) => logs.push(line),
  });
});
afterAll(async () => {
  await Promise.all([provider.close(), receiver[Symbol.asyncDispose](), files[Symbol.asyncDispose]()]);
  await rm(dataDir, { recursive: true, force: true });
});

test("no secret and no link's token is found where it does not belong", async () => {
  const taskId = await everyFlow();
  const miniflare = worker.miniflare;
  const bucket = await miniflare.getR2Bucket("AUDIO");
  const { objects } = await bucket.list({ include: ["customMetadata", "httpMetadata"] });
  const kv = await miniflare.getKVNamespace("STATE");
  const values = await Promise.all(
    (await kv.list()).keys.map(async ({ name }) => `${name} ${await kv.get(name, "text")}`),
  );
  const metadata = JSON.stringify(
    objects.map(({ key, customMetadata, httpMetadata }) => ({ key, customMetadata, httpMetadata })),
  );
  await worker.stop();
  const onDisk = await everyFile(dataDir);

  expect(logs.length).toBeGreaterThan(5);
  expect([objects.length, values.length]).not.toContain(0);
  expect(onDisk).toContain(taskId);
  expect(onDisk).toContain("canary-link-good");

  const secrets = [...Object.values(SECRETS), ...GUESSES, HOOK];
  const answers = [...said].map(([what, text]) => `${what}\n${text}`).join("\n");
  for (const [place, text] of Object.entries({
    logs: logs.join("\n"),
    answers,
    metadata,
    kv: values.join("\n"),
    onDisk,
  }))
    expect([place, secrets.filter((secret) => text.includes(secret))]).toEqual([place, []]);

  const problems = [...said].filter(([, text]) => text.includes("urn:backline:problem")).map(([, text]) => text);
  expect(problems.length).toBeGreaterThan(3);
  for (const [place, text] of Object.entries({ logs: logs.join("\n"), problems: problems.join("\n"), metadata }))
    expect([place, LINKS.filter((token) => text.includes(token))]).toEqual([place, []]);
});

function track(id: string, audio: string): object {
  return { id, audio_url: audio, title: "Canary", tags: "house" };
}

async function everyFlow(): Promise<string> {
  const source = `${files.url}/source.mp3?token=canary-source-link`;
  const request = { uploadUrl: source, title: "Canary", tags: "house", negativeTags: "vocals" };
  const { taskId: ours } = submitted.parse(JSON.parse(await say("POST", "/tasks", { body: request, who: "reader" })));
  await say("POST", "/sources/check", { body: { url: `${files.url}/gone.mp3?token=canary-link-gone` }, who: "reader" });
  await say("POST", "/sources/check", { body: { url: "https://10.0.0.1/?token=canary-link-refused" }, who: "reader" });

  const taskId = "canary-task";
  const data = [
    track("good", `${files.url}/good.mp3?token=canary-link-good`),
    track("gone", `${files.url}/gone.mp3?token=canary-link-gone`),
    track("refused", "https://10.0.0.1/?token=canary-link-refused"),
  ];
  const message = { code: 200, msg: "ok", data: { callbackType: "complete", task_id: taskId, data } };
  await say("POST", `/callback/${SECRETS.CALLBACK_TOKEN}`, { body: message });
  await say("POST", `/callback/${SECRETS.CALLBACK_TOKEN}`, { text: "{no json" });
  await say("POST", `/callback/${GUESSES[0]}`, { body: message });
  await say("POST", `/callback?token=${SECRETS.CALLBACK_TOKEN}`, { body: message });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  for (const signature of [sign(SECRETS.CALLBACK_HMAC_KEY, taskId, timestamp), "bm90IHRoZSBzaWduYXR1cmU="])
    await say("POST", "/callback", {
      body: message,
      headers: { "x-webhook-timestamp": timestamp, "x-webhook-signature": signature },
    });
  await vi.waitFor(() => expect(receiver.sentAbout(taskId).length).toBeGreaterThan(0), { timeout: 20_000 });
  await vi.waitFor(
    async () =>
      expect(await say("GET", `/tasks/${taskId}/events?limit=100`, { who: "reader" })).toContain("copy_failed"),
    { timeout: 10_000 },
  );

  const form = { "content-type": "application/x-www-form-urlencoded", origin: worker.origin };
  await say("POST", "/login", { text: `token=${GUESSES[2]}`, headers: form });
  await say("POST", "/login", { text: `token=${SECRETS.API_TOKEN}`, headers: form });
  const { url } = shared.parse(JSON.parse(await say("POST", `/tasks/${taskId}/share`, { body: {}, who: "reader" })));
  const { pathname, search } = new URL(url);
  await say("GET", `${pathname}${search}`, {});
  for (const path of ["/", "/tasks", `/tasks/${taskId}`, `/tasks/${ours}`, "/stats", "/tasks?q=canary"]) {
    await say("GET", path, { who: "reader" });
    await say("GET", path, { who: "reader", headers: { accept: "text/html" } });
  }
  for (const path of ["/health", "/inbox", "/openapi.json", "/docs", "/nothing", `/tasks/${taskId}/tracks/gone/audio`])
    await say("GET", path, { who: "reader" });
  await say("GET", "/tasks", { headers: { authorization: `Bearer ${GUESSES[1]}` } });
  await say("GET", `/tasks?token=${SECRETS.API_TOKEN}`, {});
  await say("POST", `/tasks/${taskId}/retry`, { who: "reader" });
  await say("PUT", "/tasks/canary-unknown", { who: "reader" });
  await say("POST", "/tasks", { text: "{", who: "reader" });
  return taskId;
}

interface Said {
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly who?: "reader";
}

/** Asks, and remembers the answer with its headers under what was asked (without the secrets in the path). */
async function say(method: string, path: string, { body, text, headers = {}, who }: Said): Promise<string> {
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const authorized = who === undefined ? {} : { authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const response = await fetch(worker.origin + path, {
    method,
    headers: { ...authorized, ...headers },
    redirect: "manual",
    ...(sent === undefined ? {} : { body: sent }),
  });
  const answered = await response.text();
  said.set(`answer ${said.size}`, `${response.status}\n${JSON.stringify([...response.headers])}\n${answered}`);
  return answered;
}

async function everyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")),
  );
  return texts.join("\n");
}
