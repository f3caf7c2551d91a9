/**
 * `node test/drive/oracle/fetch-music.ts DIR`: released music for `npm run oracle -- --music DIR/music`.
 *
 * Music of games that Debian distributes, as MP3 as the provider makes them, and MIDI files rendered, with the `.mid`
 * kept beside: it knows the tempo and the notes. Some 5 GB are fetched. Needs apt-get, dpkg-deb, unzip, fluidsynth and
 * ffmpeg with libmp3lame. Can be run again: what is there is kept.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { promisify } from "node:util";

const PACKAGES = [
  "0ad-data",
  "7kaa-data",
  "a7xpg-data",
  "abe-data",
  "alienblaster-data",
  "amoebax-data",
  "angrydd",
  "ardentryst",
  "asc-music",
  "berusky2-data",
  "biniax2-data",
  "blobandconquer-data",
  "boswars-data",
  "brainparty-data",
  "btanks-data",
  "bumprace-data",
  "caveexpress-data",
  "cavepacker-data",
  "colobot-common-sounds",
  "cube2-data",
  "davegnukem-data",
  "drascula-music",
  "endless-sky-data",
  "enigma-data",
  "extremetuxracer-data",
  "fillets-ng-data",
  "flare-game",
  "foobillardplus-data",
  "freeciv-data",
  "freecol",
  "freedink-data",
  "freedroid-data",
  "freedroidrpg-data",
  "freeorion-data",
  "fretsonfire-songs-muldjord",
  "fretsonfire-songs-sectoid",
  "frozen-bubble-data",
  "gcompris-qt-data",
  "gigalomania-data",
  "glob2-data",
  "gunroar-data",
  "hannah-data",
  "hedgewars-data",
  "hex-a-hop-data",
  "holotz-castle-data",
  "hyperrogue-music",
  "krank",
  "kraptor-data",
  "lbreakouthd-data",
  "lincity-ng-data",
  "lordsawar-data",
  "lugaru-data",
  "marsshooter-data",
  "mazeofgalious-data",
  "megaglest-data",
  "mu-cade-data",
  "naev-data",
  "neverball-common",
  "nexuiz-data",
  "nexuiz-music",
  "noiz2sa-data",
  "open-invaders-data",
  "openarena-data",
  "opencity-data",
  "openclonk-data",
  "openttd-openmsx",
  "parsec47-data",
  "pathological",
  "pax-britannica-data",
  "performous",
  "phlipple-data",
  "pianobooster",
  "pink-pony-data",
  "planetblupi-music-midi",
  "planetblupi-music-ogg",
  "plee-the-bear-data",
  "powermanga-data",
  "pushover-data",
  "raincat-data",
  "redeclipse-data",
  "rrootage-data",
  "scorched3d-data",
  "sdl-ball-data",
  "seahorse-adventures",
  "simutrans-data",
  "singularity-music",
  "starfighter-data",
  "supertux-data",
  "supertuxkart-data",
  "titanion-data",
  "torcs-data",
  "torus-trooper-data",
  "trackballs-data",
  "trigger-rally-data",
  "tumiki-fighters-data",
  "tuxmath-data",
  "tuxtype-data",
  "ufoai-music",
  "unknown-horizons",
  "val-and-rick-data",
  "warmux-data",
  "warzone2100-music",
  "wesnoth-1.16-music",
  "widelands-data",
  "xmoto-data",
  "zaz-data",
] as const;
const SOUNDFONT = { name: "fluid-soundfont-gm", path: "usr/share/sounds/sf2/FluidR3_GM.sf2" };
/** So that no game speaks for all of them. */
const MOST_RECORDINGS = 10;
const MOST_SCORES = 24;
const SHORTEST_SECONDS = 40;
const ENCODER = ["-map_metadata", "-1", "-vn", "-c:a", "libmp3lame", "-b:a", "192k", "-compression_level", "9"];
const RECORDINGS = new Set([".ogg", ".oga", ".opus", ".flac", ".mp3", ".wav"]);

