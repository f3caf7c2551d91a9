/**
 * What a guest sees of a task: a list of what is allowed. A field that is new is hidden until it is named here.
 *
 * Titles, tags, covers, kept audio and files, durations and what was measured. Nothing of the request, of failures, of the
 * provider's links, or of what was asked for (a verdict on the style would tell that). Pure.
 */
import * as z from "zod";
import { audioFacts } from "../audio/facts.ts";
import { assessmentView } from "../task/assessment.ts";
import { fileView, namedFile, taskView, trackView, type TaskView } from "./view.ts";

const [storedFile, missingFile] = fileView.options;
const tries = { attempts: true, reason: true } as const;
const guestFile = z.discriminatedUnion("state", [storedFile.omit(tries), missingFile.omit(tries)]);

const guestTrack = trackView.pick({ trackId: true, title: true, tags: true, durationSeconds: true }).extend({
  audio: guestFile,
  cover: guestFile,
  assessment: assessmentView.pick({ state: true }).extend({ audio: audioFacts.nullable() }).nullable(),
});

export const guestView = taskView
  .pick({ taskId: true, product: true, version: true, stage: true, settled: true, createdAt: true })
  .extend({ tracks: z.array(guestTrack), files: z.array(guestFile.and(namedFile)) });

export type GuestView = z.infer<typeof guestView>;
export type GuestTrack = z.infer<typeof guestTrack>;

/** `alone`: the one track that is shared; null: all there is. */
export function guestViewOf(view: TaskView, alone: string | null): GuestView {
  const { taskId, product, version, stage, settled, createdAt, tracks, files } = view;
  return {
    taskId,
    product,
    version,
    stage,
    settled,
    createdAt,
    tracks: tracks.filter(({ trackId }) => alone === null || trackId === alone).map(guestTrackOf),
    files: alone === null ? files.map(guestNamedFileOf) : [],
  };
}

function guestTrackOf(track: TaskView["tracks"][number]): GuestTrack {
  const { trackId, title, tags, durationSeconds, audio, cover, assessment } = track;
  return {
    trackId,
    title,
    tags,
    durationSeconds,
    audio: guestFileOf(audio),
    cover: guestFileOf(cover),
    assessment: assessment === null ? null : { state: assessment.state, audio: assessment.audio },
  };
}

function guestFileOf(file: z.infer<typeof fileView>): z.infer<typeof guestFile> {
  const { state, url, bytes, sha256, contentType } = file;
  return state === "stored" ? { state, url, bytes, sha256, contentType } : { state, url, bytes, sha256, contentType };
}

function guestNamedFileOf(file: TaskView["files"][number]): GuestView["files"][number] {
  return { name: file.name, ...guestFileOf(file) };
}
