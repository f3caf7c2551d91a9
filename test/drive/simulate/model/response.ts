/** Stands for `Response`: a status, headers, and a body that comes in pieces and may break off or fall silent. */
import { joined } from "../../../core/audio/audio-bytes.ts";
import type { World } from "../world.ts";

export type Network = (url: URL, signal: AbortSignal) => Promise<SimulatedResponse>;

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** What comes after the bytes. */
  readonly end?: "whole" | "cut" | "silence";
}

const CHUNK_BYTES = 1_024;

export class SimulatedResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly body: SimulatedBody;

  constructor(
    world: World,
    { status, headers = {}, body = new Uint8Array(0), end = "whole" }: Answer,
    signal: AbortSignal,
  ) {
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.headers = { get: (name) => headers[name] ?? null };
    this.body = new SimulatedBody(world, body, end, signal);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.body.whole());
  }
}

class SimulatedBody {
  readonly #world: World;
  readonly #end: NonNullable<Answer["end"]>;
  readonly #signal: AbortSignal;
  #left: Uint8Array;

  constructor(world: World, bytes: Uint8Array, end: NonNullable<Answer["end"]>, signal: AbortSignal) {
    this.#world = world;
    this.#left = bytes;
    this.#end = end;
    this.#signal = signal;
  }

  getReader(): object {
    return { read: () => this.#read(), cancel: () => this.cancel() };
  }

  async cancel(): Promise<void> {
    this.#left = new Uint8Array(0);
  }

  async whole(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await this.#read();
      if (done || value === undefined) return joined(...parts);
      parts.push(value);
    }
  }

  #read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }> {
    const { owner } = this.#world;
    const silent = this.#left.length === 0 && this.#end === "silence";
    return unlessAborted(this.#signal, (resolve, reject) => {
      if (silent) return;
      this.#world.after(this.#world.some(1, 200), owner, () => {
        const value = this.#left.subarray(0, CHUNK_BYTES);
        this.#left = this.#left.subarray(CHUNK_BYTES);
        if (value.length > 0) resolve({ done: false, value });
        else if (this.#end === "cut") reject(new Error("the connection broke"));
        else resolve({ done: true });
      });
    });
  }
}

/** Rejects when the signal aborts, as everything of a `fetch` does. */
export function unlessAborted<T>(
  signal: AbortSignal,
  work: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(new Error("aborted"));
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    const done = (): void => signal.removeEventListener("abort", aborted);
    work(
      (value) => {
        done();
        resolve(value);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
}
