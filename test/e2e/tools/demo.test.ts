/** `npm run demo`, as its users run it. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { taskView } from "../../../src/core/view/view.ts";
import { readOptions } from "../../drive/demo/options.ts";
import { faultsOf } from "../../rig/judge/files.ts";
import { isRunning, runDemo } from "./demo-run.ts";
import { startStand } from "../stand.ts";

const secrets = z.object({ API_TOKEN: z.string() });

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "backline-demo-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test.concurrent("keeps the files and ends with the tasks; a second run finds them, and leaves nothing behind", async () => {
  const first = runDemo("--once", "--tasks", "2", "--port", "0", "--data", dataDir, "--time-scale", "50");
  expect([await first.exited, first.stderr]).toEqual([0, ""]);
  const lines = first.stdout.trimEnd().split("\n");
  const tasks = lines.slice(-2).map((line) => taskView.parse(JSON.parse(line)));
  for (const task of tasks) {
    expect(task).toMatchObject({ settled: true, stage: "complete", outcome: "complete" });
    expect(task.tracks.flatMap(({ audio, cover }) => [audio.state, cover.state])).toEqual(Array(4).fill("stored"));
    expect(first.stdout).toContain(`sha256 ${task.tracks[0]?.audio.sha256}`);
  }
  const secretsPath = join(dataDir, "secrets.json");
  expect((await stat(secretsPath)).mode & 0o777).toBe(0o600);
  const { API_TOKEN } = secrets.parse(JSON.parse(await readFile(secretsPath, "utf8")));

  const second = runDemo("--tasks", "3", "--port", "0", "--data", dataDir, "--time-scale", "50");
  await second.said("stays open");
  expect(second.stdout).toContain("Still here from earlier runs: 2 tasks.");
  for (const { taskId } of tasks) expect(second.stdout).toContain(taskId);
  expect(second.stdout).not.toMatch(/callback\/[^*]|[?&]sig=/);

  // The curl line as it is printed, done by `fetch`.
  const [, authorization = "", url = ""] = /curl -H 'Authorization: ([^']+)' (\S+)$/m.exec(second.stdout) ?? [];
  expect(authorization).toBe(`Bearer ${API_TOKEN}`);
  const kept = taskView.parse(await (await fetch(url, { headers: { authorization } })).json());
  expect(kept.settled).toBe(true);
  const earlier = new URL(`/tasks/${tasks[0]?.taskId}`, url);
  expect(taskView.parse(await (await fetch(earlier, { headers: { authorization } })).json())).toEqual(tasks[0]);

  const children = second.children();
  expect(children.length).toBeGreaterThan(0);
  second.interrupt();
  expect(await second.exited).toBe(0);
  await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]));
});

test.concurrent("interrupted before its end it says so by its exit code, and leaves nothing behind", async () => {
  const dir = await mkdtemp(join(tmpdir(), "backline-demo-"));
  const run = runDemo("--tasks", "3", "--port", "0", "--data", dir, "--time-scale", "1");
  await run.said("Submitting");
  const children = run.children();
  expect(children.length).toBeGreaterThan(0);
  run.interrupt();
  expect(await run.exited).toBe(130);
  await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]));
  await rm(dir, { recursive: true, force: true });
});

test.concurrent("a port that is taken is named with the cure", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const run = runDemo("--port", port, "--data", dataDir);
  expect(await run.exited).toBe(1);
  expect(run.stderr).toBe(`Port ${port} is taken. Choose another with --port N, or --port 0 for a free one.\n`);
  server.close();
});

test.each([
  [["--chords"], /^Unknown option '--chords'/],
  [["song"], /^Unexpected argument 'song'/],
  [["--tasks", "none"], /^--tasks must be a whole number\.$/],
  [["--tasks", "0"], /^--tasks must be at least 1\.$/],
  [["--port", "70000"], /^--port must be at most 65535\.$/],
  [["--data", ""], /^--data must name a folder\.$/],
])("%j is refused with a sentence", (args, sentence) => {
  expect(readOptions(args)).toEqual({ wrong: expect.stringMatching(sentence) as unknown });
});

test.concurrent("a file that is not what the provider sent is named", async () => {
  const stand = await startStand({ timeScale: 100 });
  const sent = stand.submit("Compared");
  const { taskId, tracks } = sent;
  const followed = [{ taskId, title: "Compared", view: await stand.finished(taskId) }];
  const [first, second] = tracks;
  expect(await faultsOf(stand.client, followed, new Map([[taskId, sent]]))).toEqual([]);
  const other = { ...sent, tracks: [{ ...first, audio: second.audio }, second] as const };
  const [fault, ...more] = await faultsOf(stand.client, followed, new Map([[taskId, other]]));
  expect(more).toEqual([]);
  expect(fault).toContain(`the audio of track ${first.trackId} is not what the provider sent`);
  expect(
    await faultsOf(
      stand.client,
      followed,
      new Map([[taskId, { ...sent, tracks: [first, { ...second, trackId: "lost" }] }]]),
    ),
  ).toEqual([`Compared (${taskId}): track lost is missing.`]);
  await stand.stop();
});
