/**
 * A process of its own for `assess.ts`: goes over one file in one way, and prints what that took, as a line of JSON.
 *
 * Arguments: the file, the pass, how often. Run with `--expose-gc`. The file is read in pieces as R2 gives them.
 */
import { open, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { soundMeter } from "../../../../src/core/audio/sound/meters.ts";
import { keyMeter } from "../../../../src/core/audio/sound/tonal/key.ts";
import { rhythmMeter } from "../../../../src/core/audio/sound/rhythm/rhythm.ts";
import { HEAD_BYTES } from "../../../../src/core/audio/format.ts";
import { verify } from "../../../../src/core/audio/verification.ts";
import { analyze } from "../../../../src/platform/audio/listen.ts";
import { mp3Decoder } from "../../../../src/platform/audio/mp3-decoder.ts";

const PIECE_BYTES = 65_536;
/** Every so many pieces the memory is looked at, after a collection; that is not counted as CPU. */
const PIECES_PER_LOOK = 4;
const SHAPE = { sampleRateHz: 44_100, channels: 2 } as const;

const [path = "", pass = "", times = "1"] = process.argv.slice(2);
const mp3Module = new WebAssembly.Module(
  await readFile(new URL("../../../../src/platform/audio/mpg123.wasm", import.meta.url)),
);
const collect = globalThis.gc;
if (collect === undefined) throw new Error("run with --expose-gc");

const container = await scanned();
const passes: Readonly<Record<string, () => Promise<unknown>>> = {
  scan: scanned,
  full: () => analyze(pieces(), container, { mp3Module, maxSeconds: 86_400 }),
  decode: () => decoded(() => undefined),
  meters: () => {
    const sound = soundMeter(SHAPE);
    return decoded((stretch) => sound.push(stretch)).then(() => sound.finish());
  },
  tempo: () => {
    const rhythm = rhythmMeter(SHAPE);
    return decoded((stretch) => rhythm.push(stretch)).then(() => rhythm.finish());
  },
  key: () => {
    const key = keyMeter(SHAPE);
    return decoded((stretch) => key.push(stretch)).then(() => key.finish());
  },
};
const work = passes[pass];
if (work === undefined) await remembered();
else {
  const cpuMs: number[] = [];
  for (let run = 0; run < Number(times); run += 1) cpuMs.push(await cpuOf(work));
  console.log(JSON.stringify({ cpuMs, seconds: container.durationSeconds }));
}

async function scanned() {
  const head = (await first(pieces())).subarray(0, HEAD_BYTES);
  const verification = verify(head, "audio");
  if (typeof verification === "string") throw new Error(verification);
  for await (const piece of pieces()) verification.push(piece);
  const problem = verification.finish(null);
  if (problem !== null) throw new Error(problem);
  return verification.facts();
}

async function decoded(hear: Parameters<ReturnType<typeof mp3Decoder>["decode"]>[1]): Promise<void> {
  const decoder = mp3Decoder(mp3Module);
  for await (const piece of pieces()) decoder.decode(piece, hear);
  decoder.free();
}

/** Of all threads: the engine compiles and collects on others. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The memory of a scan, then that of a full pass, over the idle process: it has no decoder yet. */
async function remembered(): Promise<void> {
  const idle = await inUse();
  const idleRss = process.memoryUsage.rss();
  const scan = verify((await first(pieces())).subarray(0, HEAD_BYTES), "audio");
  if (typeof scan === "string") throw new Error(scan);
  let scanMost = 0;
  for await (const piece of watched((bytes) => (scanMost = Math.max(scanMost, bytes - idle)))) scan.push(piece);
  let fullMost = 0;
  const heard = watched((bytes) => (fullMost = Math.max(fullMost, bytes - idle)));
  const { outcome } = await analyze(heard, container, { mp3Module, maxSeconds: 86_400 });
  if (outcome !== "done") throw new Error(outcome);
  const rss = process.memoryUsage.rss() - idleRss;
  console.log(
    JSON.stringify({ scanBytes: scanMost, fullBytes: fullMost, rssBytes: rss, seconds: container.durationSeconds }),
  );
}

async function* watched(look: (bytes: number) => void): AsyncIterable<Uint8Array> {
  let count = 0;
  for await (const piece of pieces()) {
    yield piece;
    count += 1;
    if (count % PIECES_PER_LOOK === 0) look(await inUse());
  }
}

/** The heap, and what lies outside of it: array buffers and the decoder's memory. */
async function inUse(): Promise<number> {
  // Buffers are swept on another thread after the collection that finds them; a second one sees them gone.
  collect?.();
  await setTimeout(5);
  collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function first(all: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const piece of all) return piece;
  throw new Error("the file is empty");
}

async function* pieces(): AsyncIterable<Uint8Array> {
  const file = await open(path);
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
