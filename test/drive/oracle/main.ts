/**
 * `npm run oracle`: files made on the spot, measured by Backline and by ffmpeg, then odd ones, kept by Backline where a
 * foreign player plays them, then songs whose tempo and key are known, with damage done to them. Exit code 1 where they
 * disagree, or where the songs are not heard for what they are.
 *
 * `npm run oracle -- --music DIR [--part held-out] [--match PATTERN]`: the same of any folder of music, without a verdict.
 *
 * The two share no code: ffmpeg decodes, gates and oversamples in its own way. Needs ffmpeg with libmp3lame, and lame.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { song } from "../../rig/provider/serving/songs.ts";
import { play, SAMPLE_RATE } from "../../rig/provider/serving/synth.ts";
import { measuredByBackline } from "./backline.ts";
import { aspects, beyond, differences, LIMITS, type Aspect, type Differences } from "./comparison.ts";
import { ffmpeg, hasTools, measuredByFfmpeg } from "./ffmpeg.ts";
import { judgeMusic, tracksIn, type Track } from "./music.ts";
import { judgeOddFiles } from "./odd.ts";
import { SONG_SECONDS } from "./odd-files.ts";
import { SAMPLES, type Sample } from "./samples.ts";

const SONGS = 3;
const DAMAGED_TRACKS = 10;
/** Of the kinds of damage: those of `README.md`. */
const MOST_MISSED = 3;
const BAND_HZ = 18_000;
const RAW = ["-f", "f32le", "-ar", String(SAMPLE_RATE), "-ac", "2"];
const HEADINGS: Readonly<Record<Aspect, string>> = {
  loudnessLu: "Δ LU",
  rangeLu: "Δ LRA",
  truePeakDb: "Δ dBTP",
  durationFrames: "Δ frames",
  dcOffset: "Δ DC",
  silenceSeconds: "Δ silence s",
};

interface Outcome {
  readonly row: Readonly<Record<string, string>>;
  readonly found: Differences;
  /** Sentences; none where all is well. */
  readonly wrong: readonly string[];
}

