/** Reads every file back through the Worker and compares it with what the provider knows to have sent. */
import type { BacklineClient } from "../local/backline-client.ts";
import type { File, Task } from "../provider/ledger.ts";
import { type Followed, stateOf } from "../demo/progress.ts";

/** A sentence for each thing that is wrong; empty where all is right. */
export async function faultsOf(
  client: BacklineClient,
  followed: readonly Followed[],
  sent: ReadonlyMap<string, Task>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const task of followed) faults.push(...(await taskFaults(client, task, sent.get(task.taskId)?.tracks ?? [])));
  return faults;
}

async function taskFaults(
  client: BacklineClient,
  { taskId, title, view }: Followed,
  tracks: Task["tracks"] | readonly [],
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
        fileFault(client, kept.audio, audio, `${name}: the audio of track ${trackId}`),
        fileFault(client, kept.cover, cover, `${name}: the cover of track ${trackId}`),
      ]);
      faults.push(...results.flatMap((fault) => fault ?? []));
    }
  }
  return faults;
}

async function fileFault(
  client: BacklineClient,
  kept: NonNullable<Followed["view"]>["tracks"][number]["audio"],
  sent: File,
  name: string,
): Promise<string | null> {
  if (kept.url === null) return `${name} is ${stateOf(kept)}.`;
  const { status, bytes, sha256 } = await client.read(kept.url);
  if (status !== 200) return `${name} could not be read back: the Worker answered ${status}.`;
  if (sha256 === sent.sha256 && kept.sha256 === sent.sha256) return null;
  return `${name} is not what the provider sent: ${bytes} of ${sent.bytes} bytes, SHA-256 ${sha256} instead of ${sent.sha256}.`;
}
