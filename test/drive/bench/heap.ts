/** What a Worker's isolate holds, by the inspector of the local workerd. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

export interface Heap {
  /** Used bytes after a collection: objects, and the memory of buffers. */
  readonly bytes: () => Promise<number>;
  readonly close: () => void;
}

const POKE_MS = 5;
/** Among the services of the local platform. */
const WORKER = "core:user:backline";
const targets = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const usage = z.object({ usedSize: z.number(), backingStorageSize: z.number().default(0) });
const answer = z.object({ id: z.int().optional(), result: z.unknown() });

/**
 * `inspector` is the address that Miniflare tells. An isolate that does nothing does not collect either: `poke` makes
 * it do something.
 */
export async function openHeap(inspector: URL, poke: () => Promise<unknown>): Promise<Heap> {
  const listed = targets.parse(await (await fetch(new URL("/json", inspector.href.replace(/^ws/, "http")))).json());
  const target = listed.find(({ id }) => id === WORKER);
  if (target === undefined) throw new Error("the inspector shows no Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, "open");
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = answer.parse(JSON.parse(String(data)));
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  const ask = (method: string): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set((last += 1), resolve);
      socket.send(JSON.stringify({ id: last, method }));
    });
  return {
    async bytes() {
      // Sent together, so that nothing is allocated in between; the second collection sees what the first one swept gone.
      const asked = ["HeapProfiler.collectGarbage", "HeapProfiler.collectGarbage", "Runtime.getHeapUsage"].map(ask);
      const look = { over: false };
      const told = Promise.all(asked).finally(() => (look.over = true));
      while (!look.over) await Promise.race([told, poke().then(() => sleep(POKE_MS))]);
      const { usedSize, backingStorageSize } = usage.parse((await told)[2]);
      return usedSize + backingStorageSize;
    },
    close: () => socket.close(),
  };
}