if (!(await hasTools())) {
  console.error("The oracle run needs ffmpeg, ffprobe and lame: apt-get install ffmpeg lame");
  process.exit(1);
}
const { values: options } = parseArgs({
  options: {
    music: { type: "string" },
    part: { type: "string" },
    damaged: { type: "string" },
    match: { type: "string" },
    help: { type: "boolean" },
  },
});
if (options.help === true) {
  console.log("npm run oracle [-- --music DIR [--part tuning|held-out] [--damaged TRACKS] [--match PATTERN]]");
  process.exit(0);
}
if (options.music !== undefined) {
  const part = options.part === "tuning" || options.part === "held-out" ? options.part : "all";
  const tracks = await tracksIn(options.music, part, new RegExp(options.match ?? ""));
  if (tracks.length === 0) throw new Error("No music is there that is asked for.");
  await judgeMusic(tracks, Number(options.damaged ?? DAMAGED_TRACKS));
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), "backline-oracle-"));
try {
  const songs = await Promise.all(Array.from({ length: SONGS }, (_, seed) => songFile(seed)));
  const outcomes: Outcome[] = [];
  for (const [index, sample] of SAMPLES.entries()) {
    outcomes.push(await judge(sample, songs, join(folder, `${index}.${sample.extension}`)));
  }
  const wave = join(folder, "song.wav");
  await ffmpeg(...RAW, "-i", songs[0] ?? "", wave);
  report(outcomes, await judgeOddFiles(folder, wave));
  const { alarmed, tempo, key, caught, fits } = await judgeMusic(await ownSongs(), 1);
  const missed = caught.filter(({ found, noted }) => found + noted === 0).map(({ name }) => name);
  const isRight = alarmed.length === 0 && tempo.accuracy2 === 1 && key.exact === 1 && missed.length <= MOST_MISSED;
  // Songs of one synthesizer share its drums, so that not each wrong pair is one to the ear.
  const isFitting = fits.mixes > 0 && fits.missed === 0 && fits.placed === fits.mixes && fits.told > 0;
  if (!isFitting) {
    console.error("The songs made here are not told apart by what is heard of them in a mix.");
    process.exitCode = 1;
  }
  if (!isRight) {
    console.error(`The songs made here are not heard for what they are: ${[...alarmed, ...missed].join(", ")}`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}

/**
 * Raw floats, so that no encoder stands before the one that is tried. Band-limited, since near half the sample rate the two
 * true-peak meters are not comparable: the twelve taps that BS.1770 prescribes read lower than ffmpeg's longer filter,
 * by 0.7 dB where such a song is clipped hard.
 */
async function songFile(seed: number): Promise<string> {
  const { left, right } = play(seed, SONG_SECONDS);
  const samples = new Float32Array(2 * left.length);
  for (const [index, sample] of left.entries()) samples[2 * index] = sample;
  for (const [index, sample] of right.entries()) samples[2 * index + 1] = sample;
  const [played, path] = [join(folder, `played-${seed}.raw`), join(folder, `song-${seed}.raw`)];
  await writeFile(played, new Uint8Array(samples.buffer));
  await ffmpeg(...RAW, "-i", played, "-af", `aresample=${2 * BAND_HZ},aresample=${SAMPLE_RATE}`, ...RAW, path);
  return path;
}

/** Songs of a minute with their tempo and key. */
async function ownSongs(): Promise<readonly Track[]> {
  return Promise.all(
    Array.from({ length: SONGS }, async (_, seed) => {
      const { bytes, bpm, key } = song(seed, 60);
      const path = join(folder, `known-${seed}.mp3`);
      await writeFile(path, bytes);
      return { name: `song ${seed}`, path, isRendered: true, bpm, key };
    }),
  );
}

async function judge(sample: Sample, songs: readonly string[], path: string): Promise<Outcome> {
  const played = songs[sample.song] ?? "";
  await ffmpeg(...RAW, "-i", played, "-af", sample.filter, ...sample.encoder, path);
  if (sample.cut !== null) {
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, sample.cut(bytes.length)));
  }
  const { measures: ours, refused } = await measuredByBackline(path);
  const theirs = await measuredByFfmpeg(path);
  const found = differences(ours, theirs, sample.extension === "mp3");
  const wrong = beyond(found).map(
    (aspect) => `${aspect} differs by ${shown(found[aspect])} (${LIMITS[aspect]} allowed)`,
  );
  if (ours.sampleRateHz !== theirs.sampleRateHz) wrong.push(`rate ${ours.sampleRateHz}, not ${theirs.sampleRateHz}`);
  if (ours.channels !== theirs.channels) wrong.push(`${ours.channels} channels, not ${theirs.channels}`);
  const asExpected = sample.refused === null ? refused === null : refused?.startsWith(sample.refused) === true;
  if (!asExpected) wrong.push(`the copy says ${refused ?? "nothing"}, not ${sample.refused ?? "nothing"}`);
  const row = {
    file: sample.name,
    LUFS: shown(ours.integratedLufs),
    LRA: shown(ours.loudnessRangeLu),
    dBTP: shown(ours.truePeakDbtp),
    seconds: shown(ours.durationSeconds),
    ...named(found),
    copy: refused === null ? "kept" : "refused",
    "": wrong.length === 0 ? "ok" : "WRONG",
  };
  return { row, found, wrong: wrong.map((sentence) => `${sample.name}: ${sentence}`) };
}

function report(outcomes: readonly Outcome[], oddlyJudged: readonly string[]): void {
  console.log(
    `\n${outcomes.length} files of ${SONG_SECONDS} s and more, Backline's figures, and how far ffmpeg's differ (Δ).\n`,
  );
  console.table(outcomes.map(({ row }) => row));
  for (const aspect of aspects()) {
    const worst = Math.max(...outcomes.map(({ found }) => found[aspect]));
    const limit = LIMITS[aspect] === Number.POSITIVE_INFINITY ? "no limit" : `${LIMITS[aspect]} allowed`;
    console.log(`worst ${HEADINGS[aspect]}: ${shown(worst)} (${limit})`);
  }
  const wrong = [...outcomes.flatMap((outcome) => outcome.wrong), ...oddlyJudged];
  for (const sentence of wrong) console.error(sentence);
  console.log(wrong.length === 0 ? "\nAll within their limits." : `\n${wrong.length} beyond.`);
  if (wrong.length > 0) process.exitCode = 1;
}

function named(found: Differences): Readonly<Record<string, string>> {
  return Object.fromEntries(aspects().map((aspect) => [HEADINGS[aspect], shown(found[aspect])]));
}

function shown(figure: number | null): string {
  return figure === null ? "-" : Math.abs(figure) < 0.01 && figure !== 0 ? figure.toFixed(5) : figure.toFixed(3);
}
