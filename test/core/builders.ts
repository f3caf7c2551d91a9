/**
 * Facts for the tests of the core: a test names what it is about, the rest is filled in here.
 *
 * Times are epoch milliseconds; a task of these tests starts at `T0`.
 */
import type { Copied, EventBody, FileKind, Observed, TaskEvent } from "../../src/core/task/event.ts";
import { linkHash, sha256Hex } from "../../src/core/ids.ts";
import type { Observation, ObservationKind, ObservedTrack } from "../../src/core/provider/message.ts";
import { fold } from "../../src/core/task/reduce.ts";
import type { Task } from "../../src/core/task/task.ts";
import { tracksOf, type Track } from "../../src/core/task/tracks.ts";

export const T0 = Date.UTC(2026, 0, 5, 12);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const TASK_ID = "ee9c2715375b7837f8bb51d641ff5863";

export function audioUrl(name: string): string {
  return `https://cdn.example.com/${name}.mp3`;
}

export function coverUrl(name: string): string {
  return `https://cdn.example.com/${name}.jpeg`;
}

/** A track with an id and nothing else. */
export function listed(fields: Partial<ObservedTrack> = {}): ObservedTrack {
  return {
    id: "track-a",
    audioLink: null,
    streamLink: null,
    coverLink: null,
    title: null,
    tags: null,
    durationSeconds: null,
    model: null,
    createdAt: null,
    ...fields,
  };
}

export function observation(
  kind: ObservationKind,
  tracks: readonly ObservedTrack[] = [],
  fields: Partial<Observation> = {},
): Observation {
  return { kind, failure: null, tracks, tracksDropped: 0, ...fields };
}

/** A delivery of this content. Equal content has an equal hash, as equal bytes have. */
export function observed(content: Observation, fields: Partial<Observed> = {}): Observed {
  const via = fields.via ?? "callback";
  const verdict = fields.verdict ?? "token";
  const at = fields.at ?? T0;
  const sha256 = sha256Hex(JSON.stringify({ content, via, verdict }));
  return { type: "observed", sha256, via, verdict, observation: content, at, lastAt: at, times: 1, ...fields };
}

export function at(time: number, event: Exclude<EventBody, { type: "observed" }>): TaskEvent {
  return { ...event, at: time };
}

export function taskOf(...events: readonly TaskEvent[]): Task {
  const task = fold(TASK_ID, events);
  if (task === null) throw new Error("a task has at least one event");
  return task;
}

/** The tracks by their order; a test that expects one fails here when it is missing. */
export function trackAt(task: Task, index: number): Track {
  const track = tracksOf(task)[index];
  if (track === undefined) throw new Error(`the task has no track ${index}`);
  return track;
}

interface About {
  readonly file?: FileKind;
  readonly trackId?: string;
  readonly attempt?: number;
}

function attemptOn(url: string, { file = "audio", trackId = "track-a", attempt = 1 }: About) {
  return { file, trackId, link: linkHash(url), attempt };
}

export function started(time: number, url: string, about: About = {}): TaskEvent {
  return at(time, { type: "copy_started", ...attemptOn(url, about), host: new URL(url).host });
}

export function failed(time: number, url: string, dead: boolean, about: About & { reason?: string } = {}): TaskEvent {
  const reason = about.reason ?? (dead ? "gone: status 404" : "unreachable: the connection failed or broke");
  return at(time, { type: "copy_failed", ...attemptOn(url, about), reason, dead });
}

export function copied(time: number, url: string, about: About & Partial<Copied> = {}): Copied {
  const attempt = attemptOn(url, about);
  const key = about.key ?? `tasks/${TASK_ID}/${attempt.trackId}/${attempt.file}-${attempt.attempt}.mp3`;
  const contentType = attempt.file === "audio" ? "audio/mpeg" : "image/jpeg";
  const { container, analyzerVersion, assess } = about;
  const heard = {
    ...(container === undefined ? {} : { container }),
    ...(analyzerVersion === undefined ? {} : { analyzerVersion }),
    ...(assess === undefined ? {} : { assess }),
  };
  const sha256 = about.sha256 ?? sha256Hex(url);
  return { type: "copied", at: time, ...attempt, key, bytes: 1_000, sha256, contentType, ...heard };
}

export function lost(time: number, urls: readonly string[], about: About & { reason?: string } = {}): TaskEvent {
  const { file = "audio", trackId = "track-a", reason = "dead_link: gone" } = about;
  return at(time, { type: "lost", file, trackId, links: urls.map(linkHash), reason });
}
