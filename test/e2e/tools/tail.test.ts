/** `npm run tail` beside a built Worker, as its users run it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT } from "../../rig/local/bundle.ts";
import { freePort } from "../../rig/local/killable.ts";
import { startReceiver } from "../../rig/local/receiver.ts";
import { API_TOKEN, startStand, type Stand } from "../stand.ts";

const READ_TOKEN = "read-token-of-the-tail-tests-0123456789";
const NOTIFY_SECRET = "whsec_c2VjcmV0LW9mLXRoZS10YWlsLXRlc3RzLTAxMjM=";

let stand: Stand;

beforeAll(async () => {
  stand = await startStand({ timeScale: 100, vars: { READ_TOKEN } });
});
afterAll(() => stand.stop());

test("a line for each delivery, copy and settlement, and each notice is posted on, signed", async () => {
  await stand.finished(stand.submit("Before").taskId);
  await using receiver = await startReceiver();
  const run = runTail([stand.origin, "--forward", receiver.url], { READ_TOKEN, NOTIFY_SECRET });
  await run.said("Following");
  const { taskId, tracks } = stand.submit("Followed");
  await run.said("Settled: complete, 2 of 2 tracks kept.");
  const { body = new Uint8Array() } = stand.provider.tasks.get(taskId)?.callbacks[0] ?? {};
  await stand.provider.send(taskId, "complete", body);
  await run.said("Delivery: complete, 2 times by now.");
  await vi.waitFor(() => expect(receiver.sentAbout(taskId)).toHaveLength(3), { timeout: 10_000 });
  await run.end();

  const lines = run.stdout.split("\n").filter((line) => line.includes("Followed"));
  const told = lines.map((line) => line.replace(/^[\d:]{8} {2}Followed {2}/, ""));
  expect(told.filter((line) => !line.startsWith("The cover"))).toEqual([
    "Delivery: complete.",
    expect.stringMatching(/^The audio of track \d is stored: /),
    expect.stringMatching(/^The audio of track \d is stored: /),
    "Settled: complete, 2 of 2 tracks kept.",
    "Delivery: complete, 2 times by now.",
  ]);
  expect(run.stdout).not.toContain("Before");
  const sent = receiver.sentAbout(taskId);
  expect(sent.map(({ type }) => type)).toEqual(["track.stored", "track.stored", "task.settled"]);
  expect(sent.flatMap(({ trackId }) => trackId ?? []).toSorted()).toEqual(
    tracks.map(({ trackId }) => trackId).toSorted(),
  );
  const webhook = new Webhook(NOTIFY_SECRET);
  for (const { body: posted, headers } of sent)
    expect(() => webhook.verify(posted, signatureIn(headers))).not.toThrow();
  expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
  expect(run.stdout + run.stderr).not.toContain(READ_TOKEN);
});

test.each([
  [[], {}, 2, "Give the address of one Worker."],
  [["https://backline.example.com/tasks"], {}, 2, "Give the origin alone"],
  [["https://backline.example.com"], {}, 2, "No token is known here"],
  [["https://backline.example.com", "--forward", "me"], { API_TOKEN }, 2, "--forward takes an http(s) address"],
  [
    ["https://backline.example.com", "--forward", "http://localhost:3000"],
    { API_TOKEN, NOTIFY_SECRET: "short" },
    2,
    "NOTIFY_SECRET is set and cannot sign",
  ],
])("%j is told what is missing", async (args, env, code, sentence) => {
  const run = runTail(args, env);
  expect(await run.exited).toBe(code);
  expect(run.stderr.split("\n")[0]).toContain(sentence);
});

test("a token that is refused, and a Worker that is not there, are told in a sentence", async () => {
  const refused = runTail([stand.origin], { API_TOKEN: "another-token-of-the-end-to-end-tests-0123" });
  expect(await refused.exited).toBe(1);
  expect(refused.stderr).toContain("answers 401. This bearer token is not API_TOKEN");
  const address = `http://127.0.0.1:${await freePort()}`;
  const gone = runTail([address], { API_TOKEN });
  expect(await gone.exited).toBe(1);
  expect(gone.stderr).toMatch(/^http\S+ gives no answer: .*ECONNREFUSED/);
});

const LONG_AGO = "2020-01-01T00:00:00.000Z";

function rowOf(taskId: string, fields: object = {}): object {
  const row = { taskId, title: taskId, stage: "first", settled: false, product: "music", keptTracks: 0, tracks: 2 };
  return { ...row, problem: null, createdAt: LONG_AGO, settledAt: null, ...fields };
}

/** It lists these tasks from the second time on, and `first` before that. */
async function lister(tasks: () => readonly object[], first: readonly object[], view: () => number = () => 200) {
  let lists = 0;
  return listening((path) => {
    if (path.startsWith("/tasks?")) return { items: (lists += 1) <= 2 ? first : tasks() };
    if (path.includes("/events")) {
      const at = new Date(Date.now() + 60_000).toISOString();
      return { items: [{ type: "observed", at, via: "callback", kind: "complete" }], nextCursor: null };
    }
    const status = view();
    return status === 200 ? { taskId: path.split("/")[2], tracks: [], of: "a newer release" } : status;
  });
}

