/** Which object in R2 holds a file of a task, and how it is served. Pure. */
import * as z from "zod";
import { FILE_KINDS } from "../task/event.ts";
import { fileStatus, kindsOf } from "../task/copies.ts";
import { deliveredBy } from "../task/files.ts";
import type { Task } from "../task/task.ts";

/** A persisted contract: the published state holds it. */
export const keptFile = z.object({
  /** Of a file of another product than music, its name. */
  trackId: z.string(),
  file: z.enum(FILE_KINDS),
  key: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  contentType: z.string(),
  title: z.string().nullable(),
  /** When it was kept, in epoch milliseconds. */
  keptAt: z.int(),
  /** Which of the task's tracks, from 1. */
  take: z.int().optional(),
  /** Of audio that was looked into: its picture. */
  waveform: z.object({ key: z.string(), analyzerVersion: z.string() }).optional(),
});

export type KeptFile = z.infer<typeof keptFile>;

export function keptFilesOf(task: Task): readonly KeptFile[] {
  return deliveredBy(task).flatMap((track, index) =>
    kindsOf(track).flatMap((file) => {
      const { stored } = fileStatus(task, track, file);
      if (stored === null) return [];
      const { key, bytes, sha256, contentType, at: keptAt } = stored;
      const kept = {
        trackId: track.trackId,
        file,
        key,
        bytes,
        sha256,
        contentType,
        title: track.title,
        ...(file === "file" ? {} : { take: index + 1 }),
        keptAt,
      };
      const waveform = file === "audio" ? waveformOf(task, sha256) : null;
      return [waveform === null ? kept : { ...kept, waveform }];
    }),
  );
}

function waveformOf({ assessments }: Task, sha256: string): KeptFile["waveform"] | null {
  const result = assessments.get(sha256)?.result ?? null;
  if (result === null || result.waveformKey === null) return null;
  return { key: result.waveformKey, analyzerVersion: result.analyzerVersion };
}
