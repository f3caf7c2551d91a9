/** How long a copy plays, against what was announced and against another copy. Pure. */
import type { Copied } from "./event.ts";
import type { Task } from "./task.ts";
import type { Track } from "./tracks.ts";

/** Of what was claimed, rounding and padding explain so much. */
const OFF_SHARE = 0.02;
const OFF_SECONDS = 1;

/** How much longer it is than claimed, in seconds; null where nobody says. */
export function excessOf(task: Task, { durationSeconds: claimed }: Track, stored: Copied): number | null {
  const lasts = secondsOf(task, stored);
  return claimed === null || lasts === null ? null : lasts - claimed;
}

export function isOff(excess: number, { durationSeconds }: Track): boolean {
  return Math.abs(excess) > Math.max(OFF_SECONDS, OFF_SHARE * (durationSeconds ?? 0));
}

function secondsOf({ assessments }: Task, { sha256, container }: Copied): number | null {
  return assessments.get(sha256)?.result?.facts?.durationSeconds ?? container?.durationSeconds ?? null;
}

export type Played = Pick<Copied, "bytes" | "container">;

/** The one that plays longest first, whatever its format; by bytes where one does not say how long it plays. */
export function byLength(a: Played, b: Played): number {
  const [ofA, ofB] = [a.container?.durationSeconds ?? null, b.container?.durationSeconds ?? null];
  const longer = ofA === null || ofB === null ? 0 : ofB - ofA;
  return longer || b.bytes - a.bytes;
}
