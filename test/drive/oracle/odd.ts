/**
 * Odd but legal MP3s, held against foreign players: what ffmpeg (or LAME's decoder, for free format, which ffmpeg does
 * not know) plays to over 95 % of its length is kept, and what is cut, or no MP3 at all, is refused.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { HEAD_BYTES } from "../../../src/core/audio/format.ts";
import { verify } from "../../../src/core/audio/verification.ts";
import { findingsOf, NOTHING_ASKED } from "../../../src/core/audio/findings/findings.ts";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { decodedSeconds } from "./backline.ts";
import { ffmpeg } from "./ffmpeg.ts";
import { ODD_FILES, SONG_SECONDS, type OddFile } from "./odd-files.ts";

const run = (tool: string, args: readonly string[]) => promisify(execFile)(tool, args, { timeout: TIMEOUT_MS });
const TIMEOUT_MS = 120_000;
const PLAYED_SHARE = 0.95;
/** By so much what our own decoder makes of a file may differ from what the scan says of it. */
const DECODED_SECONDS = 0.1;
const CHUNK_BYTES = 65_536;
/** So little sound is that of a header by chance. */
const CHANCE_SECONDS = 0.5;
/** What foreign players' sound is counted in. */
const RATE_HZ = 8_000;

interface Judged {
  readonly row: Readonly<Record<string, string>>;
  readonly wrong: string | null;
}

/** Prints the table; returns sentences on what is not as it should be. `song` is a WAV of `SONG_SECONDS`. */
export async function judgeOddFiles(folder: string, song: string): Promise<readonly string[]> {
  const judged: Judged[] = [];
  for (const [index, file] of ODD_FILES.entries()) judged.push(await judge(file, song, join(folder, `odd-${index}`)));
  const odd = ODD_FILES.filter(({ kind }) => kind === "odd").length;
  console.log(
    `\n${odd} odd but legal MP3s of ${SONG_SECONDS} s, and ${ODD_FILES.length - odd} that are cut or none.\n`,
  );
  console.table(judged.map(({ row }) => row));
  return judged.flatMap(({ wrong }) => wrong ?? []);
}

async function judge(file: OddFile, song: string, path: string): Promise<Judged> {
  const bytes = file.change(await encoded(file, song, `${path}.mp3`));
  await writeFile(`${path}.mp3`, bytes);
  const seconds = file.songs * SONG_SECONDS;
  const { refused, findings, playable } = copied(bytes, file, seconds);
  const theirs = file.kind === "none" ? null : await played(`${path}.mp3`);
  const ours = file.kind === "none" ? null : decodedSeconds(bytes);
  const isPlayed = theirs !== null && theirs.seconds > seconds * PLAYED_SHARE;
  const isJudged = file.kind === "odd" ? isPlayed && refused === null : refused !== null;
  // Free format is not decoded here: the assessment says so.
  const isDecoded = theirs?.player !== "ffmpeg" || Math.abs((ours ?? 0) - (playable ?? 0)) < DECODED_SECONDS;
  const isRight = isJudged && isDecoded;
  const row = {
    file: file.name,
    arrives: file.arrives,
    played: theirs === null ? "-" : `${theirs.seconds.toFixed(2)} s by ${theirs.player}`,
    "mpg123 s": ours === null ? "-" : ours.toFixed(2),
    copy: refused === null ? "kept" : "refused",
    "playable s": playable === null ? "-" : playable.toFixed(2),
    says: refused ?? findings,
    "": isRight ? "ok" : "WRONG",
  };
  const heard = `${theirs?.seconds.toFixed(2) ?? "nothing"} are played, ${ours?.toFixed(2) ?? "nothing"} decoded here`;
  return { row, wrong: isRight ? null : `${file.name}: ${refused ?? "kept"}, of ${seconds} s ${heard}` };
}

async function encoded({ encoder }: OddFile, song: string, path: string): Promise<Uint8Array> {
  if (encoder === null) return new Uint8Array(0);
  if (encoder.tool === "lame") await run("lame", ["--quiet", ...encoder.args, song, path]);
  else await ffmpeg("-i", song, ...encoder.args, path);
  return new Uint8Array(await readFile(path));
}

/** As the copy does it. */
function copied(bytes: Uint8Array, { arrives }: OddFile, seconds: number) {
  const claimedSeconds = arrives === "claimed" ? seconds : null;
  const verification = verify(bytes.subarray(0, HEAD_BYTES), "audio", { claimedSeconds });
  if (typeof verification === "string") return { refused: verification, findings: "", playable: null };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) verification.push(bytes.subarray(at, at + CHUNK_BYTES));
  const announced = arrives === "announced" ? bytes.length : arrives === "short" ? bytes.length * 2 : null;
  const refused = verification.finish(announced);
  const facts = verification.facts();
  const findings = findingsOf(unheard(facts), NOTHING_ASKED).map(({ code, level }) => `${code} (${level})`);
  return { refused, findings: findings.join(", "), playable: facts.durationSeconds };
}

/** Whatever of it a player plays, at one rate and in one channel, so that a file may change both. */
async function played(path: string): Promise<{ readonly player: string; readonly seconds: number }> {
  const raw = `${path}.raw`;
  const sound = ["-f", "s16le", "-ac", "1", "-ar", String(RATE_HZ)];
  await ffmpeg("-i", path, "-map", "0:a", ...sound, raw).catch(() => undefined);
  const seconds = await secondsOf(raw);
  if (seconds > CHANCE_SECONDS) return { player: "ffmpeg", seconds };
  const wav = `${path}.wav`;
  await run("lame", ["--quiet", "--decode", path, wav]).catch(() => undefined);
  await ffmpeg("-i", wav, ...sound, raw).catch(() => undefined);
  return { player: "lame", seconds: await secondsOf(raw) };
}

async function secondsOf(raw: string): Promise<number> {
  const { length } = await readFile(raw).catch(() => new Uint8Array(0));
  return length / 2 / RATE_HZ;
}
