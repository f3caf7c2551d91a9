/** Damages tracks, encodes them as a provider does, and counts what is noticed. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AudioFacts } from "../../../src/core/audio/facts.ts";
import { findingsOf, NOTHING_ASKED, type Finding } from "../../../src/core/audio/findings/findings.ts";
import { heardByBackline } from "./backline.ts";
import { DAMAGES, EXCERPT_SECONDS, type Channels, type Damage } from "./damage.ts";
import { ffmpeg } from "./ffmpeg.ts";

export interface Caught {
  readonly name: string;
  readonly of: number;
  /** Those that get a `warn` or `fail` which names the fault, or are not kept at all. */
  readonly found: number;
  /** Those that only get an `info` which does. */
  readonly noted: number;
}

const RATE_HZ = 44_100;
const RAW = ["-f", "f32le", "-ar", String(RATE_HZ), "-ac", "2"];
const ENCODER = ["-c:a", "libmp3lame", "-b:a", "192k", "-compression_level", "9"];

interface Victim {
  readonly name: string;
  readonly path: string;
}

export async function caughtOf(victims: readonly Victim[], folder: string): Promise<readonly Caught[]> {
  const counts = DAMAGES.map((damage) => ({ damage, found: 0, noted: 0 }));
  for (const { path } of victims) {
    const sound = await excerpt(path, folder);
    const { facts: whole } = await heardByBackline(await encoded(sound, folder));
    for (const count of counts) {
      const findings = await foundIn(count.damage, sound, whole, folder);
      const named = findings.filter(({ code }) => count.damage.codes.includes(code));
      if (named.some(({ level }) => level !== "info")) count.found += 1;
      else if (named.length > 0) count.noted += 1;
    }
  }
  return counts.map(({ damage, found, noted }) => ({ name: damage.name, of: victims.length, found, noted }));
}

async function foundIn(
  damage: Damage,
  sound: Channels,
  whole: AudioFacts | null,
  folder: string,
): Promise<readonly Pick<Finding, "code" | "level">[]> {
  const path = await encoded(damage.sound === undefined ? sound : damage.sound(sound, RATE_HZ), folder);
  if (damage.bytes !== undefined) await writeFile(path, damage.bytes(await readFile(path)));
  const { facts, refused } = await heardByBackline(path);
  // What is refused is not kept: that is more than a finding.
  if (refused !== null) return damage.codes.map((code) => ({ code, level: "fail" }));
  if (facts === null) return [];
  const source = damage.known?.hasSource === true ? whole : null;
  return findingsOf(facts, {
    ...NOTHING_ASKED,
    claimedDurationSeconds: damage.known?.claimedSeconds ?? null,
    source,
  });
}

async function excerpt(path: string, folder: string): Promise<Channels> {
  const raw = join(folder, "excerpt.raw");
  await ffmpeg("-i", path, "-t", String(EXCERPT_SECONDS), ...RAW, raw);
  const { buffer, byteOffset, length } = await readFile(raw);
  const samples = new Float32Array(buffer.slice(byteOffset, byteOffset + length));
  const side = (first: number): Float32Array =>
    Float32Array.from({ length: samples.length / 2 }, (_, at) => samples[2 * at + first] ?? 0);
  return [side(0), side(1)];
}

async function encoded([left, right]: Channels, folder: string): Promise<string> {
  const [raw, path] = [join(folder, "changed.raw"), join(folder, "changed.mp3")];
  const samples = new Float32Array(2 * left.length);
  for (const [at, sample] of left.entries()) samples[2 * at] = sample;
  for (const [at, sample] of right.entries()) samples[2 * at + 1] = sample;
  await writeFile(raw, new Uint8Array(samples.buffer));
  await ffmpeg(...RAW, "-i", raw, ...ENCODER, path);
  return path;
}
