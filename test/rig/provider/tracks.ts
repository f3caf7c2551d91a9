/**
 * Tasks and their two tracks, made from the provider's seed and the task's number.
 *
 * A track's bytes are not kept: they are made again from its seeds whenever they are wanted, and are the same.
 */
import { createHash } from "node:crypto";
import { cover } from "./serving/covers.ts";
import type { File, Quirk, Task, Track } from "./ledger.ts";
import { hex, type Random, randomFrom, whole } from "./hostile/random.ts";
import type { SubmitRequest } from "./request.ts";
import { type Flaw, song, tagged } from "./serving/songs.ts";

/** How many pieces of music all providers have: `song` of 0 and the next ones. Two tracks of a task never share one. */
export const REPERTOIRE = 8;

const PREVIEW_SHARE = 0.4;

export type TaskSeed = { readonly seed: number; readonly number: number; readonly seconds: number };

export type TaskTraits = {
  readonly flaw?: Flaw | null;
  readonly quirk?: Quirk | null;
  readonly product?: string;
};

/** `flaw` is in the first of the two tracks. */
export function makeTask(
  request: SubmitRequest,
  { seed, number, seconds }: TaskSeed,
  { flaw = null, quirk = null, product = "add_instrumental" }: TaskTraits = {},
): Task {
  const random = randomFrom("task", seed, number);
  const piece = whole(random, 0, REPERTOIRE - 1);
  const next = (piece + whole(random, 1, REPERTOIRE - 1)) % REPERTOIRE;
  const track = (index: number, flawed: Flaw | null): Track =>
    makeTrack(uuid(random), request.title, index, seconds, flawed);
  const taskId = hex(random, 32);
  const [one, other] = [track(piece, flaw), track(next, null)];
  return {
    taskId,
    at: Date.now(),
    product,
    request,
    tracks: [one, quirk === "equal" ? equalTo(one, other) : other],
    variant: {
      textCarriesTracks: random() < 0.5,
      finishedFirst: random() < 0.5 ? 0 : 1,
      hasSources: random() < 0.7,
      codeFirst: random() < 0.5,
    },
    quirk,
    callbacks: [],
    fetches: [],
    asks: [],
    progress: "pending",
    failure: null,
    silenced: false,
  };
}

/** Another, shorter file of the same music. */
export function previewOf({ trackId, title, songSeed, seconds }: Track): Uint8Array<ArrayBuffer> {
  return tagged(song(songSeed, seconds * PREVIEW_SHARE).bytes, title, `preview ${trackId}`);
}

export function previewPath({ trackId }: Track): string {
  return `/files/preview_${trackId}.mp3`;
}

type Music = Pick<Track, "take" | "title" | "songSeed" | "seconds" | "flaw">;

export function audioOf({ take, title, songSeed, seconds, flaw }: Music): Uint8Array<ArrayBuffer> {
  return tagged(song(songSeed, seconds, flaw).bytes, title, `track ${take}`);
}

export function coverOf({ trackId }: Pick<Track, "trackId">): Uint8Array<ArrayBuffer> {
  return cover(trackId);
}

function makeTrack(trackId: string, title: string, songSeed: number, seconds: number, flaw: Flaw | null): Track {
  const music: Music = { take: trackId, title, songSeed, seconds, flaw };
  return {
    ...music,
    trackId,
    bpm: song(songSeed, seconds, flaw).bpm,
    audio: file(`/files/${trackId}.mp3`, audioOf(music)),
    cover: file(`/files/image_${trackId}.png`, coverOf({ trackId })),
  };
}

/** The other track, with the same bytes behind its own link. */
function equalTo(one: Track, { trackId, audio, cover: image }: Track): Track {
  return { ...one, trackId, audio: { ...one.audio, path: audio.path }, cover: image };
}

function file(path: string, bytes: Uint8Array): File {
  return { path, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((digits) => hex(random, digits)).join("-");
}
