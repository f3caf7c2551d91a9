/**
 * What `NOTIFY_URL` is still to be told, read off the state. Nothing is queued: a notice is due while it holds and the
 * log does not say that it was told.
 *
 * A notice is sent as a Standard Webhook (standardwebhooks.com): at least once, under the same id each time, in the
 * view of the time of sending. Receivers order by that view's version. Pure. Times are epoch milliseconds.
 */
import * as z from "zod";
import { assessGraceEndsAt } from "./assessing.ts";
import { NOTICE_KINDS, type NoticeKind } from "../task/event.ts";
import { fileStatus } from "../task/copies.ts";
import { sha256Hex } from "../ids.ts";
import { notifyDelay, type Pace } from "./pace.ts";
import { isStalled } from "../task/stage.ts";
import { noticeName, type Task } from "../task/task.ts";
import { tracksOf } from "../task/tracks.ts";
import { isoTime, taskView, viewOf, type TaskView } from "../view/view.ts";

export interface Notice {
  readonly kind: NoticeKind;
  /**
   * Never given twice to one kind: the file, by the hashes of its link and of its bytes, the version of the turn, the time
   * of the silence.
   */
  readonly key: string;
  /** When it happened. */
  readonly at: number;
  /** Of `track.stored`, null for others. */
  readonly trackId: string | null;
}

/** A notice on its way. */
export interface Message {
  /** The `webhook-id`. */
  readonly id: string;
  readonly body: string;
}

/** What a message says. `data` is the task at the time of sending: receivers order by its version. */
export const noticeBody = z.object({
  type: z.enum(NOTICE_KINDS),
  timestamp: z.iso.datetime(),
  /** Of `track.stored`. */
  trackId: z.string().optional(),
  data: taskView,
});

interface Pending {
  readonly at: number;
  readonly notice: Notice;
}

/**
 * The notice to send next, and when. One at a time, so that they leave in the order in which they happened; one that
 * fails lets the others go first.
 */
export function nextNotice(task: Task, pace: Pace): Pending | null {
  if (!pace.canNotify || task.unsubscribed) return null;
  const pending = holding(task, pace).flatMap((one) => nextTry(task, one, pace) ?? []);
  return pending.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

/** The same whenever it is made, so that a crash between sending and recording repeats the id. */
export function webhookIdOf(taskId: string, notice: Pick<Notice, "kind" | "key">): string {
  return `msg_${sha256Hex(`${taskId} ${noticeName(notice)}`).slice(0, 32)}`;
}

/** `shown`: the view as others may see it. */
export function messageOf(task: Task, notice: Notice, shown: (view: TaskView) => TaskView): Message {
  const { kind, at, trackId } = notice;
  const about = { type: kind, timestamp: isoTime(at), ...(trackId === null ? {} : { trackId }) };
  return { id: webhookIdOf(task.taskId, notice), body: JSON.stringify({ ...about, data: shown(viewOf(task)) }) };
}

/** What is so, told or not, in the order in which it came to be. */
function holding(task: Task, pace: Pace): readonly Pending[] {
  const stored = tracksOf(task).flatMap((track): readonly Pending[] => {
    const { trackId } = track;
    const kept = fileStatus(task, track, "audio").stored;
    if (kept === null) return [];
    // A link may give a better file later: that one is told, too.
    const key = `${kept.link}-${kept.sha256.slice(0, 16)}`;
    return [{ at: kept.at, notice: { kind: "track.stored", key, at: kept.at, trackId } }];
  });
  const turn = turnNotice(task);
  const turned = turn === null ? [] : [{ at: Math.max(turn.at, assessGraceEndsAt(task, pace)), notice: turn }];
  return [...stored.toSorted((a, b) => a.at - b.at), ...turned, ...stallNotices(task)];
}

/** Only who was told that a task is settled, or may have been, needs to know that it is open again. */
function turnNotice({ turned, settledAt, notices }: Task): Notice | null {
  if (turned === null) return null;
  const turn = { key: String(turned.version), at: turned.at, trackId: null };
  if (settledAt !== null) return { kind: "task.settled", ...turn };
  const earlier = [...notices.values()].filter(
    ({ kind, key }) => (kind === "task.settled" || kind === "task.reopened") && Number(key) < turned.version,
  );
  const [last] = earlier.toSorted((a, b) => Number(b.key) - Number(a.key));
  return last?.kind === "task.settled" ? { kind: "task.reopened", ...turn } : null;
}

function stallNotices(task: Task): readonly Pending[] {
  const { stalledAt: at } = task;
  if (at === null || !isStalled(task)) return [];
  return [{ at, notice: { kind: "task.stalled", key: String(at), at, trackId: null } }];
}

/** Null once it was told, or given up. The last try is a day after the first. */
function nextTry(task: Task, { at, notice }: Pending, pace: Pace): Pending | null {
  const known = task.notices.get(noticeName(notice));
  if (known === undefined) return { at, notice };
  if (known.state !== "failing") return null;
  const seed = `${task.taskId} ${noticeName(notice)} ${known.times}`;
  return { at: Math.min(known.lastAt + notifyDelay(pace, known.times, seed), known.at + pace.dayMs), notice };
}
