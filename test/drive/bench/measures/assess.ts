/**
 * What an assessment costs: CPU per minute of audio, scan and full pass apart, and memory over the idle process.
 *
 * In node, which has the same engine as workerd: what it does not show is the runtime around it. Every pass over a
 * file is a process of its own. The parts of the full pass are measured as differences to the decoder alone.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { song } from "../../../rig/provider/serving/songs.ts";
import { atMost, median, type Goal, type Report } from "../figures.ts";

const MEGABYTE = 1_000_000;
const LONG_MINUTES = 10;
const LONGEST_MINUTES = 30;
/** CPU-ms per minute of audio, and megabytes over idle. */
const GOALS = { scan: 8, full: 300, megabytes: 24 };
/** By so much the longest file may need more than the shortest and still count as flat. */
const FLAT_MEGABYTES = 1;

export interface CpuFigure {
  readonly what: string;
  readonly minutes: number;
  /** CPU-ms per minute of audio: the median of the runs, the least and the most. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface MemoryFigure {
  readonly minutes: number;
  /** Heap and what lies outside it, after a collection: the most that was seen on the way, over idle. */
  readonly scanMegabytes: number;
  readonly fullMegabytes: number;
  /** Resident set at the end, over idle: garbage and compiled code included. */
  readonly residentMegabytes: number;
}

export async function benchAssess(runs: number): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "backline-bench-"));
  try {
    const short = await file(folder, 1, song(1, 60).bytes);
    const music = song(2, LONG_MINUTES * 60).bytes;
    const long = await file(folder, LONG_MINUTES, music);
    const copies = Array.from({ length: LONGEST_MINUTES / LONG_MINUTES }, () => music);
    const longest = await file(folder, LONGEST_MINUTES, Buffer.concat(copies));
    const cpu = [...(await cpuOf(short, runs)), ...(await cpuOf(long, runs))];
    const memory = [await memoryOf(short), await memoryOf(long), await memoryOf(longest)];
    return reportOf(runs, cpu, memory);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** CPU-ms of the full pass for each minute of audio: the median of three runs over a minute of music. */
export async function fullPassMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "backline-bench-"));
  try {
    return median(await cpuRuns(await file(folder, 1, song(1, 60).bytes), "full", 3));
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Subject {
  readonly path: string;
  readonly minutes: number;
}

async function file(folder: string, minutes: number, bytes: Uint8Array): Promise<Subject> {
  const path = join(folder, `${minutes}.mp3`);
  await writeFile(path, bytes);
  return { path, minutes };
}

async function cpuOf(subject: Subject, runs: number): Promise<readonly CpuFigure[]> {
  const { minutes } = subject;
  const scan = await cpuRuns(subject, "scan", runs);
  const full = await cpuRuns(subject, "full", runs);
  const decode = await cpuRuns(subject, "decode", runs);
  const base = median(decode);
  const meters = (await cpuRuns(subject, "meters", runs)).map((ms) => ms - base);
  const tempo = (await cpuRuns(subject, "tempo", runs)).map((ms) => ms - base);
  const figure = (what: string, ms: readonly number[]): CpuFigure => ({
    what,
    minutes,
    median: median(ms),
    least: Math.min(...ms),
    most: Math.max(...ms),
  });
  return [
    figure("scan", scan),
    figure("full", full),
    figure("full: decode", decode),
    figure("full: meters", meters),
    figure("full: tempo", tempo),
  ];
}

const timed = z.object({ cpuMs: z.array(z.number()), seconds: z.number() });

/** Per minute of audio. The first run, which compiles, counts like the others. */
async function cpuRuns(subject: Subject, pass: string, runs: number): Promise<readonly number[]> {
  const { cpuMs, seconds } = timed.parse(await ran(subject.path, pass, String(runs)));
  return cpuMs.map((ms) => (ms * 60) / seconds);
}

const remembered = z.object({ scanBytes: z.number(), fullBytes: z.number(), rssBytes: z.number() });

async function memoryOf({ path, minutes }: Subject): Promise<MemoryFigure> {
  const { scanBytes, fullBytes, rssBytes } = remembered.parse(await ran(path, "memory"));
  return {
    minutes,
    scanMegabytes: scanBytes / MEGABYTE,
    fullMegabytes: fullBytes / MEGABYTE,
    residentMegabytes: rssBytes / MEGABYTE,
  };
}

async function ran(...args: readonly string[]): Promise<unknown> {
  const script = fileURLToPath(new URL("assess-pass.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, ...args]);
  return JSON.parse(stdout);
}

function reportOf(runs: number, cpu: readonly CpuFigure[], memory: readonly MemoryFigure[]): Report {
  return {
    title: "Assessment of a stereo MP3 (192 kbit/s, 44.1 kHz), in node.",
    tables: [
      {
        heading: `CPU-ms per minute of audio, all threads; median, least and most of ${runs} runs in one process`,
        rows: cpu.map(({ what, minutes, median, least, most }) => ({
          pass: what,
          minutes,
          median: median.toFixed(1),
          least: least.toFixed(1),
          most: most.toFixed(1),
        })),
      },
      {
        heading: "memory over idle in MB: the most in use after a collection, and the resident set at the end",
        rows: memory.map(({ minutes, scanMegabytes, fullMegabytes, residentMegabytes }) => ({
          minutes,
          scan: scanMegabytes.toFixed(1),
          full: fullMegabytes.toFixed(1),
          resident: residentMegabytes.toFixed(1),
        })),
      },
    ],
    goals: goalsOf(cpu, memory),
    notes: [],
    figures: { runs, cpu, memory },
  };
}

function goalsOf(cpu: readonly CpuFigure[], memory: readonly MemoryFigure[]): readonly Goal[] {
  const worst = (what: string): number =>
    Math.max(...cpu.flatMap((figure) => (figure.what === what ? [figure.median] : [])));
  const full = memory.map(({ fullMegabytes }) => fullMegabytes);
  const growth = Math.max(...full) - (full[0] ?? Number.NaN);
  return [
    atMost("scan, CPU-ms per minute", worst("scan"), GOALS.scan),
    atMost("full, CPU-ms per minute", worst("full"), GOALS.full),
    atMost("memory over idle, MB", Math.max(...full), GOALS.megabytes),
    atMost(`memory, ${LONGEST_MINUTES} minutes over 1 minute, MB`, growth, FLAT_MEGABYTES),
  ];
}
