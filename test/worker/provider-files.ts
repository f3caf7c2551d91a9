/** The provider's file server: what it answers to the Worker's fetches. The provider is not ours, so it is played. */
import { vi } from "vitest";
import { frames } from "../core/audio/audio-bytes.ts";

/** A short song and a small picture that pass every check. */
export const SONG = frames(40);
export const COVER = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xd9);

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
