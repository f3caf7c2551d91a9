/** The demo as its users run it: a process of its own, with all that it says. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { vi } from "vitest";
import { ROOT } from "../../rig/local/bundle.ts";

export interface DemoRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<number | null>;
  /** Resolves once this was printed; rejects when it does not come. */
  said(text: string): Promise<void>;
  /** As Ctrl-C does. */
  interrupt(): void;
  /** Process ids below the demo's own. */
  children(): readonly number[];
}

export function runDemo(...args: readonly string[]): DemoRun {
  return runDrive("demo", ...args);
}

/** Another command of `test/drive`, in the same way. */
export function runDrive(name: string, ...args: readonly string[]): DemoRun {
  const child = spawn(process.execPath, [join(ROOT, "test/drive", name, "main.ts"), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
  const closed = once(child, "close");
  return {
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
    exited: closed.then(() => child.exitCode),
    said: (text) =>
      vi.waitFor(
        () => {
          if (!printed.stdout.includes(text)) throw new Error(`not said: ${text}\n${printed.stdout}${printed.stderr}`);
        },
        { timeout: 90_000, interval: 50 },
      ),
    interrupt: () => void child.kill("SIGINT"),
    children: () =>
      execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number))
        .flatMap(([pid, ppid]) => (ppid === child.pid && pid !== undefined ? [pid] : [])),
  };
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
