/** Wakes the run of an alarm when something else than the run itself changed the task. */
export class WakeSignal {
  #wake: (() => void) | null = null;

  tell(): void {
    this.#wake?.();
  }

  /** Resolves when told, after `ms`, or when the signal aborts. Leaves no timer behind: one would keep the object awake. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
