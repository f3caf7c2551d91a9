/**
 * What the provider does with one task, drawn from a seed: how it ends, when each stage is reached, which links its
 * tracks have, and which of these die for good. Nothing here goes wrong on the way; that is the messenger's part.
 *
 * Times are milliseconds since the submission.
 */
import { oneOf, whole, type Random } from "../../rig/provider/random.ts";

export type FileName = "audio" | "cover";

/** A place on the provider's host. */
export interface ScriptedLink {
  readonly url: string;
  readonly file: FileName;
  /** From then on it is gone for good; `Infinity`: it lives. */
  readonly deadFrom: number;
  readonly deadStatus: number;
}

export interface ScriptedTrack {
  /** Null in the oldest shape. */
  readonly id: string | null;
  readonly title: string;
  readonly audio: ScriptedLink;
  /** What the provider names once the first one is dead; null: nothing better. */
  readonly fresh: ScriptedLink | null;
  readonly cover: ScriptedLink | null;
}

export interface Script {
  readonly taskId: string;
  readonly tracks: readonly ScriptedTrack[];
  readonly end: "complete" | "failed" | "silent";
  readonly textAt: number;
  readonly firstAt: number;
  readonly endAt: number;
}

export type Moment = "pending" | "text" | "first" | "complete" | "failed";

const DEAD = [403, 404, 410, 441] as const;

export function scriptOf(random: Random, seed: number): Script {
  const taskId = `task${seed}`;
  const withIds = random() < 0.85;
  const textAt = whole(random, 3_000, 20_000);
  const firstAt = textAt + whole(random, 5_000, 60_000);
  const end = random();
  const endAt = firstAt + whole(random, 10_000, 200_000);
  const tracks = Array.from({ length: random() < 0.8 ? 2 : 1 }, (_, index): ScriptedTrack => {
    const link = (file: FileName, name: string, dies: number): ScriptedLink => ({
      url: `https://cdn.example.com/${taskId}/${index}-${name}`,
      file,
      deadFrom: random() < dies ? firstAt + Math.floor(random() ** 2 * 3_600_000) : Infinity,
      deadStatus: oneOf(random, DEAD),
    });
    const audio = link("audio", "a.mp3", 0.15);
    return {
      id: withIds ? `track-${seed}-${index}` : null,
      title: `Song ${index}`,
      audio,
      fresh: audio.deadFrom !== Infinity && random() < 0.7 ? link("audio", "b.mp3", 0) : null,
      cover: random() < 0.7 ? link("cover", "c.jpg", 0.1) : null,
    };
  });
  return { taskId, tracks, end: end < 0.8 ? "complete" : end < 0.93 ? "failed" : "silent", textAt, firstAt, endAt };
}

/** How far the task has come at a time. */
export function momentOf({ textAt, firstAt, endAt, end }: Script, at: number): Moment {
  if (at >= endAt && end !== "silent") return end;
  if (at >= firstAt) return "first";
  return at >= textAt ? "text" : "pending";
}

/** The link of its audio that the provider names at a time. */
export function audioOf({ audio, fresh }: ScriptedTrack, at: number): ScriptedLink {
  return fresh !== null && at >= audio.deadFrom ? fresh : audio;
}

/** Whether the track has audio at that moment: of a first one, the second track's is still empty. */
export function hasAudio(moment: Moment, index: number): boolean {
  return moment === "complete" || (moment === "first" && index === 0);
}
