/** What lies behind the scripted links: small real files, each link's with bytes of its own. Pure. */
import { sha256Hex } from "../../../../src/core/ids.ts";
import { frames, joined, riffChunk, riffWave, text, wavFormat } from "../../../core/audio/audio-bytes.ts";
import type { ScriptedLink } from "../script.ts";

/** MPEG 2.5 at 8 kHz and 8 kbit/s: 72 bytes and 72 ms each. */
const FRAME = { version: 0, bitrateIndex: 1, rateIndex: 2 } as const;
const FRAME_BYTES = 72;
const FRAME_SECONDS = 0.072;
const FRAMES = { whole: 30, preview: 10 };
/** What the provider says of a track, whichever file it names. */
export const WHOLE_SECONDS = FRAMES.whole * FRAME_SECONDS;

export const PAGE = text("<html><body>It works!</body></html>");
/** Encrypted, that is: no mark of any format. */
const NOISE = Uint8Array.from({ length: 1_500 }, (_, index) => (index * 7_919) % 127);

const SONGS = { whole: frames(FRAMES.whole, FRAME), preview: frames(FRAMES.preview, FRAME) };
/** Of a WAV, in bytes of its sound. */
const SOUND = { whole: 2_000, preview: 700 };

/** In the place of a file: what is none, or of a WAV what plays all the same. */
export function misfitOf({ url }: ScriptedLink): Uint8Array {
  return url.endsWith(".wav") ? SONGS.whole : NOISE;
}

/** Inside the first frame's sound. */
const NAME_AT = 40;
const NAME_LENGTH = 24;
const contents = new WeakMap<ScriptedLink, Uint8Array>();

export function contentOf(link: ScriptedLink): Uint8Array {
  const known = contents.get(link);
  if (known !== undefined) return known;
  const made = make(link);
  contents.set(link, made);
  return made;
}

/** What a link gives that has turned into a part of its file: the same part each time. */
export function partOf(link: ScriptedLink): Uint8Array {
  const whole = contentOf(link);
  const part = whole.subarray(0, Math.floor(whole.length * (0.2 + (0.6 * chanceOf(link)) / 256)));
  return tellsLength(link) ? part : recognisable(part, whole);
}

/**
 * Without a length, what has nine tenths of its sound is not told from the whole (`verification.ts`), nor is what ends
 * between two frames, where nobody claims how long it lasts.
 */
export function recognisable(part: Uint8Array, whole: Uint8Array): Uint8Array {
  const end = Math.min(part.length, Math.floor(whole.length * 0.89));
  return part.subarray(0, end % FRAME_BYTES === 0 ? Math.max(0, end - 1) : end);
}

/** Whether it announces the length of the whole file then. */
export function tellsLength(link: ScriptedLink): boolean {
  return chanceOf(link) % 4 > 0;
}

/** From 0 to 255, the same for the same link. */
function chanceOf({ url }: ScriptedLink): number {
  return Number.parseInt(sha256Hex(url).slice(0, 2), 16);
}

function make({ url, file, holds, sameAs }: ScriptedLink): Uint8Array {
  if (file === "cover") return joined(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), text(url), Uint8Array.of(0xff, 0xd9));
  const name = text(sha256Hex(sameAs ?? url).slice(0, NAME_LENGTH));
  if (url.endsWith(".wav")) return riffWave(wavFormat(), riffChunk("data", joined(name, new Uint8Array(SOUND[holds]))));
  const song = SONGS[holds].slice();
  song.set(name, NAME_AT);
  return song;
}
