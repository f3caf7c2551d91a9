/** The Worker in a process group of its own, for tests that kill it without warning and start it on the same data. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface KillableOptions {
  readonly bundle: string;
  readonly dataDir: string;
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
}

export interface KillableWorker {
  readonly origin: string;
  /** SIGKILL to node and workerd at once; resolves when the port is free again. */
  kill(): Promise<void>;
}

const SERVE = fileURLToPath(new URL("serve.ts", import.meta.url));

export async function startKillable(options: KillableOptions): Promise<KillableWorker> {
  const child = spawn(process.execPath, [SERVE, JSON.stringify(options)], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
  });
  const origin = await firstLine(child);
  return {
    origin,
    async kill() {
      const exited = once(child, "exit");
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await exited;
      while (!(await isFree(options.port))) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  return free;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child's output is piped");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the Worker's process ended before it served");
}
