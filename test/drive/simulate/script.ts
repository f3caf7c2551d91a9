/**
 * What the provider does with one task, drawn from a seed: how it ends, when each stage is reached, which links its
 * tracks have, what lies behind them, and what they turn into for good. Nothing here goes wrong on the way; that is the
 * messenger's part.
 *
 * One task in five is of stems or a WAV: files without stages, without covers, under names of their own. Times are
 * milliseconds since the submission.
 */
import { oneOf, whole, type Random } from "../../rig/provider/hostile/random.ts";

export type FileName = "audio" | "cover";

/** A status, or 200 with a page, with nothing, with noise, with a part of the file; or no connection. */
export type Bad = number | "html" | "empty" | "noise" | "part" | "closed";

/** A place on the provider's host. */
export interface ScriptedLink {
  readonly url: string;
  readonly file: FileName;
  /** What lies there: all of it, or a preview that is much shorter. Each has bytes of its own. */
  readonly holds: "whole" | "preview";
  /** The bytes of another place lie here too; null: its own. */
  readonly sameAs: string | null;
  /** From then on it answers so for good; `Infinity`: it lives. */
  readonly turnsAt: number;
  readonly into: Bad;
}

export interface ScriptedTrack {
  /** Null in the oldest shape. */
  readonly id: string | null;
  readonly title: string;
  /** What `first` names: the final link, or another one. */
  readonly early: ScriptedLink;
  readonly audio: ScriptedLink;
  /** What the record names from `offeredAt` on, once the final one has turned; null: nothing better. */
  readonly fresh: ScriptedLink | null;
  readonly offeredAt: number;
  /** What Recovery audio makes; null: it fails. */
  readonly recovered: ScriptedLink | null;
  readonly cover: ScriptedLink | null;
}

export interface Script {
  readonly taskId: string;
  readonly product: "music" | "stems" | "wav";
  readonly tracks: readonly ScriptedTrack[];
  /** The callbacks' audio links lead to the provider's page for what is forbidden; the record's do not. */
  readonly forbidden: boolean;
  readonly end: "complete" | "failed" | "silent";
  readonly textAt: number;
  readonly firstAt: number;
  readonly endAt: number;
  /** When `complete` is sent once more, with whatever links are good by then; null: never. */
  readonly againAt: number | null;
}

export type Moment = "pending" | "text" | "first" | "complete" | "failed";

const DEAD = [403, 404, 410, 441] as const;
/** None of these says that the link is dead. */
const SICK: readonly [Bad, ...Bad[]] = ["html", "empty", "noise", "part", "part", "closed", 500];
/** Of links that turn. A sick one is tried for days, and such a life costs what ten others do. */
const DEAD_SHARE: Readonly<Record<FileName, number>> = { audio: 0.9, cover: 0.98 };
const HOUR_MS = 3_600_000;
/** In one of so many lives both takes are one. */
const EQUAL_TAKES = 31;
/** In one of so many lives a task has settled for its previews before the record names links that work. */
const LATE_OFFERS = 19;

