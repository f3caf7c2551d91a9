/** Whether a task's log holds what the provider was acknowledged. Pure. */
import type { TimelineItem } from "../local/backline-client.ts";
import type { Called } from "../provider/ledger.ts";

/** One result for each body that was acknowledged: what is wrong, or null. A body may have been delivered many times. */
export function acknowledgedResults({ taskId, callbacks }: Called, events: readonly TimelineItem[]): (string | null)[] {
  const kept = new Map(
    events.flatMap((event) => (event.type === "observed" && event.via === "callback" ? [[event.sha256, event]] : [])),
  );
  return [...Map.groupBy(callbacks, ({ sha256 }) => sha256)].flatMap(([sha256, same]) => {
    const acknowledged = same.flatMap(({ attempts }) => attempts).filter(({ status }) => status === 200).length;
    if (acknowledged === 0) return [];
    const times = kept.get(sha256)?.times ?? 0;
    const name = `${taskId}: the callback ${same[0]?.kind} was acknowledged`;
    if (times === 0) return [`${name} and is not in the log.`];
    return [times < acknowledged ? `${name} ${acknowledged} times, and the log counts ${times}.` : null];
  });
}
