/** A task in the list: its row of the catalog and, once it is settled, what was published of it. Pure. */
import type { CatalogRow } from "../../../core/view/catalog-row.ts";
import type { Trouble } from "../../../core/view/trouble.ts";
import type { TaskView } from "../../../core/view/view.ts";

export interface ListedTask {
  readonly row: CatalogRow;
  readonly view: TaskView | null;
}

const TROUBLE_WORDS: Readonly<Record<Trouble, string>> = {
  failed: "failed",
  lost: "a file was lost",
  faulty: "a track is faulty",
  in_doubt: "a kept file is in doubt",
  stalled: "silent for longer than is usual",
};

/** What is wrong with it, in a few words; null where nothing is. */
export function troubleOf({ row }: ListedTask): string | null {
  if (row.stage === "failed") return row.failureReason ?? "failed";
  return row.problem === null ? null : TROUBLE_WORDS[row.problem];
}

/** More is about to be known of it than the list shows. */
export function isUnderWay({ row, view }: ListedTask): boolean {
  if (!row.settled) return true;
  return view === null || view.tracks.some(({ assessment }) => assessment?.state === "pending");
}
