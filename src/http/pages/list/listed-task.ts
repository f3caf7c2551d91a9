/** A task in the list: its row of the catalog and, once it is settled, what was published of it. Pure. */
import type { AudioVerdict } from "../../../core/audio/findings/findings.ts";
import { FAILURES } from "../../../core/provider/failure.ts";
import type { CatalogRow } from "../../../core/view/catalog-row.ts";
import { doubtWords } from "../../../core/view/doubt.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { whyNotKept } from "../task/why-not-kept.ts";

export interface ListedTask {
  readonly row: CatalogRow;
  readonly view: TaskView | null;
  /** "WAV of Night Drive (take 1)", where that is known. */
  readonly madeName: string | null;
}

/** What is wrong with it, and what helps where that can be said in a sentence; null where nothing is. */
export function troubleOf({ row, view }: ListedTask): string | null {
  switch (row.problem) {
    case null:
      return null;
    case "failed":
      return (
        view?.failure?.advice ??
        (Object.entries(FAILURES).find(([reason]) => reason === row.failureReason)?.[1] ?? FAILURES.unknown).advice
      );
    case "lost":
      return `${row.settled && row.tracks > 1 && row.keptTracks === 0 ? "No file could be kept" : "A file was lost"}: ${row.reason === null ? "see its page" : whyNotKept(row.reason).what}.`;
    case "faulty":
      return faultOf(view) ?? "A take is faulty.";
    case "in_doubt":
      return `A kept file is in doubt: ${row.reason === null ? "see its page" : doubtWords(row.reason)}. If a better one comes, it takes its place.`;
    case "stalled":
      return "Silent for longer than is usual.";
  }
}

/** Whether every file is kept, and nothing is wrong with any: nothing less is shown as good. */
export function isWhole({ row }: ListedTask): boolean {
  return row.problem === null && row.keptTracks === row.tracks;
}

/** The first finding that fails a take, and which that is where there are several. */
function faultOf(view: TaskView | null): string | null {
  const tracks = view?.tracks ?? [];
  const faults = tracks.flatMap(({ assessment }, index) => {
    const fault = assessment?.findings.find(({ level }) => level === "fail");
    return fault === undefined ? [] : [tracks.length > 1 ? `Take ${index + 1}: ${fault.message}` : fault.message];
  });
  return faults[0] ?? null;
}

/** Of what was delivered, as far as the catalog knows: it may be ahead of what is published. */
export function outcomeShown({ settled, stage, keptTracks, tracks }: CatalogRow): "partial" | "lost" | null {
  if (!settled || stage !== "complete" || keptTracks === tracks) return null;
  return keptTracks === 0 ? "lost" : "partial";
}

/** More is about to be known of it than the list shows. */
export function isUnderWay({ row, view }: ListedTask): boolean {
  if (!row.settled) return true;
  return view === null || view.tracks.some(({ assessment }) => assessment?.state === "pending");
}

/** How the takes sound, each by its number; said once where there is one, or all sound right. */
export function verdictsShown(
  tracks: TaskView["tracks"],
): readonly { readonly verdict: AudioVerdict; readonly take: number | null }[] {
  const verdicts = tracks.map(({ assessment }) => assessment?.verdict ?? null);
  const isOne = verdicts.length === 1 || verdicts.every((verdict) => verdict === "pass");
  return verdicts
    .slice(0, isOne ? 1 : undefined)
    .flatMap((verdict, index) => (verdict === null ? [] : [{ verdict, take: isOne ? null : index + 1 }]));
}
