/** Where progress shows: bars that are rewritten in place on a terminal, one line for each change anywhere else. */
import logUpdate from "log-update";
import { type Followed, factsOf, filesOf, type Progress, progressOf, stateOf } from "./progress.ts";

export interface Screen {
  /** The tasks as they are now. */
  show(tasks: readonly Followed[]): void;
  /** A line of its own, above what is rewritten. */
  say(line: string): void;
  /** Nothing is rewritten from here on. */
  end(): void;
}

const BAR_WIDTH = 24;
const FALLBACK_ROWS = 24;

export function createScreen(stdout: NodeJS.WriteStream): Screen {
  return stdout.isTTY ? terminal(stdout) : plain();
}

function terminal(stdout: NodeJS.WriteStream): Screen {
  let frame = "";
  const draw = (): void => void (frame !== "" && logUpdate(frame));
  return {
    show(tasks) {
      frame = frameOf(tasks, (stdout.rows || FALLBACK_ROWS) - 2);
      draw();
    },
    // Not by `logUpdate.persist`: it breaks long lines, and a command has to stay in one piece.
    say(line) {
      if (frame !== "") logUpdate.clear();
      console.log(line);
      draw();
    },
    end() {
      frame = "";
      logUpdate.done();
    },
  };
}

function plain(): Screen {
  const startedAt = Date.now();
  const told = new Map<string, ReadonlySet<string>>();
  return {
    show(tasks) {
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5);
      for (const { taskId, title, view } of tasks) {
        const facts = view === null ? [] : factsOf(view);
        const known = told.get(taskId);
        for (const fact of facts) if (known?.has(fact) !== true) console.log(`${seconds} s  ${title}: ${fact}`);
        told.set(taskId, new Set(facts));
      }
    },
    say: (line) => console.log(line),
    end: () => {},
  };
}

/** Each file has a line where there is room, else each task, else those that are under way. */
function frameOf(tasks: readonly Followed[], rows: number): string {
  const heads = tasks.map((task) => [headOf(task)]);
  const details = tasks.map((task) => [headOf(task), ...detailsOf(task)]);
  if (details.flat().length < rows) return details.flat().join("\n");
  if (heads.length < rows) return heads.flat().join("\n");
  const open = tasks.filter(({ view }) => view?.settled !== true);
  const shown = open.slice(0, Math.max(rows - 2, 0)).map(headOf);
  const all = tasks.map(progressOf);
  const sum: Progress = { done: total(all.map(({ done }) => done)), total: total(all.map(({ total }) => total)) };
  const more = open.length - shown.length;
  return [
    `${bar(sum)}  ${tasks.length - open.length} of ${tasks.length} tasks settled`,
    ...shown,
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join("\n");
}

function headOf(task: Followed): string {
  const { view, title } = task;
  return `${bar(progressOf(task))}  ${title}  ${view === null ? "submitted" : view.stage}${view?.settled === true ? ", settled" : ""}`;
}

function detailsOf({ view }: Followed): readonly string[] {
  return view === null
    ? []
    : filesOf(view).map(({ name, file }) => `${" ".repeat(BAR_WIDTH)}  ${name}: ${stateOf(file)}`);
}

function bar({ done, total }: Progress): string {
  const filled = Math.round((BAR_WIDTH * done) / total);
  return "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
