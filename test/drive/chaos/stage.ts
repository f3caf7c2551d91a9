/**
 * Where the chaos run plays: a hostile provider, a receiver no better, a folder of data, and Workers that are started on
 * it one by one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { withoutOwnSignals } from "../demo/end.ts";
import { type BacklineClient, backlineClient } from "../../rig/local/backline-client.ts";
import { buildWorker } from "../../rig/local/bundle.ts";
import { freePort, type KillableWorker, startKillable } from "../../rig/local/killable.ts";
import { startWatchdog } from "../../rig/local/watchdog.ts";
import { type LocalWorker, startWorker } from "../../rig/local/worker.ts";
import { chaos } from "../../rig/provider/hostile/chaos.ts";
import { noFaults } from "../../rig/provider/hostile/faults.ts";
import { type Provider, startProvider } from "../../rig/provider/provider.ts";
import type { Random } from "../../rig/provider/hostile/random.ts";
import { loseAlarms } from "./lost-alarms.ts";
import { type HostileReceiver, startHostileReceiver } from "./receiver.ts";

export interface Stage {
  readonly provider: Provider;
  /** Of notifications. */
  readonly receiver: HostileReceiver;
  /** Of whichever Worker runs: all of them have the same address. */
  readonly client: BacklineClient;
  /** For those who submit by themselves. */
  readonly callBackUrl: string;
  startKillable(): Promise<KillableWorker>;
  /** While no Worker runs. Returns how many alarms of tasks were lost. */
  loseAlarms(random: Random): number;
  /** In this process, for a look into its stores. `timeScale` is how much shorter its waits are. */
  startInside(timeScale?: number): Promise<InsideWorker>;
  /** The provider and the receiver do as they should from here on. */
  calm(): void;
  stop(): Promise<void>;
}

export interface InsideWorker {
  readonly miniflare: LocalWorker["miniflare"];
  stop(): Promise<void>;
}

/** With a key, asking heals what the provider gave up early; without one its tries have to outlast a restart. */
const PROVIDER_SCALE = { asked: 15, unasked: 5 };
const WORKER_SCALE = 100;
const SONG_SECONDS = 4;
const WATCHDOG_MS = 5_000;
const TOKEN = "chaos-callback-token-0123456789abcdef";
const API_TOKEN = "chaos-api-token-0123456789abcdef01234";
const PROVIDER_KEY = "chaos-provider-key";
const NOTIFY_SECRET = "chaos-notify-secret-0123456789abcdef";

export async function setStage(seed: number, receiverAsks: boolean, signal: AbortSignal): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const bundle = await buildWorker({ signal });
  undo.defer(() => rm(dirname(bundle), { recursive: true, force: true }));
  const dataDir = await mkdtemp(join(tmpdir(), "backline-chaos-"));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const provider = await startProvider({
    ...chaos({ seed, receiverAsks }),
    seed,
    timeScale: receiverAsks ? PROVIDER_SCALE.asked : PROVIDER_SCALE.unasked,
    songSeconds: SONG_SECONDS,
    rateLimits: false,
    apiKey: PROVIDER_KEY,
  });
  undo.defer(() => provider.close());
  const receiver = await startHostileReceiver(seed);
  undo.defer(() => receiver[Symbol.asyncDispose]());
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const vars = {
    CALLBACK_TOKEN: TOKEN,
    API_TOKEN,
    AUDIO_ORIGINS: "http://127.0.0.1:*",
    SOURCE_ORIGINS: "http://127.0.0.1:*",
    TIME_SCALE: String(WORKER_SCALE),
    NOTIFY_URL: `${receiver.url}/notifications`,
    NOTIFY_SECRET,
    ...(receiverAsks ? { PROVIDER_API_KEY: PROVIDER_KEY, PROVIDER_BASE_URL: provider.url } : {}),
  };
  const rest = undo.move();
  return {
    provider,
    receiver,
    client: backlineClient(origin, API_TOKEN),
    callBackUrl: `${origin}/callback/${TOKEN}`,
    startKillable: () => startKillable({ bundle, dataDir, port, vars }),
    loseAlarms: (random) => loseAlarms(dataDir, random),
    async startInside(timeScale = WORKER_SCALE) {
      const changed = { ...vars, TIME_SCALE: String(timeScale) };
      const worker = await withoutOwnSignals(() => startWorker({ bundle, dataDir, port, vars: changed }));
      const stopWatchdog = startWatchdog(worker, WATCHDOG_MS, (line) => console.error(line));
      return {
        miniflare: worker.miniflare,
        async stop() {
          stopWatchdog();
          await worker.stop();
        },
      };
    },
    calm() {
      Object.assign(provider.faults, noFaults());
      receiver.calm();
    },
    stop: () => rest.disposeAsync(),
  };
}
