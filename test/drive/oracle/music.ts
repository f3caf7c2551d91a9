/**
 * What Backline says of music, against what is known of it: false alarms, tempo, key, and damage that is found.
 *
 * Any folder of music will do. A `.mid` beside a file tells its tempo and key; damage is done to some of the others.
 * Tracks whose name hashes into the last third were never looked at while thresholds were set: `held-out`.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import type { AudioFacts } from "../../../src/core/audio/facts.ts";
import { findingsOf, verdictOf, type Asked, type Finding } from "../../../src/core/audio/findings/findings.ts";
import { LEAST_CONFIDENCE, tempoAgreement } from "../../../src/core/audio/sound/rhythm/tempo.ts";
import { keyDistance } from "../../../src/core/audio/sound/tonal/key-names.ts";
import { heardByBackline } from "./backline.ts";
import { caughtOf, type Caught } from "./damaged.ts";
import { ffmpeg } from "./ffmpeg.ts";
import { fitsOf, type Fits } from "./fit.ts";
import { scoreOf } from "./score.ts";

export type Part = "all" | "tuning" | "held-out";

/** A track and what is known of it; null where nothing is. */
export interface Track {
  readonly name: string;
  readonly path: string;
  readonly bpm: number | null;
  readonly key: string | null;
}

interface Judged extends Track {
  readonly facts: AudioFacts;
  readonly findings: readonly Finding[];
}

const NOTHING_ASKED: Asked = {
  claimedDurationSeconds: null,
  claimedFormat: null,
  style: null,
  requestedBpm: null,
  tempoAgreement: null,
  requestedKey: null,
  keyAgreement: null,
  source: null,
};
/** As MIREX has it. */
const SAME_TEMPO = 0.04;
const OCTAVES = [1, 2, 3, 1 / 2, 1 / 3];
/** Each is mixed and compared with several others. */
const FITTED_TRACKS = 34;
const SOUNDS = new Set([".mp3", ".wav", ".ogg", ".opus", ".flac", ".m4a"]);

export async function tracksIn(folder: string, part: Part): Promise<readonly Track[]> {
  const files = (await readdir(folder)).filter((file) => SOUNDS.has(extname(file)) && !file.includes(".part."));
  const chosen = files.toSorted().filter((file) => part === "all" || part === partOf(file));
  return Promise.all(
    chosen.map(async (file) => {
      const path = join(folder, file);
      const score = await scoreOf(path.replace(/\.\w+$/, ".mid"));
      return { name: basename(file, extname(file)), path, bpm: score?.bpm ?? null, key: score?.key ?? null };
    }),
  );
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
      const { facts } = await heardByBackline(await decodable(track.path, folder));
      if (facts !== null) judged.push({ ...track, facts, findings: findingsOf(facts, NOTHING_ASKED) });
    }
    const unhurt = judged.filter(({ bpm, facts }) => bpm === null && (facts.durationSeconds ?? 0) > 60);
    const victims = (unhurt.length === 0 ? judged : unhurt).toSorted((a, b) =>
      digest(a.name) < digest(b.name) ? -1 : 1,
    );
    const caught = damagedTracks === 0 ? [] : await caughtOf(victims.slice(0, damagedTracks), folder);
    const recorded = judged.filter(({ bpm, key }) => bpm === null && key === null).slice(0, FITTED_TRACKS);
    const fits = await fitsOf(
      (recorded.length === 0 ? judged : recorded).map(({ path }) => path),
      folder,
    );
    const measures = { ...alarmsOf(judged), tempo: tempoOf(judged), key: keyOf(judged), caught, fits };
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
  readonly tempo: {
    readonly tracks: number;
    readonly accuracy1: number;
    readonly accuracy2: number;
    readonly wrong: number;
    readonly accepted: number;
    readonly nearAccepted: number;
  };
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

function alarmsOf(judged: readonly Judged[]): Pick<Measures, "tracks" | "alarmed"> {
  const recordings = judged.filter(({ bpm, key }) => bpm === null && key === null);
  const counted = recordings.length === 0 ? judged : recordings;
  return {
    tracks: counted.length,
    alarmed: counted.flatMap(({ name, findings }) => (verdictOf(findings) === "pass" ? [] : [name])),
  };
}

/** Shares of the tracks whose tempo is known. */
function tempoOf(judged: readonly Judged[]): Measures["tempo"] {
  const known = judged.flatMap(({ bpm, facts }) => (bpm === null ? [] : [{ bpm, facts }]));
  const shareOf = (is: (track: (typeof known)[number]) => boolean): number => known.filter(is).length / known.length;
  return {
    tracks: known.length,
    accuracy1: shareOf(({ bpm, facts }) => near(facts, bpm)),
    accuracy2: shareOf(({ bpm, facts }) => OCTAVES.some((octave) => near(facts, bpm * octave))),
    wrong: shareOf(({ bpm, facts }) => tempoAgreement(bpm, facts) === "disagrees"),
    accepted: shareOf(({ bpm, facts }) => accepts(facts, bpm * 1.2) || accepts(facts, bpm * 0.83)),
    nearAccepted: shareOf(({ bpm, facts }) => accepts(facts, bpm + 7) || accepts(facts, bpm - 7)),
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

function print(judged: readonly Judged[], { tracks, alarmed, tempo, key, caught, fits }: Measures): void {
  console.log(`\n${tracks} recordings; ${alarmed.length} get a warning or worse (${percent(alarmed.length / tracks)})`);
  for (const { name, findings } of judged.filter((one) => alarmed.includes(one.name))) {
    const codes = findings.filter(({ level }) => level !== "info").map(({ code, measured }) => `${code} (${measured})`);
    console.log(`  ${name}: ${codes.join(", ")}`);
  }
  if (tempo.tracks > 0) {
    console.log(`\nTempo, ${tempo.tracks} tracks that keep a known one:`);
    console.table({
      "Accuracy1 (within 4 %)": percent(tempo.accuracy1),
      "Accuracy2 (octaves and thirds count)": percent(tempo.accuracy2),
      [`confident (${LEAST_CONFIDENCE} and over) and wrong`]: percent(tempo.wrong),
      "a request of 1.2 or 0.83 times the tempo accepted": percent(tempo.accepted),
      "a request 7 bpm off accepted": percent(tempo.nearAccepted),
    });
  }
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
