/** How far a task has come: its three stages against what is usual here. Pure. */
import type { Spread, Usual } from "../../../core/view/usual.ts";
import { isMusicProduct } from "../../../core/provider/products/products.ts";
import type { TaskView } from "../../../core/view/view.ts";
import { spanWords, utcWords } from "../frame/words.ts";

const KINDS = ["text", "first", "complete"] as const;
const NAMES = { text: "Text", first: "First take", complete: "Complete" } as const;

/** What usually happens is known of music. A product without stages has the last one alone. */
export function Progress({ view, usual }: { readonly view: TaskView; readonly usual: Usual }) {
  const isMusic = isMusicProduct(view.product);
  return (
    <ol class="stages" aria-label="Stages">
      {KINDS.filter((kind) => isMusic || kind === "complete").map((kind) => (
        <li id={`stage-${kind}`} data-state={stateOf(view, kind)}>
          <strong>{NAMES[kind]}</strong>
          <span>{took(view, kind)}</span>
          <UsualTime spread={kind === "text" || !isMusic || stateOf(view, kind) !== "open" ? null : usual[kind]} />
        </li>
      ))}
    </ol>
  );
}

function UsualTime({ spread }: { readonly spread: Spread | null }) {
  return spread === null ? null : (
    <span class="hint">
      usually {spanWords(spread.medianMs)}, nearly always under {spanWords(spread.p90Ms)}
    </span>
  );
}

function stateOf({ stage, stages }: TaskView, kind: (typeof KINDS)[number]): "done" | "open" | "never" {
  const report = stages[kind];
  if (report !== null && report.unconfirmed !== true) return "done";
  const isPassed = KINDS.slice(KINDS.indexOf(kind) + 1).some((later) => stages[later] !== null);
  return isPassed || stage === "complete" || stage === "failed" ? "never" : "open";
}

function took(view: TaskView, kind: (typeof KINDS)[number]) {
  const report = view.stages[kind];
  if (report === null) return stateOf(view, kind) === "open" ? "to come" : "not reported";
  const ms = Date.parse(report.at) - Date.parse(view.createdAt);
  const by = report.unconfirmed === true ? "claimed by a signature alone" : report.via === "poll" ? "by asking" : "";
  return (
    <time datetime={report.at} title={utcWords(report.at)}>
      {ms <= 0 ? "at first sight" : `after ${spanWords(ms)}`}
      {by === "" ? "" : `, ${by}`}
    </time>
  );
}
