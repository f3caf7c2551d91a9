/** Walks a file that is a run of parts, each of which tells its own length, as its bytes arrive. Pure (a closure). */

export interface PartWalker {
  readonly push: (chunk: Uint8Array) => void;
  /** Why the last part is not whole, by the name that such parts have; null where the file ends with a part. */
  readonly problem: (part: string) => string | null;
  /** Bytes that the last part lacks, as far as it tells. */
  readonly lacksBytes: () => number;
}

/**
 * `measure` is given the bytes from a part's start on. It answers with the part's length in bytes, at hand or not, or
 * with 0 while it needs more of them to tell; so what it wants to read whole it leaves at 0 until that is there.
 */
export function partWalker(measure: (bytes: Uint8Array) => number): PartWalker {
  let carry: Uint8Array = new Uint8Array(0);
  let ahead = 0;
  return {
    push(chunk) {
      let bytes = carry.length === 0 ? chunk : joined(carry, chunk);
      while (bytes.length > 0) {
        if (ahead === 0) ahead = measure(bytes);
        if (ahead === 0) break;
        const passed = Math.min(ahead, bytes.length);
        ahead -= passed;
        bytes = bytes.subarray(passed);
      }
      carry = bytes.slice();
    },
    problem(part) {
      if (carry.length > 0) return `truncated: the last ${part} is cut after ${carry.length} bytes`;
      return ahead === 0 || ahead === Number.POSITIVE_INFINITY
        ? null
        : `truncated: the last ${part} lacks ${ahead} bytes`;
    },
    lacksBytes: () => (ahead === Number.POSITIVE_INFINITY ? 0 : ahead),
  };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Four letters, as formats name their parts. */
export function nameAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
