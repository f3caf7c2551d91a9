/** How `npm run demo` ends: interrupted, with problems, or before it began. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { taskView } from "../../../src/core/view/view.ts";
import { isRunning, runDemo, runDrive } from "./demo-run.ts";

/** It builds the Worker, and a file is tried for half a minute before it is lost. */
const SLOW_MS = 180_000;

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

test.concurrent.each(["demo", "dev-sim"])("%s interrupted while it builds says that it stopped", async (name) => {
  const dir = await mkdtemp(join(tmpdir(), "backline-demo-"));
  const run = runDrive(name, "--port", "0", "--data", dir);
  await vi.waitFor(() => expect(run.children()).not.toEqual([]), { timeout: 30_000, interval: 20 });
  run.interrupt();
  expect(await run.exited).toBe(130);
  expect(run.stderr).toMatch(/^Stopped before the end\..*\n$/);
  await rm(dir, { recursive: true, force: true });
});

test("--problems leaves a failed, a partial, a lost and a doubtful task", { timeout: SLOW_MS }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "backline-demo-"));
  const run = runDemo("--problems", "--once", "--port", "0", "--data", dir, "--time-scale", "9000");
  expect([await run.exited, run.stderr]).toEqual([0, ""]);
  const tasks = run.stdout.trimEnd().split("\n").slice(-5);
  expect(tasks.map((line) => taskView.parse(JSON.parse(line)).outcome)).toEqual([
    "complete",
    "failed",
    "partial",
    "lost",
    "complete",
  ]);
  await rm(dir, { recursive: true, force: true });
});

test.concurrent.each(["/proc/x", "/proc"])("--data %s ends with a sentence", async (folder) => {
  const run = runDemo("--once", "--port", "0", "--data", folder);
  expect(await run.exited).toBe(1);
  expect(run.stderr).toMatch(/^\/proc\S* cannot be written to \(\w+\)\. Choose another folder with --data\.\n$/);
});
