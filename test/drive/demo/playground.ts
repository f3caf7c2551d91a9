/** All that the demo needs, on this machine: the simulated provider, and the built Worker with its stores on disk. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { type BacklineClient, backlineClient } from "../../rig/local/backline-client.ts";
import { buildWorker } from "../../rig/local/bundle.ts";
import { UserError } from "../../rig/local/command.ts";
import { startWatchdog } from "../../rig/local/watchdog.ts";
import { startWorker } from "../../rig/local/worker.ts";
import { chaos } from "../../rig/provider/hostile/chaos.ts";
import { type Provider, startProvider } from "../../rig/provider/provider.ts";
import type { Flaw } from "../../rig/provider/serving/songs.ts";
import { withoutOwnSignals } from "./end.ts";
import { planOf } from "./problems.ts";
import type { DemoSecrets } from "./secrets.ts";

export interface PlaygroundOptions {
  readonly dataDir: string;
  /** The Worker's; 0 for any free one. */
  readonly port: number;
  readonly secrets: DemoSecrets;
  readonly songSeconds: number;
  /** How much faster than real the provider works and the Worker waits. */
  readonly timeScale: number;
  /** Of a hostile provider; null for one that behaves. */
  readonly chaosSeed: number | null;
  /** Whether there is something to find: the first track falls silent half-way. */
  readonly flawed: boolean;
  /** Takes those log lines of the Worker that tell of a fault. */
  readonly onLog: (line: string) => void;
}

export interface Playground {
  /** The Worker's, without a trailing slash. */
  readonly origin: string;
  /** A secret: it ends in the token. */
  readonly callBackUrl: string;
  readonly client: BacklineClient;
  readonly provider: Provider;
  stop(): Promise<void>;
}

/** On Cloudflare the cron does this every five minutes. */
const WATCHDOG_EVERY_MS = 20_000;
const LOOPBACK = "http://127.0.0.1:*";

/** Rejects with a sentence where the port is taken. Leaves nothing behind when aborted or failed. */
export async function startPlayground(options: PlaygroundOptions, signal: AbortSignal): Promise<Playground> {
  const { dataDir, port, secrets, songSeconds, timeScale, chaosSeed, flawed, onLog } = options;
  await expectFree(port);
  const bundle = await buildWorker({ signal });
  process.once("exit", () => rmSync(dirname(bundle), { recursive: true, force: true }));
  await using undo = new AsyncDisposableStack();
  const hostile = chaosSeed === null ? {} : { seed: chaosSeed, ...chaos({ seed: chaosSeed, receiverAsks: true }) };
  const provider = await startProvider({
    timeScale,
    songSeconds,
    rateLimits: false,
    ...(flawed ? { flaw: flawOf } : {}),
    plan: planOf,
    ...hostile,
  });
  undo.defer(() => provider.close());
  const vars = {
    ...secrets,
    TIME_SCALE: String(timeScale),
    AUDIO_ORIGINS: LOOPBACK,
    SOURCE_ORIGINS: LOOPBACK,
    PROVIDER_API_KEY: "demo",
    PROVIDER_BASE_URL: provider.url,
  };
  signal.throwIfAborted();
  const log = (line: string): void => void (isFault(line) && onLog(line));
  const worker = await withoutOwnSignals(() => startWorker({ bundle, dataDir, port, vars, onLog: log }));
  undo.defer(() => worker.stop());
  signal.throwIfAborted();
  undo.defer(startWatchdog(worker, WATCHDOG_EVERY_MS, onLog));
  const rest = undo.move();
  return {
    origin: worker.origin,
    callBackUrl: `${worker.origin}/callback/${secrets.CALLBACK_TOKEN}`,
    client: backlineClient(worker.origin, secrets.API_TOKEN),
    provider,
    stop: () => rest.disposeAsync(),
  };
}

/** A track of the first task falls silent half-way, for the assessment to find. */
function flawOf(number: number): Flaw | null {
  return number === 0 ? "silent-half" : null;
}

/** The Worker also logs whom it refused: here, whoever asks for a task before its first callback. */
function isFault(line: string): boolean {
  return !/"status":[1-4]\d\d\b/.test(line);
}

const PORT_CURES: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "is taken. Choose another with --port N, or --port 0 for a free one."],
  ["EACCES", "needs more rights than this user has. Choose one above 1023 with --port N."],
]);

async function expectFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    const listening = once(probe, "listening");
    probe.listen(port, "127.0.0.1");
    await listening;
  } catch (error) {
    const cure = error instanceof Error && "code" in error ? PORT_CURES.get(error.code) : undefined;
    if (cure !== undefined) throw new UserError(`Port ${port} ${cure}`, { cause: error });
    throw error;
  }
  const closed = once(probe, "close");
  probe.close();
  await closed;
}
