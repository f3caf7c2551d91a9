/** A bound on silence: some servers accept, and then send nothing for ever. */
export interface StallWatch {
  readonly signal: AbortSignal;
  /** A byte is awaited from now on. */
  restart(): void;
  /** Nothing is awaited from the server. */
  pause(): void;
  /** Whether the silence became too long. */
  isStalled(): boolean;
  end(): void;
}

export function stallWatch(stallMs: number, signal: AbortSignal): StallWatch {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = (): void => clearTimeout(timer);
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    restart() {
      pause();
      timer = setTimeout(() => stalled.abort(), stallMs);
    },
    pause,
    isStalled: () => stalled.signal.aborted,
    end: pause,
  };
}
