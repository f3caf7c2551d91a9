/** Where the load run happens: the built Worker with its stores on disk, beside a provider whose files often fail. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { withoutOwnSignals } from "../demo/end.ts";
import { type BacklineClient, backlineClient } from "../../rig/local/backline-client.ts";
import { buildWorker } from "../../rig/local/bundle.ts";
import { startWatchdog } from "../../rig/local/watchdog.ts";
import { type LocalWorker, startWorker } from "../../rig/local/worker.ts";
import { passingFault } from "../../rig/provider/hostile/chaos-files.ts";
import { type Provider, startProvider } from "../../rig/provider/provider.ts";
import { randomFrom } from "../../rig/provider/hostile/random.ts";

export interface Ground {
  readonly provider: Provider;
  readonly client: BacklineClient;
  readonly callBackUrl: string;
  readonly miniflare: LocalWorker["miniflare"];
  stop(): Promise<void>;
}

/** Short songs: a file is some 30 kB, and what is measured is their number. */
const SONG_SECONDS = 1;
const PROVIDER_SCALE = 5;
const WORKER_SCALE = 20;
const WATCHDOG_MS = 15_000;
const FAULTY_SHARE = 0.1;
/** From here on a file comes as it should. */
const MOST_FAULTS = 5;
const TOKEN = "load-callback-token-0123456789abcdef";
const API_TOKEN = "load-api-token-0123456789abcdef0123456";
const LOOPBACK = "http://127.0.0.1:*";

export async function prepareGround(seed: number, signal: AbortSignal): Promise<Ground> {
  await using undo = new AsyncDisposableStack();
  const bundle = await buildWorker({ signal });
  undo.defer(() => rm(dirname(bundle), { recursive: true, force: true }));
  const dataDir = await mkdtemp(join(tmpdir(), "backline-load-"));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const provider = await faultyProvider(seed);
  undo.defer(() => provider.close());
  const vars = {
    CALLBACK_TOKEN: TOKEN,
    API_TOKEN,
    AUDIO_ORIGINS: LOOPBACK,
    TIME_SCALE: String(WORKER_SCALE),
    // What the sound is like has measurements of its own: npm run bench -- assess.
    ASSESS: "scan",
  };
  const worker = await withoutOwnSignals(() => startWorker({ bundle, dataDir, port: 0, vars }));
  undo.defer(() => worker.stop());
  undo.defer(startWatchdog(worker, WATCHDOG_MS, (line) => console.error(line)));
  signal.throwIfAborted();
  const rest = undo.move();
  return {
    provider,
    client: backlineClient(worker.origin, API_TOKEN),
    callBackUrl: `${worker.origin}/callback/${TOKEN}`,
    miniflare: worker.miniflare,
    stop: () => rest.disposeAsync(),
  };
}

function faultyProvider(seed: number): Promise<Provider> {
  const draw = (...parts: readonly (string | number)[]) => randomFrom("load", seed, ...parts);
  return startProvider({
    seed,
    timeScale: PROVIDER_SCALE,
    songSeconds: SONG_SECONDS,
    rateLimits: false,
    faults: {
      file: (request, track) => (request.nth > MOST_FAULTS ? null : passingFault(request, track, draw, FAULTY_SHARE)),
    },
  });
}
