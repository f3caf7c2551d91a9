/**
 * What `NOTIFY_URL` has to have been told after the storm, by the receiver's own record: each settlement and each
 * stored track at least once, and whatever was repeated under one and the same id. Pure.
 */
import type { TaskView } from "../../../src/core/view/view.ts";
import { checkOf, type Check } from "../../rig/judge/check.ts";
import type { TimelineItem } from "../../rig/local/backline-client.ts";
import type { Sent } from "../../rig/local/receiver.ts";
import { countBy, type Line, type Told } from "./recovery.ts";

/** One known task: what is shown of it, its log, and what came about it. */
export interface Reported {
  readonly view: TaskView;
  readonly events: readonly TimelineItem[];
  readonly sent: readonly Sent[];
}

export function noticeChecks(reported: readonly Reported[]): readonly Check[] {
  return [
    checkOf("settlements were told", reported.flatMap(settlementResults)),
    checkOf("stored tracks were told", reported.flatMap(trackResults)),
    checkOf("what the log calls told has arrived", reported.flatMap(arrivedResults)),
    checkOf("notifications kept their id when repeated", reported.flatMap(idResults)),
  ];
}

/** What went wrong with notifications, as rows of the table of what was made good. */
export function noticeRows(all: readonly Told[], received: readonly Sent[]): readonly Line[] {
  const refused = countBy(received.flatMap((sent) => (isTaken(sent) ? [] : [String(sent.reply)])));
  const failures = all.flatMap(({ events }) => events.filter((event) => event.type === "notify_failed"));
  const unreachable = failures.filter(({ reason }) => reason.startsWith("unreachable"));
  const ids = countBy(received.filter(isTaken).map(({ id }) => id));
  const again = ids.reduce((sum, [, times]) => sum + times - 1, 0);
  return [
    ...refused.map(([reply, times]): Line => [
      `notifications answered: ${reply}`,
      times,
      "sent again, under the same id",
    ]),
    ["notifications that reached nobody", unreachable.length, "sent again, under the same id"],
    ["notifications taken twice", again, "under the same id"],
  ];
}

/** The endpoint said that it has it. */
export function isTaken({ reply }: Sent): boolean {
  return typeof reply === "number" && reply >= 200 && reply < 300;
}

function settlementResults(reported: Reported): readonly (string | null)[] {
  const { view } = reported;
  if (!view.settled) return [];
  const told = bothKnow(reported).some(
    (one) => one.type === "task.settled" && one.timestamp === view.settledAt && one.data.settled,
  );
  return [told ? null : `${view.taskId} settled at ${view.settledAt}, and nobody was told.`];
}

function trackResults(reported: Reported): readonly (string | null)[] {
  const { view } = reported;
  const told = new Set(bothKnow(reported).flatMap(({ type, trackId }) => (type === "track.stored" ? [trackId] : [])));
  return view.tracks
    .filter(({ audio }) => audio.state === "stored")
    .map(({ trackId }) =>
      told.has(trackId)
        ? null
        : `${view.taskId}: track ${trackId} is stored, and nobody was told. ${historyOf(reported)}`,
    );
}

/** What the log says of notices and of kept audio, for whoever has to find out why. */
function historyOf({ events }: Reported): string {
  return events
    .flatMap((event) => {
      if (event.type === "copied" && event.file === "audio")
        return [`${event.at} copied ${event.trackId} ${event.attempt}`];
      const isNotice = event.type === "notified" || event.type === "notify_failed" || event.type === "notify_ended";
      return isNotice ? [`${event.at} ${event.type} ${event.kind} ${event.webhookId}`] : [];
    })
    .join("; ");
}

/** What the endpoint took and the log calls told. */
function bothKnow({ events, sent }: Reported): readonly Sent[] {
  const logged = new Set(events.flatMap((event) => (event.type === "notified" ? [event.webhookId] : [])));
  return sent.filter((one) => isTaken(one) && logged.has(one.id));
}

function arrivedResults({ view, events, sent }: Reported): readonly (string | null)[] {
  const taken = new Set(sent.filter(isTaken).map(({ id }) => id));
  return events
    .filter((event) => event.type === "notified")
    .map(({ webhookId, kind }) =>
      taken.has(webhookId) ? null : `${view.taskId}: ${kind} counts as told, and ${webhookId} was never taken.`,
    );
}

/**
 * The time of what happened tells which messages are about the same thing. The log may miss one that was sent when the
 * Worker died, if it was no longer so (a silence that ended) when the Worker was back.
 */
function idResults({ view, sent }: Reported): readonly (string | null)[] {
  const things = Map.groupBy(sent, ({ type, timestamp, trackId = "" }) => `${type} ${trackId} ${timestamp}`);
  return [...things].map(([thing, messages]) => {
    const ids = [...new Set(messages.map(({ id }) => id))];
    return ids.length > 1 ? `${view.taskId}: ${thing} was told under ${ids.join(" and ")}.` : null;
  });
}
