/** Reads every file back through the Worker and compares it with what the provider knows to have sent. */
import type { TaskView } from "../../../src/core/view/view.ts";
import type { BacklineClient } from "../local/backline-client.ts";
import { titleOf, type Called, type File, type Made, type Task } from "../provider/ledger.ts";
import { type Followed, stateOf } from "../../drive/demo/progress.ts";

export interface FaultOptions {
  /** False: the hash that the view shows is believed, and no file is read. */
  readonly readBack: boolean;
}

/** A sentence for each thing that is wrong; empty where all is right. */
export async function faultsOf(
  client: BacklineClient,
  followed: readonly Followed[],
  sent: ReadonlyMap<string, Task>,
  options: FaultOptions = { readBack: true },
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const task of followed) {
    const tracks = sent.get(task.taskId)?.tracks ?? [];
    faults.push(...(await taskFaults(client, task, tracks, options)));
  }
  return faults;
}

async function taskFaults(
  client: BacklineClient,
  { taskId, title, view }: Followed,
  tracks: Task["tracks"] | readonly [],
  options: FaultOptions,
): Promise<readonly string[]> {
  const name = `${title} (${taskId})`;
  if (view === null) return [`${name}: no callback arrived.`];
  const faults: string[] = [];
  if (!view.settled || view.stage !== "complete")
    faults.push(`${name} ended at stage ${view.stage}${view.settled ? "" : ", not settled"}.`);
  for (const { trackId, audio, cover } of tracks) {
    const kept = view.tracks.find((track) => track.trackId === trackId);
    if (kept === undefined) faults.push(`${name}: track ${trackId} is missing.`);
    else {
      const results = await Promise.all([
        fileFault(client, kept.audio, audio, `${name}: the audio of track ${trackId}`, options),
        fileFault(client, kept.cover, cover, `${name}: the cover of track ${trackId}`, options),
      ]);
      faults.push(...results.flatMap((fault) => fault ?? []));
    }
  }
  return faults;
}

/** The same of another product than music. Of notes it is enough that there is a file of them. */
export async function madeFaults(
  client: BacklineClient,
  sent: Made,
  view: TaskView | null,
): Promise<readonly string[]> {
  const name = `${titleOf(sent)} (${sent.taskId})`;
  if (view === null) return [`${name}: no callback arrived.`];
  if (!view.settled || view.stage !== "complete")
    return [`${name} ended at stage ${view.stage}${view.settled ? "" : ", not settled"}.`];
  if (sent.notes.length > 0 && !view.files.some(({ state }) => state === "stored")) return [`${name} has no file.`];
  const results = sent.files.map(async (file) => {
    const kept = view.files.find((one) => one.name === file.name);
    const which = `${name}: the file ${file.name}`;
    return kept === undefined ? `${which} is missing.` : fileFault(client, kept, file, which);
  });
  return (await Promise.all(results)).flatMap((fault) => fault ?? []);
}

/** What is wrong with those files of a task that the Worker was told of, or came for, whatever became of the task. */
export async function toldFileFaults(client: BacklineClient, task: Task, view: TaskView): Promise<readonly string[]> {
  const results = task.tracks.flatMap(({ trackId, ...files }) => {
    const kept = view.tracks.find((track) => track.trackId === trackId);
    return (["audio", "cover"] as const)
      .filter((file) => isTold(task, files[file]))
      .map(async (file) => {
        const name = `${task.request.title} (${task.taskId}): the ${file} of track ${trackId}`;
        return kept === undefined ? `${name} is missing.` : fileFault(client, kept[file], files[file], name);
      });
  });
  return (await Promise.all(results)).flatMap((fault) => fault ?? []);
}

/** Whether a callback with all of these in its body was acknowledged. */
export function acknowledged({ callbacks }: Called, ...texts: readonly string[]): boolean {
  return callbacks.some(({ outcome, body }) => {
    const text = new TextDecoder().decode(body);
    return outcome === "acknowledged" && texts.every((part) => text.includes(part));
  });
}

function isTold(task: Task, { path }: File): boolean {
  return acknowledged(task, path) || task.fetches.some((fetched) => fetched.path === path);
}

async function fileFault(
  client: BacklineClient,
  kept: TaskView["tracks"][number]["audio"],
  sent: File,
  name: string,
  { readBack }: FaultOptions = { readBack: true },
): Promise<string | null> {
  if (kept.url === null) return `${name} is ${stateOf(kept)}.`;
  const believed = { status: 200, bytes: kept.bytes, sha256: kept.sha256 };
  const { status, bytes, sha256 } = readBack ? await client.read(kept.url) : believed;
  if (status !== 200) return `${name} could not be read back: the Worker answered ${status}.`;
  if (sha256 === sent.sha256 && kept.sha256 === sent.sha256) return null;
  return `${name} is not what the provider sent: ${bytes} of ${sent.bytes} bytes, SHA-256 ${sha256} instead of ${sent.sha256}.`;
}
