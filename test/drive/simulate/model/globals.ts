/**
 * What the Worker's code takes from its runtime, bound to the world of the life that is running: clock, timers,
 * `fetch` and the few classes around it. Real timers and streams would bring an order of their own.
 */
import { joined } from "../../../core/audio/audio-bytes.ts";
import { FixedLength } from "./fixed-length.ts";
import { SimulatedResponse, type Network } from "./response.ts";
import type { Timer, World } from "../world.ts";

interface Stage {
  readonly world: World;
  readonly network: Network;
}

let stage: Stage | null = null;

/** The life that all code of this thread now lives in. */
export function enter(next: Stage): void {
  stage = next;
}

function on(): Stage {
  if (stage === null) throw new Error("no life is running");
  return stage;
}

function later(run: () => void, ms = 0): Timer {
  const { world } = on();
  return world.after(ms, world.owner, run);
}

const TIMEOUT = new DOMException("The operation timed out", "TimeoutError");

class SimulatedBlob {
  readonly #bytes: Uint8Array;

  constructor(parts: readonly Uint8Array[]) {
    this.#bytes = joined(...parts);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(this.#bytes).buffer;
  }
}

/** Once for each thread, before the Worker's code is imported. */
export function installGlobals(): void {
  // Most errors here are meant to happen, and nobody reads where.
  Error.stackTraceLimit = 0;
  Object.assign(Date, { now: () => on().world.now });
  Object.assign(console, { error: () => undefined });
  Object.assign(AbortSignal, {
    timeout: (ms: number): AbortSignal => {
      const abort = new AbortController();
      later(() => abort.abort(TIMEOUT), ms);
      return abort.signal;
    },
  });
  Object.assign(globalThis, {
    setTimeout: later,
    clearTimeout: (timer: Timer | undefined): void => {
      if (timer !== undefined) timer.cancelled = true;
    },
    scheduler: { wait: (ms: number) => new Promise<void>((resolve) => void later(resolve, ms)) },
    fetch: (url: string | URL, init: { readonly signal: AbortSignal }) => on().network(new URL(url), init.signal),
    Response: SimulatedResponse,
    Blob: SimulatedBlob,
    FixedLengthStream: FixedLength,
  });
}
