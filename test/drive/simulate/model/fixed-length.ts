/** Stands for `FixedLengthStream` between a copy and its put: it ends well only with exactly so many bytes. */
import { joined } from "../../../core/audio/audio-bytes.ts";

/** What a put reads. */
export class FixedReadable {
  readonly #parts: Uint8Array[] = [];
  readonly #expected: number;
  readonly #done = Promise.withResolvers<Uint8Array>();
  #failure: Error | null = null;

  constructor(expected: number) {
    this.#expected = expected;
    this.#done.promise.catch(() => undefined);
  }

  /** All bytes, once the writer has closed; rejects where it aborts. */
  get whole(): Promise<Uint8Array> {
    return this.#done.promise;
  }

  /** The reader is gone: what is written from now on fails. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#done.reject(error);
  }

  write(chunk: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    this.#parts.push(chunk);
  }

  close(): void {
    if (this.#failure !== null) throw this.#failure;
    const bytes = joined(...this.#parts);
    if (bytes.length === this.#expected) return this.#done.resolve(bytes);
    const error = new Error("the stream ended before its length");
    this.fail(error);
    throw error;
  }
}

export interface FixedWriter {
  getWriter(): {
    write(chunk: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(error: Error): Promise<void>;
  };
}

export class FixedLength {
  readonly readable: FixedReadable;
  readonly writable: FixedWriter;

  constructor(bytes: number) {
    const readable = new FixedReadable(bytes);
    this.readable = readable;
    this.writable = {
      getWriter: () => ({
        write: async (chunk: Uint8Array) => readable.write(chunk),
        close: async () => readable.close(),
        abort: async (error: Error) => readable.fail(error),
      }),
    };
  }
}
