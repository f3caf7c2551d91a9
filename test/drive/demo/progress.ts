/** How far a task is, in words and numbers: what the terminal shows of a view. Pure. */
import type { TaskView } from "../../../src/core/view/view.ts";

/** One submitted task. `view` is null until its first callback came. */
export interface Followed {
  readonly taskId: string;
  readonly title: string;
  readonly view: TaskView | null;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** One file of a task, by the name that the terminal gives it. */
export interface NamedFile {
  readonly name: string;
  readonly file: TaskView["tracks"][number]["audio"];
}

const STAGES = ["text", "first", "complete"] as const;
const TRACKS = 2;

/** Three stages and each file count one. */
export function progressOf({ view }: Followed): Progress {
  const files = view === null ? [] : filesOf(view);
  const stages = STAGES.filter((stage) => view?.stages[stage] != null);
  const reached = view?.stage === "complete" ? STAGES.length : stages.length;
  const kept = files.filter(({ file }) => file.state === "stored").length;
  return { done: reached + kept, total: STAGES.length + Math.max(files.length, TRACKS * 2) };
}

export function filesOf(view: TaskView): readonly NamedFile[] {
  const tracks = view.tracks.flatMap(({ audio, cover }, index) => [
    { name: `track ${index + 1} audio`, file: audio },
    { name: `track ${index + 1} cover`, file: cover },
  ]);
  return [...tracks, ...view.files.map((file) => ({ name: `file ${file.name}`, file }))];
}

/** Everything worth a line about a task so far. Lines are only ever added while it gets on. */
export function factsOf(view: TaskView): readonly string[] {
  return [
    ...STAGES.flatMap((stage) => (view.stages[stage] === null ? [] : [`stage ${stage}`])),
    ...filesOf(view).flatMap(({ name, file }) => (file.state === "waiting" ? [] : [`${name} ${stateOf(file)}`])),
    ...(view.failure === null ? [] : [`failed: ${view.failure.reason}`]),
    ...(view.settled ? ["settled"] : []),
  ];
}

export function stateOf({ state, bytes, reason }: NamedFile["file"]): string {
  if (bytes !== null) return `${state}, ${bytesOf(bytes)}`;
  return reason === null ? state : `${state} (${reason})`;
}

export function bytesOf(bytes: number): string {
  return `${bytes.toLocaleString("en")} bytes`;
}
