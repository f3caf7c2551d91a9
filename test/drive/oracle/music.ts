/**
 * What Backline says of music, against what is known of it: false alarms, tempo, key, and damage that is found.
 *
 * Any folder of music will do. A `.mid` beside a file tells its tempo and key, and `tempo.json` (`tempo-consensus.ts`)
 * the tempo of recordings; damage is done to some of these.
 * Tracks whose name hashes into the last third were never looked at while thresholds were set: `held-out`.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import * as z from "zod";
import type { AudioFacts } from "../../../src/core/audio/facts.ts";
import { findingsOf, NOTHING_ASKED, verdictOf, type Finding } from "../../../src/core/audio/findings/findings.ts";
import { LEAST_CONFIDENCE, tempoAgreement } from "../../../src/core/audio/sound/rhythm/tempo.ts";
import { keyDistance } from "../../../src/core/audio/sound/tonal/key-names.ts";
import { heardByBackline } from "./backline.ts";
import { LIMITS } from "./comparison.ts";
import { caughtOf, type Caught } from "./damaged.ts";
import { ffmpeg, silencesByFfmpeg } from "./ffmpeg.ts";
import { fitsOf, type Fits } from "./fit.ts";
import { scoreOf } from "./score.ts";

export type Part = "all" | "tuning" | "held-out";

/** A track and what is known of it; null where nothing is. */
export interface Track {
  readonly name: string;
  readonly path: string;
  /** Rendered from a score, or by a synthesizer: no recording. */
  readonly isRendered: boolean;
  readonly bpm: number | null;
  readonly key: string | null;
}

interface Judged extends Track {
  /** How far the silence at its start or its end is from ffmpeg's, the worse; null for what is rendered. */
  readonly silenceOffSeconds: number | null;
  readonly facts: AudioFacts;
  readonly findings: readonly Finding[];
}

/** As MIREX has it. */
const SAME_TEMPO = 0.04;
const OCTAVES = [1, 2, 1 / 2];
const THIRDS = [3, 1 / 3];
/** Each is mixed and compared with several others. */
const FITTED_TRACKS = 34;
const SOUNDS = new Set([".mp3", ".wav", ".ogg", ".opus", ".flac", ".m4a"]);

/** Those whose names match. */
export async function tracksIn(folder: string, part: Part, match: RegExp): Promise<readonly Track[]> {
  const files = (await readdir(folder)).filter((file) => isSound(file) && isOf(part, file) && match.test(file));
  const chosen = files.toSorted();
  const tempi = await temposIn(folder);
  return Promise.all(
    chosen.map(async (file) => {
      const [path, name] = [join(folder, file), basename(file, extname(file))];
      const score = await scoreOf(path.replace(/\.\w+$/, ".mid"));
      const { bpm, key } = score ?? { bpm: tempi[name]?.bpm ?? null, key: null };
      return { name, path, isRendered: score !== null, bpm, key };
    }),
  );
}

export const TEMPO_FILE = "tempo.json";
const tempi = z.object({
  /** On which most programs agree, in some octave. */
  bpm: z.number().nullable(),
  programs: z.record(z.string(), z.number().nullable()),
});
export type Tempi = z.infer<typeof tempi>;

/** By the names of the tracks; nothing where no other programs were asked. */
export async function temposIn(folder: string): Promise<Readonly<Record<string, Tempi>>> {
  const text = await readFile(join(folder, TEMPO_FILE), "utf8").catch(() => "{}");
  return z.record(z.string(), tempi).parse(JSON.parse(text));
}

export function isSound(file: string): boolean {
  return SOUNDS.has(extname(file)) && !file.includes(".part.");
}

function isOf(part: Part, file: string): boolean {
  return part === "all" || part === partOf(file);
}

function partOf(file: string): Part {
  const [first = 0] = createHash("sha256")
    .update(basename(file, extname(file)))
    .digest();
  return first % 3 === 0 ? "held-out" : "tuning";
}

