/** `npm run demo`, as its users run it. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { taskView } from "../../../src/core/view/view.ts";
import { holdDataFolder } from "../../drive/demo/data-folder.ts";
import { readOptions } from "../../drive/demo/options.ts";
import { faultsOf } from "../../rig/judge/files.ts";
import { isRunning, runDemo } from "./demo-run.ts";
import { startStand } from "../stand.ts";

const secrets = z.object({ API_TOKEN: z.string() });

/** Three runs, each of which builds the Worker. */
const SLOW_MS = 180_000;

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "backline-demo-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test(
  "keeps the files and ends with the tasks; a second run finds them, and leaves nothing behind",
  { timeout: SLOW_MS },
  async () => {
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

    // It ends with a link that logs a browser in, once, and the way in by hand.
    const [, link = "", page = ""] =
      /^ {2}(http\S+\/login\/\S+)\nOpen (\S+) and log in with \S+\n$/m.exec(second.stdout) ?? [];
    const looked = await fetch(link, { method: "HEAD", redirect: "manual" });
    expect([looked.status, looked.headers.get("set-cookie")]).toEqual([204, null]);
    const led = await fetch(link, { redirect: "manual" });
    expect([led.status, led.headers.get("location")]).toEqual([303, page]);
    const cookie = (led.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const shown = await fetch(page, { headers: { cookie, accept: "text/html" }, redirect: "manual" });
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining("Log out")]);
    const again = await fetch(link, { redirect: "manual" });
    expect([again.status, again.headers.get("set-cookie")]).toEqual([410, null]);
    expect((await fetch(new URL("/login/guessed", link), { redirect: "manual" })).status).toBe(404);
    // The Worker has no part in it.
    expect((await fetch(new URL(new URL(link).pathname, page), { redirect: "manual" })).status).toBe(404);

    const third = runDemo("--port", "0", "--data", dataDir);
    expect(await third.exited).toBe(1);
    expect(third.stderr).toMatch(/is in use by another run \(process \d+\)\. End it, or choose another folder/);

    const children = second.children();
    expect(children.length).toBeGreaterThan(0);
    second.interrupt();
    expect(await second.exited).toBe(0);
    await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]));
  },
);

test("a folder that a killed run of the same process id left behind is taken over", async () => {
  const dir = await mkdtemp(join(tmpdir(), "backline-demo-"));
  await writeFile(join(dir, "in-use-by"), String(process.pid));
  await expect(holdDataFolder(dir)).resolves.toBeUndefined();
  await writeFile(join(dir, "in-use-by"), String(process.ppid));
  await expect(holdDataFolder(dir)).rejects.toThrow(`is in use by another run (process ${process.ppid})`);
  await rm(dir, { recursive: true, force: true });
});

test.concurrent("a port that is taken is named with the cure", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const run = runDemo("--port", port, "--data", join(dataDir, "port"));
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
  [["--chaos", "--problems"], /^--problems has a provider of its own: leave out --chaos\.$/],
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
