/** A receiver of notifications that refuses, goes silent, breaks off after it took a message, and dies now and then. */
import { setTimeout as sleep } from "node:timers/promises";
import { startReceiver, type Receiver, type Reply } from "../../rig/local/receiver.ts";
import { oneOf, randomFrom, whole } from "../../rig/provider/hostile/random.ts";

export interface HostileReceiver extends Receiver {
  /** Dies and comes back until the signal aborts; resolves when it is up again. */
  comeAndGo(signal: AbortSignal): Promise<void>;
  /** Takes everything from here on. */
  calm(): void;
}

const REPLIES: readonly [Reply, ...Reply[]] = [500, 503, 429, 404, 302, "cut", "cut", "cut", "silence"];
const UP_MS = { shortest: 2_000, longest: 8_000 };
const DOWN_MS = { shortest: 300, longest: 2_000 };
/** Of one message; the waits between its tries grow fast. */
const MOST_REFUSALS = 2;

/** Every decision is a hash of the seed and of the message. */
export async function startHostileReceiver(seed: number): Promise<HostileReceiver> {
  const tries = new Map<string, number>();
  let calm = false;
  const receiver = await startReceiver(({ id }) => {
    const nth = (tries.get(id) ?? 0) + 1;
    tries.set(id, nth);
    const random = randomFrom("receiver", seed, id, nth);
    return calm || nth > MOST_REFUSALS || random() > 0.35 ? 204 : oneOf(random, REPLIES);
  });
  const random = randomFrom("receiver", seed);
  return {
    ...receiver,
    async comeAndGo(signal) {
      try {
        for (;;) {
          await sleep(whole(random, UP_MS.shortest, UP_MS.longest), undefined, { signal });
          await receiver.die();
          await sleep(whole(random, DOWN_MS.shortest, DOWN_MS.longest), undefined, { signal });
          await receiver.revive();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        await receiver.revive();
      }
    },
    calm: () => void (calm = true),
  };
}