export function scriptOf(random: Random, seed: number): Script {
  const taskId = `task${seed}`;
  const withIds = random() < 0.85;
  const textAt = whole(random, 3_000, 20_000);
  const firstAt = textAt + whole(random, 5_000, 60_000);
  const end = random();
  const endAt = firstAt + whole(random, 10_000, 200_000);
  const product = seed % 5 < 4 ? "music" : seed % 3 === 0 ? "wav" : "stems";
  const place = (name: string, index: number): string =>
    `https://cdn.example.com/${taskId}/${index}-${product === "wav" ? name.replace("mp3", "wav") : name}`;
  const turning = (link: ScriptedLink): ScriptedLink => {
    const turnsAt = firstAt + Math.floor(random() ** 2 * HOUR_MS) - (random() < 0.5 ? HOUR_MS : 0);
    return { ...link, turnsAt, into: random() < DEAD_SHARE[link.file] ? oneOf(random, DEAD) : oneOf(random, SICK) };
  };
  const tracks = Array.from({ length: random() < 0.8 ? 2 : 1 }, (_, index): ScriptedTrack => {
    const sound = living(place("a.mp3", index));
    const audio = random() < 0.13 ? turning(sound) : sound;
    const kind = random();
    const other = living(place("early.mp3", index));
    const cover = { ...living(place("c.jpg", index)), file: "cover" } as const;
    const offered = audio === sound ? 0 : random();
    return {
      id: withIds ? `track-${seed}-${index}` : null,
      title: `Song ${index}`,
      early: kind < 0.6 ? audio : kind < 0.8 ? { ...other, holds: "preview" } : other,
      audio,
      fresh: audio !== sound && random() < 0.7 ? living(place("b.mp3", index)) : null,
      offeredAt: audio.turnsAt + (offered < 0.7 ? 0 : Math.floor(random() ** 2 * 8 * HOUR_MS)),
      recovered: random() < 0.6 ? living(place("r.mp3", index)) : null,
      cover: random() < 0.7 ? (random() < 0.1 ? turning(cover) : cover) : null,
    };
  });
  // Not drawn, so that the other lives stay what they are.
  const takes = seed % EQUAL_TAKES === 0 ? tracks.map((track) => equalTo(track, place("a.mp3", 0))) : tracks;
  const late = seed % LATE_OFFERS === 0 ? takes.map((track, index) => lateFor(track, place, index, endAt)) : takes;
  const made = product === "wav" ? late.slice(0, 1) : late;
  const how = end < 0.8 ? "complete" : end < 0.93 ? "failed" : "silent";
  const againAt = random() < 0.08 ? endAt + Math.floor(random() ** 2 * 20 * 24 * HOUR_MS) : null;
  const forbidden = random() < 0.04;
  return { taskId, product, tracks: made, forbidden, end: how, textAt, firstAt, endAt, againAt };
}

/** Behind each of its links is the same as behind the one of the first take. */
function equalTo(track: ScriptedTrack, sameAs: string): ScriptedTrack {
  const equal = (link: ScriptedLink): ScriptedLink => ({ ...link, sameAs });
  const audio = equal(track.audio);
  return {
    ...track,
    audio,
    early: track.early === track.audio ? audio : equal(track.early),
    fresh: track.fresh === null ? null : equal(track.fresh),
    recovered: track.recovered === null ? null : equal(track.recovered),
  };
}

/** `first` names a preview that lives, `complete` a link that is dead, and the record a good one an hour later. */
function lateFor(
  track: ScriptedTrack,
  place: (name: string, index: number) => string,
  index: number,
  endAt: number,
): ScriptedTrack {
  return {
    ...track,
    early: { ...living(place("early.mp3", index)), holds: "preview" },
    audio: { ...track.audio, turnsAt: -HOUR_MS, into: 404 },
    fresh: living(place("b.mp3", index)),
    offeredAt: endAt + HOUR_MS,
  };
}

function living(url: string): ScriptedLink {
  return { url, file: "audio", holds: "whole", sameAs: null, turnsAt: Infinity, into: 404 };
}

/** How far the task has come at a time. */
export function momentOf({ product, textAt, firstAt, endAt, end }: Script, at: number): Moment {
  if (at >= endAt && end !== "silent") return end;
  if (product !== "music") return "pending";
  if (at >= firstAt) return "first";
  return at >= textAt ? "text" : "pending";
}

/** The link of its audio that the record names at a time. */
export function recordLink(
  { early, audio, fresh, offeredAt }: ScriptedTrack,
  moment: Moment,
  at: number,
): ScriptedLink {
  if (moment === "first") return early;
  return fresh !== null && at >= offeredAt ? fresh : audio;
}

/** Whether the track has audio at that moment: of a first one, the second track's is still empty. */
export function hasAudio(moment: Moment, index: number): boolean {
  return moment === "complete" || (moment === "first" && index === 0);
}

export function linksOf({ tracks }: Script): readonly ScriptedLink[] {
  return [...new Set(tracks.flatMap(audioLinksOf)), ...tracks.flatMap(({ cover }) => cover ?? [])];
}

export function audioLinksOf({ early, audio, fresh, recovered }: ScriptedTrack): readonly ScriptedLink[] {
  return [early, audio, fresh, recovered].filter((link) => link !== null);
}
