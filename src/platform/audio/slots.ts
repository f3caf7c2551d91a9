/** A bound on how many may do something at once. First come, first served. */
export interface Slots {
  /** Resolves when a slot is free, with what frees it again. */
  take(): Promise<() => void>;
}

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
