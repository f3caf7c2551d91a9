/**
 * `node test/drive/oracle/tempo-consensus.ts DIR`: what other programs take the tempo of each recording in DIR for.
 *
 * Writes `DIR/tempo.json`, which `npm run oracle -- --music DIR` reads: for each track what each program said, and the
 * tempo on which at least four of the five agree, octaves aside, or null. None shares code with Backline. All are in Debian:
 * aubio-tools, bpm-tools, soundstretch, vamp-examples, and the Queen Mary plugin in ardour and libqm-dsp0, which
 * VAMP_PATH must name (`/usr/lib/ardour7/vamp:/usr/lib/x86_64-linux-gnu/vamp`). Needs ffmpeg. What is there is kept.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { promisify } from "node:util";
import { ffmpeg } from "./ffmpeg.ts";
import { isSound, TEMPO_FILE, temposIn, type Tempi } from "./music.ts";

/** Each reads a mono WAV of 44.1 kHz, or its samples as raw floats, and names a tempo or none. */
const PROGRAMS: Readonly<Record<string, (wave: string, raw: string) => Promise<number | null>>> = {
  aubio: async (wave) => tempoOf(await printed("aubio", "beat", wave)),
  "bpm-tools": async (_, raw) => numberIn(await printed("sh", "-c", 'bpm -m 60 -x 200 < "$0"', raw), /([\d.]+)/),
  soundstretch: async (wave) => numberIn(await printed("soundstretch", wave, "-bpm"), /BPM rate ([\d.]+)/),
  "fixed tempo": async (wave) => numberIn(await vamp("vamp-example-plugins:fixedtempo", wave), /: ([\d.]+) /),
  "Queen Mary": async (wave) => tempoOf(await vamp("libardourvampplugins:qm-tempotracker:beats", wave)),
};
const LEAST_AGREEING = 4;
/** As MIREX has it. */
const SAME_TEMPO = 0.04;
const FEWEST_BEATS = 8;
const MOST_PRINTED_BYTES = 64 * 1024 * 1024;

const [folder = ""] = process.argv.slice(2);
if (folder === "" || folder.startsWith("-")) {
  console.error("usage: node test/drive/oracle/tempo-consensus.ts DIR");
  process.exit(2);
}
const files = await readdir(folder);
const known: Record<string, Tempi> = { ...(await temposIn(folder)) };
const scratch = await mkdtemp(join(tmpdir(), "backline-tempo-"));
try {
  // Where there is a score, it knows.
  for (const file of files.toSorted().filter((one) => isSound(one) && !files.includes(`${parse(one).name}.mid`))) {
    const { name } = parse(file);
    const programs = known[name]?.programs ?? (await asked(join(folder, file)));
    known[name] = { bpm: consensusOf(Object.values(programs).filter((bpm) => bpm !== null)), programs };
    await writeFile(join(folder, TEMPO_FILE), JSON.stringify(known, null, 1));
  }
} finally {
  await rm(scratch, { recursive: true });
}
const agreed = Object.values(known).filter(({ bpm }) => bpm !== null).length;
console.log(
  `${Object.keys(known).length} recordings, ${agreed} with a tempo on which ${LEAST_AGREEING} programs agree`,
);

async function asked(path: string): Promise<Tempi["programs"]> {
  const [wave, raw] = [join(scratch, "mono.wav"), join(scratch, "mono.raw")];
  await ffmpeg("-i", path, "-ac", "1", "-ar", "44100", wave);
  await ffmpeg("-i", wave, "-f", "f32le", raw);
  const programs: Tempi["programs"] = {};
  for (const [name, ask] of Object.entries(PROGRAMS)) programs[name] = await ask(wave, raw);
  return programs;
}

/** The median of the largest group around any of them, in the octave of that one. */
function consensusOf(tempi: readonly number[]): number | null {
  const groups = tempi.map((centre) =>
    tempi.map((bpm) => bpm / 2 ** Math.round(Math.log2(bpm / centre))).filter((bpm) => isSame(bpm, centre)),
  );
  const [largest = []] = groups.toSorted((a, b) => b.length - a.length);
  return largest.length < LEAST_AGREEING ? null : median(largest);
}

function isSame(bpm: number, other: number): boolean {
  return Math.abs(bpm / other - 1) <= SAME_TEMPO;
}

/** By the distances of the beats whose times begin the lines, without those where one was left out or put in. */
function tempoOf(lines: string): number | null {
  const times = lines.split("\n").map(Number.parseFloat).filter(Number.isFinite);
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  if (distances.length < FEWEST_BEATS) return null;
  const middle = median(distances);
  const alike = distances.filter((distance) => Math.abs(distance / middle - 1) < 0.1);
  return (60 * alike.length) / alike.reduce((sum, distance) => sum + distance, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function numberIn(text: string, pattern: RegExp): number | null {
  const bpm = Number(pattern.exec(text)?.[1]);
  return bpm > 0 ? bpm : null;
}

async function vamp(plugin: string, wave: string): Promise<string> {
  return printed("vamp-simple-host", plugin, wave);
}

/** On either way out; nothing where the program fails, or is not there. */
async function printed(program: string, ...args: readonly string[]): Promise<string> {
  return promisify(execFile)(program, args, { maxBuffer: MOST_PRINTED_BYTES }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => "",
  );
}