const run = promisify(execFile);
const [folder = ""] = process.argv.slice(2);
if (folder === "" || folder.startsWith("-")) {
  console.error("usage: node test/drive/oracle/fetch-music.ts DIR");
  process.exit(2);
}
const [packages, music] = [join(folder, "packages"), join(folder, "music")];
for (const place of [packages, music]) await mkdir(place, { recursive: true });
const soundfont = join(await unpacked(SOUNDFONT.name), SOUNDFONT.path);
for (const name of PACKAGES) {
  const found = await filesIn(await unpacked(name));
  const songs = found.filter(
    (path) => !isNoSong(path) && /\.(?:mid|midi)$|music|track|song|sound|ogg|data/i.test(path),
  );
  let kept = 0;
  for (const path of songs.toSorted((a, b) => order(a).localeCompare(order(b)))) {
    if (kept < (isMidi(path) ? MOST_SCORES : MOST_RECORDINGS) && (await keep(name, path))) kept += 1;
  }
  console.log(`${name}: ${kept}`);
}

async function unpacked(name: string): Promise<string> {
  const place = join(packages, name);
  if (await exists(place)) return place;
  const staging = `${place}.part`;
  await mkdir(staging, { recursive: true });
  await run("apt-get", ["download", "-q=3", name], { cwd: staging });
  const deb = (await readdir(staging)).find((file) => file.endsWith(".deb")) ?? "";
  await run("dpkg-deb", ["-x", join(staging, deb), staging]);
  const archives = (await filesIn(staging)).filter((path) => /\.(?:pk3|zip)$/.test(path));
  for (const path of archives) await run("unzip", ["-qo", path, "-d", `${path}.d`]);
  await rename(staging, place);
  return place;
}

/** False where it is too short, or nothing that can be decoded. */
async function keep(name: string, path: string): Promise<boolean> {
  const title = /^(?:song|notes)\./.test(basename(path)) ? basename(dirname(path)) : basename(path, extname(path));
  const target = join(music, `${name}--${title.replaceAll(/[^\w.-]+/g, "-")}`);
  if (await exists(`${target}.mp3`)) return true;
  const input = isMidi(path) ? await rendered(path, target) : path;
  if (!((await secondsOf(input)) >= SHORTEST_SECONDS)) return false;
  const guitar = join(dirname(path), "guitar.ogg");
  const inputs = [
    "-i",
    input,
    ...((await exists(guitar)) ? ["-i", guitar, "-filter_complex", "amix=normalize=0"] : []),
  ];
  if (extname(input) === ".mp3") await copyFile(input, `${target}.mp3`);
  else await run("ffmpeg", ["-v", "error", "-y", ...inputs, ...ENCODER, `${target}.part.mp3`]);
  if (extname(input) !== ".mp3") await rename(`${target}.part.mp3`, `${target}.mp3`);
  const score = isMidi(path) ? path : join(dirname(path), "notes.mid");
  if (await exists(score)) await copyFile(score, `${target}.mid`);
  return true;
}

async function rendered(path: string, target: string): Promise<string> {
  const wave = join(packages, `${basename(target)}.wav`);
  if (!(await exists(wave))) await run("fluidsynth", ["-ni", "-g", "0.5", "-r", "44100", "-F", wave, soundfont, path]);
  return wave;
}

async function secondsOf(path: string): Promise<number> {
  const args = ["-v", "quiet", "-show_entries", "format=duration", "-of", "csv=p=0", path];
  return Number(
    await run("ffprobe", args).then(
      ({ stdout }) => stdout,
      () => Number.NaN,
    ),
  );
}

async function filesIn(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isMusic);
}

function isMusic(path: string): boolean {
  return isMidi(path) || RECORDINGS.has(extname(path).toLowerCase()) || /\.(?:deb|pk3|zip)$/.test(path);
}

function isMidi(path: string): boolean {
  return /\.midi?$/i.test(path) && basename(path) !== "notes.mid";
}

/** Archives, what belongs to a song of the same folder, and weather. */
function isNoSong(path: string): boolean {
  const name = basename(path);
  return /\.(?:deb|pk3|zip)$/.test(name) || /^(?:guitar\.ogg|notes\.mid)$|rain|wind|ambien|^amb_/i.test(name);
}

/** The same tracks whenever it is run, whatever the order of the folder. */
function order(path: string): string {
  return createHash("sha256")
    .update(basename(dirname(path)) + basename(path))
    .digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
