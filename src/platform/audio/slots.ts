/** A bound on how many may do something at once. */
export interface Slots {
  /** Resolves when a slot is free, with what frees it again. */
  take(): Promise<() => void>;
}

/** First come, first served. */
export function slots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}

/** Does the work for each, at most so many at once. */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const room = slots(atOnce);
  return Promise.all(
    items.map(async (item) => {
      const leave = await room.take();
      try {
        return await work(item);
      } finally {
        leave();
      }
    }),
  );
}

/**
 * The same for all objects of an isolate. They look again and again, since no object may wake another one; and an
 * object that was reset frees nothing, so a slot that is held for longer than anybody may is free.
 */
export function sharedSlots(count: number, longestMs: number): Slots {
  const held = new Map<symbol, number>();
  const isFull = (): boolean => {
    for (const [holder, since] of held) if (Math.abs(Date.now() - since) > longestMs) held.delete(holder);
    return held.size >= count;
  };
  return {
    async take() {
      while (isFull()) await scheduler.wait(LOOK_AGAIN_MS);
      const holder = Symbol("holder");
      held.set(holder, Date.now());
      return () => void held.delete(holder);
    },
  };
}

const LOOK_AGAIN_MS = 250;

/** Copies of unknown length hold a buffer of one part (5 MiB) each; an isolate has 128 MB. */
export const copyBuffers = sharedSlots(6, 11 * 60_000);
