/**
 * How fast files come into R2, and how much memory that takes, against the shortest possible Worker: `fetch`, then
 * `R2.put`. Both in one Worker, in turn, from a server on this machine.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { startWorker, type LocalWorker } from "../../../rig/local/worker.ts";
import { wav } from "../../../core/audio/audio-bytes.ts";
import { song } from "../../../rig/provider/serving/songs.ts";
import { archiveMemory, memoryRows, type MemoryFigure } from "./archive-memory.ts";
import { copied } from "../copied.ts";
import { atLeast, atMost, rotated, shown, spreadOf, type Report, type Spread } from "../figures.ts";
import { startOrigin, type Origin } from "../origin.ts";

const MEGABYTE = 1_000_000;
const MEGABYTES = 20;
const MOST_AT_ONCE = 8;
/** MB/s over those of the shortest Worker. Of what grows with a file, the median is half of what it comes to: 2 MB. */
const GOALS = { hashed: 0.8, scanned: 0.7, heapMegabytes: 24, flatMegabytes: 1 };

interface Contender {
  readonly name: string;
  readonly path: "/bare" | "/ours";
  readonly file: string;
}

const BARE: Contender = { name: "shortest Worker", path: "/bare", file: "known/music.mp3" };
/** A WAV is checked by its header and its length, and hashed; an MP3 is walked frame by frame. */
const HASHED: Contender = { name: "verified and hashed (WAV)", path: "/ours", file: "known/music.wav" };
const SCANNED: Contender = { name: "with the frame scan (MP3)", path: "/ours", file: "known/music.mp3" };
const UNSIZED: Contender = { name: "the same, of unknown length", path: "/ours", file: "unknown/music.mp3" };

const WAV_HEADER_BYTES = 44;

interface Figure {
  readonly contender: string;
  readonly atOnce: number;
  readonly megabytesPerSecond: Spread;
  /** Of the shortest Worker's in the same round. */
  readonly share: Spread;
}

export async function benchArchive(rounds: number): Promise<Report> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-archive-"));
  const bundle = await buildWorker({ entry: "test/drive/bench/workers/archive.ts" });
  const vars = { AUDIO_ORIGINS: "http://127.0.0.1:*" };
  const origin = await startOrigin(files());
  const worker = await startWorker({ bundle, dataDir, port: 0, inspectorPort: 0, vars });
  try {
    const speed = [
      ...(await speeds(worker, origin, rounds, 1)),
      ...(await speeds(worker, origin, rounds, MOST_AT_ONCE)),
    ];
    const memory = await archiveMemory(worker, origin);
    return reportOf(rounds, speed, memory);
  } finally {
    await worker.stop();
    await origin.close();
  }
}

function files(): ReadonlyMap<string, Uint8Array> {
  const minute = song(2, 60).bytes;
  const music = (megabytes: number): Buffer =>
    Buffer.concat(Array.from({ length: Math.floor((megabytes * MEGABYTE) / minute.length) }, () => minute));
  const mp3 = music(MEGABYTES);
  const sizes = [5, MEGABYTES, 100].map((megabytes) => [`${megabytes}.mp3`, music(megabytes)] as const);
  return new Map<string, Uint8Array>([["music.mp3", mp3], ["music.wav", wav(mp3.length - WAV_HEADER_BYTES)], ...sizes]);
}

async function speeds(worker: LocalWorker, origin: Origin, rounds: number, atOnce: number): Promise<readonly Figure[]> {
  const contenders = [BARE, HASHED, SCANNED, UNSIZED];
  const megabytes = (atOnce * (files().get("music.mp3")?.length ?? Number.NaN)) / MEGABYTE;
  // A single copy is over too soon to be told from the noise.
  const times = Math.ceil(MOST_AT_ONCE / (2 * atOnce));
  const runs = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const contender of rotated(contenders, round)) {
      const startedAt = performance.now();
      for (let time = 0; time < times; time += 1) {
        await copied(worker, contender.path, origin.url(contender.file), atOnce);
      }
      const perSecond = (times * megabytes * 1_000) / (performance.now() - startedAt);
      if (round >= 0) runs.get(contender)?.push(perSecond);
    }
  }
  const bare = runs.get(BARE) ?? [];
  return [...runs].map(([{ name }, own]) => ({
    contender: name,
    atOnce,
    megabytesPerSecond: spreadOf(own),
    share: spreadOf(own.map((speed, round) => speed / (bare[round] ?? Number.NaN))),
  }));
}

function reportOf(rounds: number, speed: readonly Figure[], memory: readonly MemoryFigure[]): Report {
  const share = ({ name }: Contender): number =>
    speed.find(({ contender, atOnce }) => contender === name && atOnce === 1)?.share.median ?? Number.NaN;
  const known = memory.filter(({ what }) => what.startsWith("known")).map(({ heapBytes }) => heapBytes / MEGABYTE);
  const single = memory.filter(({ what, atOnce }) => what.startsWith("known") && atOnce === 1);
  const growth = ((single.at(-1)?.usualBytes ?? Number.NaN) - (single[0]?.usualBytes ?? Number.NaN)) / MEGABYTE;
  return {
    title: `Copies into R2 of a file of ${MEGABYTES} MB; ${rounds} rounds in turn, median (least to most).`,
    tables: [
      {
        heading: "speed",
        rows: speed.map(({ contender, atOnce, megabytesPerSecond, share }) => ({
          contender,
          "at once": atOnce,
          "MB/s": shown(megabytesPerSecond, 0),
          "of the shortest": shown(share),
        })),
      },
      {
        heading: "memory over idle, MB: the most that was seen, and the median of the isolate",
        rows: memoryRows(memory),
      },
    ],
    goals: [
      atLeast("verified and hashed, of the shortest Worker", share(HASHED), GOALS.hashed),
      atLeast("with the frame scan, of the shortest Worker", share(SCANNED), GOALS.scanned),
      atMost("isolate over idle, MB, known lengths", Math.max(...known), GOALS.heapMegabytes),
      atMost("isolate, 100 MB over 5 MB, MB", growth, GOALS.flatMegabytes),
    ],
    notes: [
      "The isolate is that of the Worker, after a collection at each look; the process holds the local R2 too, garbage included, and does not give it back.",
    ],
    figures: { rounds, megabytes: MEGABYTES, speed, memory },
  };
}
