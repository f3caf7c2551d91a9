/**
 * How far each notification has come: the part of the fold that `collect.ts` hands on.
 *
 * The end of a notice stands, and that it was told outranks that it was given up: a run that was superseded can still
 * record a failure. Pure.
 */
import type { TaskEvent } from "./event.ts";
import { noticeName, type NoticeProgress, type Task } from "./task.ts";

type NoticeEvent = Extract<TaskEvent, { type: "notified" | "notify_failed" | "notify_ended" | "notify_asked" }>;

export function withNotice(task: Task, event: NoticeEvent): Task {
  if (event.type === "notify_asked") return { ...task, notices: new Map(), unsubscribed: false };
  const { kind, key, at } = event;
  const known = task.notices.get(noticeName(event));
  switch (event.type) {
    case "notified":
      return known?.state === "told"
        ? task
        : withProgress(task, { kind, key, state: "told", at, lastAt: at, times: event.attempts });
    case "notify_ended": {
      const told = event.gone ? { ...task, unsubscribed: true } : task;
      return known?.state === "told"
        ? told
        : withProgress(told, { kind, key, state: "ended", at, lastAt: at, times: event.attempts });
    }
    case "notify_failed": {
      const { lastAt, times } = event;
      return known !== undefined && known.state !== "failing"
        ? task
        : withProgress(task, { kind, key, state: "failing", at: known?.at ?? at, lastAt, times });
    }
  }
}

function withProgress(task: Task, progress: NoticeProgress): Task {
  return { ...task, notices: new Map(task.notices).set(noticeName(progress), progress) };
}
