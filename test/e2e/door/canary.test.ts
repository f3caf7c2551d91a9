/**
 * Secrets and tokens with names of their own go through every flow; then everything that was said and everything that
 * was stored is searched for them, in whatever form.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { ROOT } from "../../rig/local/bundle.ts";
import { startReceiver, type Receiver } from "../../rig/local/receiver.ts";
import { startWorker, type LocalWorker } from "../../rig/local/worker.ts";
import { startProvider, type Provider } from "../../rig/provider/provider.ts";
import { song } from "../../rig/provider/serving/songs.ts";
import { everyFlow, HOOK, LINKS, NEVER_SAID, PROVIDER_KEY, SECRETS } from "./canary-flows.ts";
import { foundIn } from "./hidden.ts";
import { startOrigin, type Origin } from "../origin.ts";

const { source: _ours, ...ofTheProvider } = LINKS;
const PROVIDERS_LINKS = Object.values(ofTheProvider);
const SONG = song(11, 3).bytes;

let dataDir: string;
let worker: LocalWorker;
let provider: Provider;
let receiver: Receiver;
let files: Origin;
const logs: string[] = [];
/** What this process printed meanwhile, and the Worker through it. */
const printed = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];

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

test("what is searched for is found, however it is written", () => {
  const secret = `p+/=é"${SECRETS.API_TOKEN}`;
  for (const before of ["", "a", "ab", "abc"]) {
    const text = `${before}${secret}${before}`;
    const bytes = Buffer.from(text);
    for (const written of [
      text,
      text.toUpperCase(),
      JSON.stringify(text),
      encodeURIComponent(text),
      bytes.toString("hex").toUpperCase(),
      bytes.toString("hex").replaceAll(/../g, "%$&"),
      bytes.toString("base64"),
      bytes.toString("base64url"),
    ])
      expect([written, foundIn(written, ["nothing of it", secret])]).toEqual([written, [secret]]);
  }
});

test("no secret and no link's token is found where it does not belong", async () => {
  const { answers, derived, settled, open } = await everyFlow({ worker, provider, receiver, files });
  const doctor = await printedByDoctor();
  const values = await published(settled);
  const bucket = await worker.miniflare.getR2Bucket("AUDIO");
  const { objects } = await bucket.list({ include: ["customMetadata", "httpMetadata"] });
  const metadata = objects.map(({ key, customMetadata, httpMetadata }) => ({ key, customMetadata, httpMetadata }));
  await worker.stop();

  const places = {
    logs: logs.join("\n"),
    printed: printed.flatMap(({ mock }) => mock.calls.map(([chunk]) => String(chunk))).join("\n"),
    doctor,
    metadata: JSON.stringify(metadata),
    published: values.join("\n"),
    notifications: receiver.received.flatMap(({ headers, body }) => [JSON.stringify(headers), body]).join("\n"),
    disk: await everyFile(dataDir),
    answers: answers.map(({ text }) => text).join("\n"),
    problems: answers.flatMap(({ text }) => (text.includes("urn:backline:problem") ? text : [])).join("\n"),
  };
  // Each is the place that it is taken for: what belongs there is found.
  const belongs = {
    logs: ["unauthorized", "inbox: not_json"],
    printed: [],
    doctor: ["✓ read back", "✗ callback", "✗ provider key", '"checks":'],
    metadata: [settled, "customMetadata", "audio/mpeg"],
    published: [settled, '"settled":true', "/tracks/kept/audio"],
    notifications: [settled, "webhook-signature", '"settled":true'],
    disk: [settled, open, ...Object.values(LINKS)],
    answers: [settled, open, ...derived.slice(1), ...Object.values(LINKS)],
    problems: ["urn:backline:problem:unauthorized", "urn:backline:problem:not_found"],
  } satisfies Record<keyof typeof places, readonly string[]>;
  for (const [place, expected] of Object.entries(belongs))
    expect([place, foundIn(places[keyOf(places, place)], expected)]).toEqual([place, expected]);

  expect(derived.length).toBeGreaterThanOrEqual(4);
  const { answers: _, ...besideAnswers } = places;
  for (const [place, text] of Object.entries(besideAnswers))
    expect([place, foundIn(text, [...NEVER_SAID, ...derived])]).toEqual([place, []]);
  for (const { asked, text, handsOut } of answers) {
    const secrets = [...NEVER_SAID, ...derived.filter((one) => !handsOut.includes(one))];
    expect([asked, foundIn(text, secrets)]).toEqual([asked, []]);
  }
  // The source is the user's own: it stands in the request, as the view shows it.
  for (const place of ["published", "notifications"] as const)
    expect([place, foundIn(places[place].replaceAll(/"uploadUrl":"[^"]*"/g, ""), [LINKS.source])]).toEqual([place, []]);
  const { disk: __, ...withoutLinks } = besideAnswers;
  for (const [place, text] of Object.entries(withoutLinks))
    expect([place, foundIn(text, PROVIDERS_LINKS)]).toEqual([place, []]);
});

/** Once with the right secrets, with another one for callbacks, and with one for the other, as lines and as JSON. */
async function printedByDoctor(): Promise<string> {
  const { CALLBACK_TOKEN, CALLBACK_HMAC_KEY, API_TOKEN } = SECRETS;
  const runs = [
    { CALLBACK_TOKEN, API_TOKEN },
    { CALLBACK_TOKEN: CALLBACK_HMAC_KEY, API_TOKEN },
    { CALLBACK_TOKEN: API_TOKEN, API_TOKEN: CALLBACK_TOKEN },
  ].flatMap((env) => [[], ["--json"]].map(async (options) => doctor([worker.origin, ...options], env)));
  return (await Promise.all(runs)).join("\n");
}

function doctor(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: dataDir, env: { ...process.env, ...env } };
    execFile(process.execPath, [join(ROOT, "src/cli/doctor.ts"), ...args], options, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** What lies in KV, once the task's view does. */
async function published(taskId: string): Promise<readonly string[]> {
  const kv = await worker.miniflare.getKVNamespace("STATE");
  return vi.waitFor(
    async () => {
      const { keys } = await kv.list();
      expect(keys.map(({ name }) => name)).toContain(`task:${taskId}`);
      return Promise.all(keys.map(async ({ name }) => `${name} ${await kv.get(name, "text")}`));
    },
    { timeout: 20_000 },
  );
}

function keyOf<T extends object>(record: T, key: string): keyof T {
  const isKey = (name: string): name is string & keyof T => name in record;
  if (!isKey(key)) throw new Error(`there is no ${key}`);
  return key;
}

async function everyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")),
  );
  return texts.join("\n");
}
