/** A task in the list: its row of the catalog and, once it is settled, what was published of it. Pure. */
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import type { TaskView } from "../../core/view/view.ts";

export interface ListedTask {
  readonly row: CatalogRow;
  readonly view: TaskView | null;
}

/** What is wrong with it, in a few words; null where nothing is. */
export function troubleOf({ row, view }: ListedTask): string | null {
  if (row.stage === "failed") return row.failureReason ?? "failed";
  if (row.stalled) return "silent for longer than is usual";
  const tracks = view?.tracks ?? [];
  if (tracks.some(({ audio }) => audio.state === "lost")) return "a track was lost";
  return tracks.some(({ assessment }) => assessment?.verdict === "fail") ? "a track is faulty" : null;
}

/** More is about to be known of it than the list shows. */
export function isUnderWay({ row, view }: ListedTask): boolean {
  if (!row.settled) return true;
  return view === null || view.tracks.some(({ assessment }) => assessment?.state === "pending");
}
