/** What ffmpeg and ffprobe say of a file, read off what they print. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";

const run = promisify(execFile);
const SILENCE_FILTER = "silencedetect=noise=-60dB:duration=0.02";
const MAX_PRINTED_BYTES = 64 * 1024 * 1024;

/** What both sides say of a file. Null where there is nothing to measure: silence has no loudness and no peak. */
export interface Measures {
  readonly sampleRateHz: number | null;
  readonly channels: number | null;
  /** Of what is heard. */
  readonly durationSeconds: number | null;
  readonly integratedLufs: number | null;
  readonly loudnessRangeLu: number | null;
  readonly truePeakDbtp: number | null;
  /** The worse channel, without its sign. */
  readonly dcOffset: number | null;
  readonly leadingSilenceSeconds: number | null;
  readonly trailingSilenceSeconds: number | null;
  readonly longestGapSeconds: number | null;
  readonly silentSeconds: number | null;
}

export async function hasTools(): Promise<boolean> {
  const asked = [run("ffmpeg", ["-version"]), run("ffprobe", ["-version"]), run("lame", ["--license"])];
  const tools = await Promise.allSettled(asked);
  return tools.every(({ status }) => status === "fulfilled");
}

export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await run("ffmpeg", ["-v", "error", "-y", ...args]);
}

/** Both decode the whole file, and cut the encoder's delay and padding off where a header tells them. */
export async function measuredByFfmpeg(path: string): Promise<Measures> {
  const { sampleRateHz, channels, frames } = await probed(path);
  const filters = `astats,${SILENCE_FILTER},ebur128=peak=true:metadata=1,ametadata=print:file=-`;
  const args = ["-hide_banner", "-nostats", "-i", path, "-af", filters, "-f", "null", "-"];
  const { stdout, stderr } = await run("ffmpeg", args, { maxBuffer: MAX_PRINTED_BYTES });
  const lufs = last(stdout, /r128\.I=(\S+)/g);
  const durationSeconds = frames / sampleRateHz;
  const offsets = all(stderr, /DC offset: (\S+)/g).map(Math.abs);
  return {
    sampleRateHz,
    channels,
    durationSeconds,
    // The absolute gate: nothing was louder.
    integratedLufs: lufs === null || lufs <= -70 ? null : lufs,
    loudnessRangeLu: last(stdout, /r128\.LRA=(\S+)/g),
    truePeakDbtp: truePeak(stdout, stderr),
    dcOffset: Math.max(...offsets),
    ...silences(stderr, durationSeconds),
  };
}

/** Its silences alone, which is quick. */
export async function silencesByFfmpeg(path: string): Promise<ReturnType<typeof silences>> {
  const { sampleRateHz, frames } = await probed(path);
  const args = ["-hide_banner", "-nostats", "-i", path, "-af", SILENCE_FILTER, "-f", "null", "-"];
  const { stderr } = await run("ffmpeg", args, { maxBuffer: MAX_PRINTED_BYTES });
  return silences(stderr, frames / sampleRateHz);
}

const probe = z.object({
  frames: z.array(z.object({ nb_samples: z.int() })),
  streams: z.tuple([z.object({ sample_rate: z.coerce.number(), channels: z.int() })]),
});

/** The container's own duration is an estimate where there is no header, and a claim where there is one. */
async function probed(path: string) {
  const entries = "stream=sample_rate,channels:frame=nb_samples";
  const args = ["-v", "quiet", "-show_entries", entries, "-of", "json", path];
  const { stdout } = await run("ffprobe", args, { maxBuffer: MAX_PRINTED_BYTES });
  const { frames, streams } = probe.parse(JSON.parse(stdout));
  const [{ sample_rate: sampleRateHz, channels }] = streams;
  return { sampleRateHz, channels, frames: frames.reduce((sum, { nb_samples }) => sum + nb_samples, 0) };
}

/** The linear figure has three decimals, the one in decibels a single one: the finer of both. */
function truePeak(stdout: string, stderr: string): number | null {
  const linear = last(stdout, /r128\.true_peak=(\S+)/g) ?? 0;
  const decibels = last(stderr, /Peak:\s+(\S+) dBFS/g);
  return linear >= 0.1 ? 20 * Math.log10(linear) : decibels === Number.NEGATIVE_INFINITY ? null : decibels;
}

/** A border may be off by so much and still be the file's own. */
const BORDER_SECONDS = 0.002;

function silences(stderr: string, durationSeconds: number) {
  const starts = all(stderr, /silence_start: (\S+)/g);
  const ends = all(stderr, /silence_end: (\S+)/g);
  const found = starts.map((start, index) => ({ start, end: ends[index] ?? durationSeconds }));
  const leading = found.filter(({ start }) => start < BORDER_SECONDS);
  const trailing = found.filter((one) => one.end > durationSeconds - BORDER_SECONDS && !leading.includes(one));
  const gaps = found.filter((one) => !leading.includes(one) && !trailing.includes(one));
  const seconds = (some: typeof found): number => some.reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    leadingSilenceSeconds: seconds(leading),
    trailingSilenceSeconds: seconds(trailing),
    longestGapSeconds: Math.max(0, ...gaps.map((gap) => seconds([gap]))),
    silentSeconds: seconds(found),
  };
}

function all(text: string, pattern: RegExp): readonly number[] {
  return Array.from(text.matchAll(pattern), ([, figure = ""]) => numberOf(figure));
}

function last(text: string, pattern: RegExp): number | null {
  return all(text, pattern).at(-1) ?? null;
}

function numberOf(figure: string): number {
  return figure === "-inf" ? Number.NEGATIVE_INFINITY : Number(figure);
}