/** A Worker that is played: a number is a status, a text no JSON. */
async function listening(answer: (path: string) => object | number | string) {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? "");
    response.writeHead(typeof body === "number" ? body : 200);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("what could not be read at first is told once it can be, and holds up no other task", async () => {
  const settledAt = new Date(Date.now() + 60_000).toISOString();
  const done = ["One", "Two"].map((name) => rowOf(name, { stage: "complete", settled: true, settledAt }));
  let asked = 0;
  await using played = await lister(
    () => done,
    ["One", "Two"].map((name) => rowOf(name)),
    () => ((asked += 1) === 1 ? 503 : 200),
  );
  await using receiver = await listening(() => 204);
  const run = runTail([played.url, "--forward", receiver.url], { API_TOKEN });
  await run.said("It answers again.");
  await run.end();
  expect(run.stderr).toContain("answers 503. Is it a Backline? Asking again.");
  const lines = run.stdout.split("\n").flatMap((line) => /(?<=^[\d:]{8} {2}).*/.exec(line) ?? []);
  const told = ["Delivery: complete.", "Settled: complete, 0 of 2 tracks kept."];
  expect(lines).toEqual(["Two", "One"].flatMap((name) => told.map((text) => `${name}  ${text}`)));
  expect(run.stdout.match(/↳ task.settled .* taken/g)).toHaveLength(2);
});

test.each([
  ["a page", "<!doctype html><title>Shop</title>"],
  ["something else", { ok: true }],
])("an address that answers with %s is no Backline, which is told in a sentence", async (_, body) => {
  await using played = await listening(() => body);
  const run = runTail([played.url], { API_TOKEN });
  expect(await run.exited).toBe(1);
  expect(run.stderr).toBe(`GET ${played.url}/tasks?limit=100 is not what a Backline answers. Check the address.\n`);
});

test("a title commands no terminal, and makes no line of its own", async () => {
  const title = "\u001b[31mred\u001b]0;title\u0007\r\n10:00:00  Other  Settled: complete.\u202e\u009b31m";
  const settledAt = new Date(Date.now() + 60_000).toISOString();
  const done = rowOf("x", { title, stage: "complete", settled: true, settledAt });
  await using played = await lister(() => [done], [rowOf("x", { title })]);
  const run = runTail([played.url], { API_TOKEN });
  await run.said("Settled: complete, ");
  await run.end();
  expect(run.stdout).toMatch(/ \[31mred \]0;title 10:00:00 {2}Other {2}Settled: complete\. 31m {2}Settled: complete, /);
  expect(run.stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
});

test("a product of a newer release is followed like any other", async () => {
  const settledAt = new Date(Date.now() + 60_000).toISOString();
  const fields = { product: "hologram", tracks: 1, keptTracks: 1, stage: "complete", settled: true, settledAt };
  await using played = await lister(() => [rowOf("New", fields)], [rowOf("New", { product: "hologram" })]);
  const run = runTail([played.url], { API_TOKEN });
  await run.said("New  Settled: complete, 1 of 1 file kept.");
  await run.end();
  expect(run.stderr).toBe("");
});

test.each([
  [100, false],
  [99, true],
])("of %i open tasks all were seen, or not: an old one that shows later is open again: %s", async (count, reopened) => {
  const first = Array.from({ length: count }, (_, index) => rowOf(`first-${index}`));
  await using played = await lister(
    () => [rowOf("Old"), rowOf("Last", { createdAt: "2100-01-01T00:00:00.000Z" })],
    first,
  );
  const run = runTail([played.url], { API_TOKEN });
  await run.said("Last  Delivery: complete.");
  await run.end();
  expect(run.stdout.includes("Old  Open again.")).toBe(reopened);
});

test("an old task that was beyond the list and settles now is told as settled", async () => {
  const first = Array.from({ length: 100 }, (_, index) => rowOf(`first-${index}`));
  const settledAt = new Date(Date.now() + 60_000).toISOString();
  await using played = await lister(() => [rowOf("Old", { stage: "complete", settled: true, settledAt })], first);
  const run = runTail([played.url], { API_TOKEN });
  await run.said("Old  Settled: complete");
  await run.end();
  expect(run.stdout).not.toContain("Open again.");
});

function signatureIn(headers: IncomingHttpHeaders): Record<string, string> {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

/** In a folder without secrets. */
function runTail(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [join(ROOT, "src/cli/tail.ts"), ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
  const exited = once(child, "close").then(() => child.exitCode);
  return {
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
    exited,
    said: (text: string) =>
      vi.waitFor(() => expect(printed.stdout + printed.stderr).toContain(text), { timeout: 15_000, interval: 50 }),
    async end() {
      child.kill("SIGINT");
      await exited;
    },
  };
}
