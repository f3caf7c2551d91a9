/** What the demo says at its end: where the files are, and how to read them. Pure. */
import { join, relative } from "node:path";
import type { TaskView } from "../../../src/core/view/view.ts";
import type { TaskListItem } from "../../rig/local/backline-client.ts";
import { bytesOf, filesOf, type Followed } from "./progress.ts";
import { SECRETS_FILE } from "./secrets.ts";

const SHOWN = 5;

export function earlierTasks(tasks: readonly TaskListItem[]): readonly string[] {
  if (tasks.length === 0) return [];
  const more = tasks.length - SHOWN;
  return [
    `Still here from earlier runs: ${counted(tasks.length, "task")}.`,
    "The provider of those runs ended with them: what was under way stays so, and nothing more is made of these.",
    ...tasks
      .slice(0, SHOWN)
      .map(({ taskId, title, stage, createdAt }) => `  ${createdAt}  ${title ?? "untitled"}  ${stage}  ${taskId}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

export function keptFiles(tasks: readonly Followed[], origin: string, dataDir: string): readonly string[] {
  const kept = tasks.flatMap(({ view }) =>
    (view === null ? [] : filesOf(view)).filter(({ file }) => file.url !== null),
  );
  return [
    "",
    `Kept: ${counted(kept.length, "file")} of ${counted(tasks.length, "task")}, on disk in ${folder(dataDir)}.`,
    ...tasks.slice(0, SHOWN).flatMap((task) => taskFiles(task, origin)),
    ...(tasks.length > SHOWN ? [`… and ${tasks.length - SHOWN} more tasks: GET ${origin}/tasks lists them.`] : []),
  ];
}

/** Lines that work as they are printed, while the demo is open. */
export function howToRead(
  tasks: readonly Followed[],
  origin: string,
  apiToken: string,
  dataDir: string,
): readonly string[] {
  const curl = `curl -H 'Authorization: Bearer ${apiToken}'`;
  const [first] = tasks;
  const audio = first?.view?.tracks[0]?.audio.url ?? null;
  return [
    "",
    "What became of the task:",
    `  ${curl} ${origin}/tasks/${first?.taskId}`,
    ...(audio === null ? [] : ["Save its first track:", `  ${curl} -o track-1.mp3 ${origin}${audio}`]),
    "",
    `The API token, and the callback token for callbacks of your own, are in ${folder(join(dataDir, SECRETS_FILE))}.`,
    "The Worker stays open. Ctrl-C ends it; what it kept stays.",
  ];
}

/** The last words of the demo. `loginUrl` logs in by itself, once. */
export function howToOpen(loginUrl: string, url: string, apiToken: string): readonly string[] {
  return [
    "",
    "In a browser, logged in (the link works once):",
    `  ${loginUrl}`,
    `Open ${url} and log in with ${apiToken}`,
  ];
}

function taskFiles({ taskId, title, view }: Followed, origin: string): readonly string[] {
  return [
    `${title}, task ${taskId}`,
    ...(view?.tracks ?? []).flatMap(({ assessment }, index) => heard(`track ${index + 1}`, assessment)),
    ...(view === null ? [] : filesOf(view)).flatMap(({ name, file }) =>
      file.url === null || file.bytes === null
        ? []
        : [`  ${name}  ${bytesOf(file.bytes)}  sha256 ${file.sha256}`, `    ${origin}${file.url}`],
    ),
  ];
}

/** The verdict on a track, what it was measured to be, and what is wrong with it. */
function heard(name: string, assessment: TaskView["tracks"][number]["assessment"]): readonly string[] {
  if (assessment === null) return [];
  const { state, verdict, reason, audio, findings } = assessment;
  const measures = [
    measured(audio?.durationSeconds, "s"),
    measured(audio?.integratedLufs, "LUFS"),
    measured(audio?.truePeakDbtp, "dBTP"),
    measured(audio?.tempoBpm, "bpm"),
    audio?.key ?? null,
    measured(audio?.bandwidthHz, "Hz of bandwidth"),
  ];
  const sum = [`  ${name} sounds`, verdict ?? state, ...(reason === null ? [] : [reason])].join(" ");
  return [
    `${sum}: ${measures.flatMap((measure) => measure ?? []).join(", ")}`,
    ...findings.map(({ level, code, message }) => `    ${level}: ${code}. ${message}`),
  ];
}

function measured(value: number | null | undefined, unit: string): string | null {
  return value === null || value === undefined ? null : `${Math.round(value * 10) / 10} ${unit}`;
}

function folder(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
