/** What was lost on the way, and how it was made good: rows of a table, from the ledger and the timelines. Pure. */
import type { TimelineItem } from "../../rig/local/backline-client.ts";
import type { Callback, Made, Quirk, Task } from "../../rig/provider/ledger.ts";

import type { Adoption } from "./adopt.ts";

export type Row = { readonly times: number; readonly "made good by": string };

export interface Told {
  readonly task: Task | Made;
  readonly events: readonly TimelineItem[];
}

type Of<T extends TimelineItem["type"]> = Extract<TimelineItem, { type: T }>;

/** Rows that counted nothing are left out. `adopted` is what users had to do. */
export function recoveryTable(
  all: readonly Told[],
  adopted: Pick<Adoption, "taskIds" | "recovered"> | null,
  more: readonly Line[] = [],
): Readonly<Record<string, Row>> {
  const wishes: readonly Line[] = [
    ["tasks nobody told us of", adopted?.taskIds.size ?? 0, "adopted by PUT /tasks/:id"],
    ["tasks of which all links were gone", adopted?.recovered.size ?? 0, "recovered by POST /tasks/:id/recover"],
  ];
  const rows = [...callbackRows(all), ...wishes, ...askRows(all), ...copyRows(all), ...more, ...triesRows(all)];
  return Object.fromEntries(
    rows.flatMap(([name, times, how]) => (times === 0 ? [] : [[name, { times, "made good by": how }]])),
  );
}

export type Line = readonly [name: string, times: number, how: string];

function callbackRows(all: readonly Told[]): readonly Line[] {
  const callbacks = all.flatMap(({ task }) => task.callbacks);
  const attempts = callbacks.flatMap((callback) => callback.attempts);
  const retried = callbacks.filter((one) => one.outcome === "acknowledged" && one.attempts.some(isUnanswered));
  const observed = all.flatMap(({ events }) => ofType(events, "observed"));
  const called = observed.filter(({ via }) => via === "callback");
  const repeats = called.reduce((sum, { times }) => sum + times - 1, 0);
  const polled = observed.filter(({ via }) => via === "poll").length;
  const lost = callbacks.filter(({ outcome }) => outcome === "given_up" || outcome === "not_sent").length;
  const late = all.reduce((sum, { events }) => sum + lateOnes(events), 0);
  return [
    ["callback attempts failed", attempts.filter(isUnanswered).length, `${retried.length} came by a later attempt`],
    ["callbacks never delivered", lost, `${polled} stages read from the provider's record`],
    ["callbacks delivered again", repeats, "counted, kept once"],
    ["callbacks after a later stage", late, "kept, nothing taken back"],
    [
      "complete without audio",
      callbacks.filter(isHollow).length,
      "counted as first, the next one awaited or asked for",
    ],
  ];
}

function askRows(all: readonly Told[]): readonly Line[] {
  const asks = all.flatMap(({ task }) => task.asks);
  const kinds = countBy(asks.flatMap(({ fault }) => fault ?? []));
  return kinds.map(([kind, times]) => [`answers spoiled: ${kind}`, times, `${asks.length} questions in all`]);
}

function copyRows(all: readonly Told[]): readonly Line[] {
  const spoiled = countBy(all.flatMap(({ task }) => task.fetches.flatMap(({ fault }) => fault ?? [])));
  const failures = all.flatMap(({ events }) => ofType(events, "copy_failed"));
  const reasons = countBy(failures.map(({ reason }) => reason.split(":")[0] ?? reason));
  const unanswered = all.reduce((sum, { events }) => sum + unansweredStarts(events), 0);
  const refreshed = all.reduce((sum, { events }) => sum + refreshedFiles(events), 0);
  const quirks = QUIRKS.map(
    (quirk) => [quirk, all.filter(({ task }) => "quirk" in task && task.quirk === quirk).length] as const,
  );
  const swept = all.flatMap(({ events }) => ofType(events, "swept"));
  return [
    ...spoiled.map(([kind, times]): Line => [`files spoiled: ${kind}`, times, "read all the same, or refused"]),
    ...reasons.map(([reason, times]): Line => [`copies failed: ${reason}`, times, "tried again"]),
    ["copies cut by a kill", unanswered, "tried again"],
    ["links dead", refreshed, "stored from a fresh link"],
    ...quirks.map(([quirk, times]): Line => [`tasks whose files are wrong: ${quirk}`, times, QUIRK_CURES[quirk]]),
    ["previews and cut files kept meanwhile", all.reduce((sum, { events }) => sum + swaps(events), 0), "replaced"],
    ["strays in R2", swept.reduce((sum, { deleted }) => sum + deleted, 0), "swept"],
  ];
}

const QUIRKS = ["preview", "forbidden", "gone", "equal"] as const;
const QUIRK_CURES: Readonly<Record<Quirk, string>> = {
  preview: "the file of complete replaced that of first",
  forbidden: "stored from the record's links",
  gone: "stored from what Recovery audio made",
  equal: "told as one take, once the record was asked for another",
};

/** Files that took the place of another one. */
function swaps(events: readonly TimelineItem[]): number {
  const copies = ofType(events, "copied");
  return copies.length - new Set(copies.map(({ file, trackId }) => `${file} ${trackId}`)).size;
}

function triesRows(all: readonly Told[]): readonly Line[] {
  const tries = all.flatMap(({ events }) => {
    const starts = ofType(events, "copy_started");
    return ofType(events, "copied").map(
      ({ file, trackId, attempt }) =>
        starts.filter((one) => one.file === file && one.trackId === trackId && one.attempt <= attempt).length,
    );
  });
  return countBy(tries.map(String)).map(([count, times]) => [`files stored at try ${count}`, times, ""]);
}

function ofType<T extends TimelineItem["type"]>(events: readonly TimelineItem[], type: T): readonly Of<T>[] {
  return events.filter((event): event is Of<T> => event.type === type);
}

function isUnanswered({ status }: Callback["attempts"][number]): boolean {
  return status !== 200;
}

/** The real one carries every link. */
function isHollow({ kind, body }: Callback): boolean {
  return kind === "complete" && new TextDecoder().decode(body).includes('"audio_url":""');
}

const ORDER = ["pending", "text", "first", "complete"];

function lateOnes(events: readonly TimelineItem[]): number {
  const stages = ofType(events, "observed").filter(({ kind }) => ORDER.includes(kind));
  return stages.filter(
    ({ kind, via }, index) =>
      via === "callback" && stages.slice(0, index).some((before) => ORDER.indexOf(before.kind) > ORDER.indexOf(kind)),
  ).length;
}

function nameOf({ file, trackId, attempt }: Of<"copy_started" | "copied" | "copy_failed">): string {
  return `${file} ${trackId} ${attempt}`;
}

function unansweredStarts(events: readonly TimelineItem[]): number {
  const ended = new Set([...ofType(events, "copied"), ...ofType(events, "copy_failed")].map(nameOf));
  return ofType(events, "copy_started").filter((start) => !ended.has(nameOf(start))).length;
}

/** Files that were stored from another link than the one they were first tried from. */
function refreshedFiles(events: readonly TimelineItem[]): number {
  const starts = ofType(events, "copy_started");
  return ofType(events, "copied").filter(({ file, trackId, link }) => {
    const first = starts.find((one) => one.file === file && one.trackId === trackId);
    return first !== undefined && first.link !== link;
  }).length;
}

/** In the order of the names. */
export function countBy(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}
