/** When the demo has to end: on a signal, or when the npm that started it is gone. */
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const LOOK_EVERY_MS = 500;

/** Aborts once; the reason is the name of the signal. Further signals change nothing: the winding up goes on. */
export function endSignal(): AbortSignal {
  const end = new AbortController();
  for (const name of SIGNALS) process.on(name, () => end.abort(name));
  // npm hands a signal to its shell, and a shell that dies of it does not hand it on.
  const parent = process.ppid;
  if (process.env["npm_lifecycle_event"] !== undefined) {
    setInterval(() => {
      if (process.ppid !== parent) end.abort("SIGTERM");
    }, LOOK_EVERY_MS).unref();
  }
  return end.signal;
}

/** As a shell shows a death by that signal; null where the end had no signal. */
export function exitCodeOf(signal: AbortSignal): number | null {
  const name = SIGNALS.find((one) => one === signal.reason);
  return name === undefined ? null : 128 + constants.signals[name];
}

/**
 * Takes away the handlers that `start` left behind: they exit at once, and nothing else would be wound up. While it
 * starts they are right, for a start that is interrupted may never end.
 */
export async function withoutOwnSignals<T>(start: () => Promise<T>): Promise<T> {
  const before = SIGNALS.map((name) => ({ name, listeners: process.listeners(name) }));
  const started = await start();
  for (const { name, listeners } of before)
    for (const listener of process.listeners(name))
      if (!listeners.includes(listener)) process.removeListener(name, listener);
  return started;
}