/** Prints the tables. False alarms are counted on recordings: a rendered score is as clean as its synthesizer. */
export async function judgeMusic(tracks: readonly Track[], damagedTracks: number): Promise<Measures> {
  const folder = await mkdtemp(join(tmpdir(), "backline-music-"));
  try {
    const judged: Judged[] = [];
    for (const track of tracks) {
      const path = await decodable(track.path, folder);
      const { facts } = await heardByBackline(path);
      if (facts === null) continue;
      const silenceOffSeconds = track.isRendered ? null : silenceOff(facts, await silencesByFfmpeg(path));
      judged.push({ ...track, facts, silenceOffSeconds, findings: findingsOf(facts, NOTHING_ASKED) });
    }
    const recordings = judged.some(({ isRendered }) => !isRendered)
      ? judged.filter(({ isRendered }) => !isRendered)
      : judged;
    const unhurt = recordings.filter(({ facts }) => (facts.durationSeconds ?? 0) > 60);
    const victims = (unhurt.length === 0 ? recordings : unhurt).toSorted((a, b) =>
      digest(a.name) < digest(b.name) ? -1 : 1,
    );
    const caught = damagedTracks === 0 ? [] : await caughtOf(victims.slice(0, damagedTracks), folder);
    const fits = await fitsOf(
      recordings.slice(0, FITTED_TRACKS).map(({ path }) => path),
      folder,
    );
    const measures = {
      ...alarmsOf(recordings),
      tempo: tempoOf(judged.filter(({ isRendered }) => isRendered)),
      recordedTempo: tempoOf(judged.filter(({ isRendered }) => !isRendered)),
      key: keyOf(judged),
      caught,
      fits,
    };
    print(judged, measures);
    return measures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface Measures {
  readonly tracks: number;
  /** The names of those that get a `warn` or `fail`. */
  readonly alarmed: readonly string[];
  /** By their scores. */
  readonly tempo: TempoMeasures;
  /** By the consensus of other programs. */
  readonly recordedTempo: TempoMeasures;
  readonly key: {
    readonly tracks: number;
    readonly mirex: number;
    readonly named: number;
    readonly exact: number;
    readonly far: number;
  };
  readonly caught: readonly Caught[];
  readonly fits: Fits;
}

/** Shares of the tracks whose tempo is known. */
interface TempoMeasures {
  readonly tracks: number;
  readonly accuracy1: number;
  readonly octave: number;
  readonly accuracy2: number;
  readonly wrong: number;
  readonly accepted: number;
  readonly nearAccepted: number;
  /** The names of those that are confident and wrong, with what was said and what is true. */
  readonly mistaken: readonly string[];
}

function alarmsOf(recordings: readonly Judged[]): Pick<Measures, "tracks" | "alarmed"> {
  return {
    tracks: recordings.length,
    alarmed: recordings.flatMap(({ name, findings }) => (verdictOf(findings) === "pass" ? [] : [name])),
  };
}

type Edges = Pick<AudioFacts, "leadingSilenceSeconds" | "trailingSilenceSeconds">;

function silenceOff(ours: Edges, theirs: Edges): number {
  const off = (edge: keyof Edges): number => Math.abs((ours[edge] ?? 0) - (theirs[edge] ?? 0));
  return Math.max(off("leadingSilenceSeconds"), off("trailingSilenceSeconds"));
}

function tempoOf(judged: readonly Judged[]): TempoMeasures {
  const known = judged.flatMap(({ name, bpm, facts }) => (bpm === null ? [] : [{ name, bpm, facts }]));
  const shareOf = (is: (track: (typeof known)[number]) => boolean): number => known.filter(is).length / known.length;
  return {
    tracks: known.length,
    accuracy1: shareOf(({ bpm, facts }) => near(facts, bpm)),
    octave: shareOf(({ bpm, facts }) => OCTAVES.some((octave) => near(facts, bpm * octave))),
    accuracy2: shareOf(({ bpm, facts }) => [...OCTAVES, ...THIRDS].some((ratio) => near(facts, bpm * ratio))),
    wrong: shareOf(({ bpm, facts }) => tempoAgreement(bpm, facts) === "disagrees"),
    accepted: shareOf(({ bpm, facts }) => accepts(facts, bpm * 1.2) || accepts(facts, bpm * 0.83)),
    nearAccepted: shareOf(({ bpm, facts }) => accepts(facts, bpm + 7) || accepts(facts, bpm - 7)),
    mistaken: known.flatMap(({ name, bpm, facts }) =>
      tempoAgreement(bpm, facts) === "disagrees" ? [`${name}: ${facts.tempoBpm}, not ${bpm.toFixed(1)}`] : [],
    ),
  };
}

function near({ tempoBpm }: AudioFacts, bpm: number): boolean {
  return tempoBpm !== null && Math.abs(tempoBpm / bpm - 1) <= SAME_TEMPO;
}

function accepts(facts: AudioFacts, bpm: number): boolean {
  return tempoAgreement(bpm, facts) === "agrees";
}

function keyOf(judged: readonly Judged[]): Measures["key"] {
  const known = judged.flatMap(({ key, facts }) => (key === null ? [] : [{ key, found: facts.key }]));
  const named = known.flatMap(({ key, found }) => (found === null ? [] : [mirexScore(key, found)]));
  return {
    tracks: known.length,
    named: named.length,
    mirex: named.reduce((sum, score) => sum + score, 0) / named.length,
    exact: named.filter((score) => score === 1).length / named.length,
    far: named.filter((score) => score === 0).length / named.length,
  };
}

/** 1 for the same, 0.5 a fifth away, 0.3 the relative, 0.2 the parallel key. */
export function mirexScore(key: string, found: string): number {
  if (key === found) return 1;
  const [[tonic = "", mode = ""], [other = "", otherMode = ""]] = [key.split(" "), found.split(" ")];
  if (mode === otherMode) return keyDistance(key, found) === 1 ? 0.5 : 0;
  if (keyDistance(key, found) === 0) return 0.3;
  return tonic === other ? 0.2 : 0;
}

function print(judged: readonly Judged[], { tracks, alarmed, key, caught, fits, ...rest }: Measures): void {
  console.log(`\n${tracks} recordings; ${alarmed.length} get a warning or worse (${percent(alarmed.length / tracks)})`);
  for (const { name, findings } of judged.filter((one) => alarmed.includes(one.name))) {
    const codes = findings.filter(({ level }) => level !== "info").map(({ code, measured }) => `${code} (${measured})`);
    console.log(`  ${name}: ${codes.join(", ")}`);
  }
  const recordings = judged.filter(({ isRendered }) => !isRendered);
  if (recordings.length > 0) printFindings(recordings);
  const off = recordings.flatMap(({ silenceOffSeconds }) => silenceOffSeconds ?? []);
  if (off.length > 0) {
    const apart = off.filter((seconds) => seconds > LIMITS.silenceSeconds).length;
    const worst = Math.max(...off).toFixed(3);
    console.log(`Silence at the start or the end is ${worst} s from ffmpeg's at worst; ${apart} are over 0.1 s.`);
  }
  printTempo("that keep one by their scores", rest.tempo);
  printTempo("on whose tempo other programs agree", rest.recordedTempo);
  if (key.tracks > 0) {
    console.log(`\nKey, ${key.tracks} tracks that have a known one; ${key.named} get one named:`);
    console.table({ "MIREX score": key.mirex.toFixed(2), exact: percent(key.exact), "no relation": percent(key.far) });
  }
  if (fits.mixes > 0) {
    console.log(`\nSources: ${fits.mixes} mixes at -6 to -12 dB, ${fits.wrongPairs} wrong pairs:`);
    console.table({
      "mixes whose source is called not heard": percent(fits.missed / fits.mixes),
      "mixes whose source is found where it begins": percent(fits.placed / fits.mixes),
      "wrong pairs whose source is called not heard": percent(fits.told / fits.wrongPairs),
    });
  }
  if (caught.length > 0) {
    console.log("\nDamage that gets a warning or worse which names it:");
    console.table(
      Object.fromEntries(caught.map(({ name, found, of, noted }) => [name, { found, of, "as info": noted }])),
    );
    console.log(
      `${caught.filter(({ found, of }) => found >= of * 0.9).length} of ${caught.length} kinds at 9 of 10 or better`,
    );
  }
}

/** Of how many recordings each is said. */
function printFindings(recordings: readonly Judged[]): void {
  const said: Record<string, Record<string, string>> = {};
  for (const { code, level } of recordings.flatMap(({ findings }) => findings)) {
    const times = recordings.filter(({ findings }) => findings.some((one) => one.code === code && one.level === level));
    (said[code] ??= {})[level] = percent(times.length / recordings.length);
  }
  console.table(said);
}

function printTempo(of: string, tempo: TempoMeasures): void {
  if (tempo.tracks === 0) return;
  console.log(`\nTempo, ${tempo.tracks} tracks ${of}:`);
  console.table({
    "Accuracy1 (within 4 %)": percent(tempo.accuracy1),
    "within an octave (half and double count)": percent(tempo.octave),
    "Accuracy2 (thirds count too)": percent(tempo.accuracy2),
    [`confident (${LEAST_CONFIDENCE} and over) and wrong`]: percent(tempo.wrong),
    "a request of 1.2 or 0.83 times the tempo accepted": percent(tempo.accepted),
    "a request 7 bpm off accepted": percent(tempo.nearAccepted),
  });
  for (const line of tempo.mistaken) console.log(`  ${line}`);
}

/** What Backline decodes itself is taken as it is; the rest as the MP3 that a provider would make of it. */
async function decodable(path: string, folder: string): Promise<string> {
  if (/\.(?:mp3|wav)$/.test(path)) return path;
  const made = join(folder, "decodable.mp3");
  await ffmpeg("-i", path, "-vn", "-c:a", "libmp3lame", "-b:a", "192k", made);
  return made;
}

function digest(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
