/**
 * libmpg123 as a stream: MP3 bytes in, sound out. It makes "sound" of anything, so check beforehand that it is an MP3.
 *
 * All decoders of an isolate share one instance of the module (its memory has a fixed size of 17 MB), each with a
 * handle of its own; calls are synchronous, so the buffers can be shared too. The names of imports and exports are
 * those of the bytes that `src/cli/generate-decoder.ts` writes.
 */
import * as z from "zod";
import type { Pcm } from "../../core/audio/sound/pcm.ts";

export interface Mp3Decoder {
  /** Calls `onSound` with each stretch that these bytes complete: two channels always, a mono file's twice the same. */
  readonly decode: (bytes: Uint8Array, onSound: (sound: Pcm, sampleRateHz: number) => void) => void;
  /** Frames that could not be decoded. */
  readonly errors: () => number;
  /** Call once, when done with it, also after an error. */
  readonly free: () => void;
}

const INPUT_BYTES = 65_536;
const OUTPUT_FLOATS = 2_889 * 16 * 2;
/** Errors in a row without any sound, after which the rest of the bytes at hand is given up. */
const MAX_BARREN_READS = 64;
/**
 * Bytes without any sound, after which the rest of the file is given up: the library keeps what may be the beginning of
 * a free-format frame, and searches all of it again with each piece. A tag at the front is passed over unkept.
 */
const MAX_SOUNDLESS_BYTES = 524_288;
const NEED_MORE = -10;
const NEW_FORMAT = -11;
const DONE = -12;

/** libmpg123 has calls for files and timers; none of them is ever needed. */
const STUBS = {
  a: abort,
  b: () => 0,
  c: abort,
  d: () => 0,
  e: () => 0,
  f: () => 52,
  g: () => 52,
  h: () => 52,
  i: () => 70,
  j: abort,
};

type Call = (...args: readonly number[]) => number;
const call = z.custom<Call>((value) => typeof value === "function");
const exported = z
  .object({ k: z.instanceof(WebAssembly.Memory), l: call, m: call, n: call, p: call, q: call, r: call, s: call })
  .transform(({ k: memory, l: init, m: malloc, n: free, p: create, q: feed, r: read, s: destroy }) => ({
    memory,
    init,
    malloc,
    free,
    create,
    feed,
    read,
    destroy,
  }));

interface Library extends z.infer<typeof exported> {
  readonly input: number;
  readonly output: number;
  /** Three words that a read writes: samples, sample rate, the address of an error's text. */
  readonly outcome: number;
}

const libraries = new WeakMap<WebAssembly.Module, Library>();

/** Throws if the library has no room for one more. */
export function mp3Decoder(module: WebAssembly.Module): Mp3Decoder {
  const library = libraries.get(module) ?? load(module);
  libraries.set(module, library);
  const { memory, input, output, outcome } = library;
  const heap = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  const place = allocate(library, 4);
  const gapless = 1;
  const failure = library.create(place, gapless);
  if (failure !== 0) throw new Error(`mpg123 gives no decoder: ${failure}`);
  const handle = words[place >> 2] ?? 0;
  let errors = 0;
  let patience: number | null = null;

  /** False when the stream is over. */
  function read(onSound: (sound: Pcm, sampleRateHz: number) => void): boolean {
    for (let barren = 0; barren < MAX_BARREN_READS;) {
      words[outcome >> 2] = 0;
      const code = library.read(handle, output, OUTPUT_FLOATS, outcome, outcome + 4, outcome + 8);
      const samples = words[outcome >> 2] ?? 0;
      if (samples > 0) {
        barren = 0;
        patience = MAX_SOUNDLESS_BYTES;
        const start = output >> 2;
        const left = floats.subarray(start, start + samples);
        const right = floats.subarray(start + samples, start + 2 * samples);
        onSound([left, right], words[(outcome >> 2) + 1] ?? 0);
      } else barren += 1;
      if (code === NEED_MORE) return true;
      if (code === DONE) return false;
      if (code !== 0 && code !== NEW_FORMAT) errors += 1;
    }
    return true;
  }

  return {
    decode(bytes, onSound) {
      patience ??= MAX_SOUNDLESS_BYTES + leadingTagBytes(bytes);
      for (let offset = 0; offset < bytes.length && patience > 0; offset += INPUT_BYTES) {
        const piece = bytes.subarray(offset, offset + INPUT_BYTES);
        patience -= piece.length;
        heap.set(piece, input);
        if (library.feed(handle, input, piece.length) !== NEED_MORE && !read(onSound)) return;
      }
    },
    errors: () => errors,
    free() {
      library.destroy(handle);
      library.free(place);
    },
  };
}

function load(module: WebAssembly.Module): Library {
  const { exports } = new WebAssembly.Instance(module, { a: STUBS });
  const library = exported.parse(exports);
  library.init();
  return {
    ...library,
    input: allocate(library, INPUT_BYTES),
    output: allocate(library, OUTPUT_FLOATS * 4),
    outcome: allocate(library, 12),
  };
}

function allocate({ malloc }: Pick<Library, "malloc">, bytes: number): number {
  const address = malloc(bytes);
  if (address === 0) throw new Error("mpg123 has no memory left");
  return address;
}

/** As the ID3v2 header says that stands there whole, or 0. */
function leadingTagBytes(bytes: Uint8Array): number {
  const [i, d, three, , , , a, b, c, e] = bytes;
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0;
  return a === undefined || b === undefined || c === undefined || e === undefined
    ? 0
    : ((a & 0x7f) << 21) | ((b & 0x7f) << 14) | ((c & 0x7f) << 7) | (e & 0x7f);
}

function abort(): never {
  throw new Error("mpg123 gave up");
}
