/** `npm run doctor` against the built Worker, against one that is ill, and against none. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import * as z from "zod";
import { ROOT } from "../../rig/local/bundle.ts";
import { freePort } from "../../rig/local/killable.ts";
import { startWorker } from "../../rig/local/worker.ts";
import { API_TOKEN, CALLBACK_TOKEN, startStand, type Stand } from "../stand.ts";

const report = z.strictObject({
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string(), cure: z.string().nullable() }),
  ),
});
type Report = z.infer<typeof report>;

const TOKENS = { CALLBACK_TOKEN, API_TOKEN };
const PROVIDER_KEY = "provider-key-of-the-doctor-tests";

let stand: Stand;

beforeAll(async () => {
  stand = await startStand({ timeScale: 100, providerKey: PROVIDER_KEY });
});
afterAll(() => stand.stop());

test("a Worker that is well is green in everything, and keeps nothing of it", async () => {
  const { ok, checks } = await reportOf(stand.origin, TOKENS);
  expect(checks.filter((check) => !check.ok || check.cure !== null)).toEqual([]);
  expect(ok).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual([
    "reachable",
    "configured",
    "cron",
    "settings",
    "wrong token",
    "provider key",
    "callback",
    "in time",
    "read back",
    "clock",
    "range request",
    "removed",
  ]);
  expect(detailOf(checks, "in time")).toMatch(/^p50 \d+ ms, p95 \d+ ms over 20 callbacks/);
  expect(detailOf(checks, "provider key")).toBe("The provider answers to the key.");
  expect(detailOf(checks, "range request")).toBe("No file yet.");
  // The list forgets with the task's next alarm.
  await vi.waitFor(async () => expect(await stand.client.tasks()).toEqual([]), { timeout: 10_000, interval: 100 });
});

test("it asks for a range of the newest kept file, prints a line for each check, and reads .dev.vars", async () => {
  await stand.finished(stand.submit("Kept").taskId);
  await using folder = await mkdtempDisposable(join(tmpdir(), "backline-doctor-"));
  await writeFile(join(folder.path, ".dev.vars"), `CALLBACK_TOKEN=${CALLBACK_TOKEN}\nAPI_TOKEN="${API_TOKEN}"\n`);
  const { code, stdout } = await doctor([`${stand.origin}/`], {}, folder.path);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(12);
  expect(stdout).toMatch(/^✓ range request +Two bytes of the newest file came as asked\.$/m);
  for (const secret of [CALLBACK_TOKEN, API_TOKEN, PROVIDER_KEY]) expect(stdout).not.toContain(secret);
});

test.concurrent("a wrong token is red, with what to do", async () => {
  const wrong = "another-token-of-the-end-to-end-tests-0123";
  const [callback, reader] = await Promise.all([
    reportOf(stand.origin, { ...TOKENS, CALLBACK_TOKEN: wrong }),
    reportOf(stand.origin, { ...TOKENS, API_TOKEN: wrong }),
  ]);
  expect(callback.ok).toBe(false);
  expect(redOf(callback)).toEqual(["callback", "in time", "read back", "clock"]);
  expect(cureOf(callback, "callback")).toContain("another CALLBACK_TOKEN");
  // What could not be removed is not delivered.
  expect(reader.checks.at(-1)?.name).toBe("provider key");
  expect(redOf(reader)).toEqual(["settings", "provider key"]);
  expect(cureOf(reader, "provider key")).toContain("another API_TOKEN");
  for (const cure of [cureOf(callback, "callback"), cureOf(reader, "provider key")])
    expect(cure).toContain("the demo and dev:sim keep theirs in secrets.json of their data folder");
});

test.concurrent("a provider key that the provider refuses is red", async () => {
  const vars = {
    ...TOKENS,
    PROVIDER_API_KEY: "an-old-key",
    PROVIDER_BASE_URL: stand.provider.url,
    AUDIO_ORIGINS: "http://127.0.0.1:*",
  };
  const ill = await startWorker({ bundle: inject("bundle"), dataDir: null, port: 0, vars });
  try {
    const found = await reportOf(ill.origin, TOKENS);
    expect(redOf(found)).toEqual(["provider key"]);
    expect(cureOf(found, "provider key")).toContain("npx wrangler secret put PROVIDER_API_KEY");
  } finally {
    await ill.stop();
  }
});

test.concurrent("what it is not told is named once, and a Worker without the provider's key is no fault and no tick", async () => {
  for (const [secrets, missing] of [
    [{}, "Not known here, or no usable secret: API_TOKEN and CALLBACK_TOKEN (or CALLBACK_HMAC_KEY)."],
    [{ API_TOKEN }, "no usable secret: CALLBACK_TOKEN (or CALLBACK_HMAC_KEY)."],
    [{ CALLBACK_TOKEN }, "no usable secret: API_TOKEN."],
  ] as const) {
    const found = await reportOf(stand.origin, secrets);
    expect(found.checks.map(({ name }) => name)).toEqual(["reachable", "configured", "wrong token", "secrets"]);
    expect(redOf(found)).toEqual(["secrets"]);
    expect(detailOf(found.checks, "secrets")).toContain(missing);
  }
  const keyless = await startWorker({ bundle: inject("bundle"), dataDir: null, port: 0, vars: TOKENS });
  try {
    const { stdout, code } = await doctor([keyless.origin], TOKENS);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^! provider key +No PROVIDER_API_KEY is set.*npx wrangler secret put PROVIDER_API_KEY/m);
  } finally {
    await keyless.stop();
  }
});

test.concurrent("what cannot be reached is red, and asked nothing else", async () => {
  const found = await reportOf(`http://127.0.0.1:${await freePort()}`, TOKENS);
  expect(found.checks).toHaveLength(1);
  expect(redOf(found)).toEqual(["reachable"]);
  expect(detailOf(found.checks, "reachable")).toContain("ECONNREFUSED");
  expect(cureOf(found, "reachable")).toContain("Check the address");
  const plain = await reportOf("http://backline.example.com", TOKENS);
  expect(redOf(plain)).toEqual(["reachable"]);
  expect(detailOf(plain.checks, "reachable")).toContain("not https");
});

test.concurrent("a Worker that says what it lacks, lets anybody in, and lives in another time is red in that", async () => {
  const warnings = [
    "The cron has been silent for more than 15 minutes: look.",
    "MAX_AUDIO_BYTES is not a number: mend.",
  ];
  const health = { status: "unconfigured", missing: ["API_TOKEN", "AUDIO"], warnings };
  const server = createServer((request, response) => {
    const past = new Date(Date.now() - 7_200_000).toUTCString();
    response.writeHead(200, { "content-type": "application/json", date: past });
    response.end(JSON.stringify(request.url === "/health" ? health : {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const address = z.object({ port: z.int() }).parse(server.address());
    const found = await reportOf(`http://127.0.0.1:${address.port}`, TOKENS);
    expect(redOf(found)).toEqual(expect.arrayContaining(["configured", "cron", "settings", "wrong token", "clock"]));
    expect(cureOf(found, "configured")).toBe(
      "Run: npx wrangler secret put API_TOKEN; restore the bindings of wrangler.toml and deploy again.",
    );
    expect([cureOf(found, "cron"), cureOf(found, "settings")]).toEqual(warnings);
  } finally {
    server.close();
  }
});

test.concurrent("an address with more than an origin is not asked, and not repeated", async () => {
  const { code, stdout, stderr } = await doctor([`${stand.origin}/callback/${CALLBACK_TOKEN}`], TOKENS);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Give the origin alone");
  expect(stderr).not.toContain(CALLBACK_TOKEN);
});

function detailOf(checks: Report["checks"], name: string): string | undefined {
  return checks.find((check) => check.name === name)?.detail;
}

function redOf({ checks }: Report): readonly string[] {
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

function cureOf({ checks }: Report, name: string): string | null | undefined {
  return checks.find((check) => check.name === name)?.cure;
}

/** The exit code says the same as the report. */
async function reportOf(origin: string, secrets: Readonly<Record<string, string>>): Promise<Report> {
  const { code, stdout } = await doctor(["--json", origin], secrets);
  const found = report.parse(JSON.parse(stdout));
  expect(code).toBe(found.ok ? 0 : 1);
  return found;
}

/** By default in a folder without secrets. */
async function doctor(
  args: readonly string[],
  secrets: Readonly<Record<string, string>>,
  cwd: string = tmpdir(),
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env["PATH"], ...secrets } };
    execFile(process.execPath, [join(ROOT, "src/cli/doctor.ts"), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
