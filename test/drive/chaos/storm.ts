/** Submissions, kills of the Worker, lost alarms and deaths of the receiver at random moments, side by side. */
import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom, whole } from "../../rig/provider/hostile/random.ts";
import type { ChaosRunOptions } from "./options.ts";
import type { Stage } from "./stage.ts";
import { submitOne } from "./submit.ts";

const UP_MS = { shortest: 300, longest: 6_000 };
/** What a restart takes, about. */
const DOWN_MS = 1_500;

/** Resolves when every task is submitted and the last Worker is dead. */
export async function storm(stage: Stage, options: ChaosRunOptions, signal: AbortSignal): Promise<void> {
  const random = randomFrom("storm", options.seed);
  const ups = Array.from({ length: options.kills }, () => whole(random, UP_MS.shortest, UP_MS.longest));
  const lengthMs = ups.reduce((sum, upMs) => sum + upMs + DOWN_MS, 0);
  const starts = Array.from({ length: options.tasks }, () => whole(random, 0, Math.floor(lengthMs * 0.8)));
  const { client, provider, callBackUrl } = stage;
  const submitter = { client, provider, callBackUrl, throughWorker: !options["no-key"], signal };
  const submitting = Promise.all(
    starts.map(async (afterMs, index) => {
      await sleep(afterMs, undefined, { signal });
      // Of equal length, as the title is part of the song: which task gets which is left to time.
      await submitOne(index, `Chaos song ${String(index + 1).padStart(3, "0")}`, submitter);
    }),
  );
  // Awaited below; until then a Worker may have to die first.
  submitting.catch(() => undefined);
  const over = new AbortController();
  const coming = stage.receiver.comeAndGo(AbortSignal.any([signal, over.signal]));
  coming.catch(() => undefined);

  let worker = await stage.startKillable();
  try {
    for (const [index, upMs] of ups.entries()) {
      await sleep(upMs, undefined, { signal });
      await worker.kill();
      const lost = stage.loseAlarms(random);
      console.log(`killed ${index + 1} of ${ups.length} after ${(upMs / 1_000).toFixed(1)} s, ${lost} alarms lost`);
      worker = await stage.startKillable();
    }
    await submitting;
  } finally {
    over.abort();
    await worker.kill();
  }
  await coming;
}
