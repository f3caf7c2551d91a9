/** The provider's file server: what it answers to the Worker's fetches. The provider is not ours, so it is played. */
import { vi } from "vitest";
import { frames, riffChunk, riffWave, text, wavFormat } from "../core/audio/audio-bytes.ts";

/** A short song, a small picture, a WAV and a film that pass every check. */
export const SONG = frames(40);
export const COVER = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xd9);
export const WAV = riffWave(wavFormat(), riffChunk("data", new Uint8Array(4_000)));
export const FTYP = box("ftyp", ...text("isom"), 0, 0, 2, 0);
export const VIDEO = Uint8Array.from([...FTYP, ...box("moov"), ...box("mdat", 1, 2, 3, 4)]);

export function box(name: string, ...content: readonly number[]): readonly number[] {
  return [0, 0, 0, 8 + content.length, ...text(name), ...content];
}

/** What lies behind a link of this ending. */
export function fileAt(link: string): Uint8Array {
  if (link.endsWith(".wav")) return WAV;
  if (link.endsWith(".mp4")) return VIDEO;
  return link.endsWith(".png") ? COVER : SONG;
}

/** Answers by URL; whatever is asked beyond that fails like a server that is away. Returns the asked URLs. */
export function serveFiles(files: Readonly<Record<string, Uint8Array>>): readonly string[] {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const { url } = new Request(input);
    asked.push(url);
    const bytes = files[url];
    if (bytes === undefined) throw new TypeError("the network is down");
    return new Response(new Blob([bytes]).stream(), { headers: { "content-length": String(bytes.length) } });
  });
  return asked;
}
