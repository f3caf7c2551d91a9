/**
 * What must hold of a life that has come to rest, whatever happened in it.
 *
 * Each broken law is one violation, named by its first word.
 */
import { sha256Hex, taskPrefix } from "../../../../src/core/ids.ts";
import { keptFilesOf } from "../../../../src/core/view/kept-file.ts";
import { nextNotice } from "../../../../src/core/next/notices.ts";
import { MAX_COPY_ATTEMPTS } from "../../../../src/core/next/pace.ts";
import type { Copied } from "../../../../src/core/task/event.ts";
import { isSettled } from "../../../../src/core/task/stage.ts";
import type { Task } from "../../../../src/core/task/task.ts";
import { deliveredBy } from "../../../../src/core/task/files.ts";
import { troubleOf } from "../../../../src/core/view/trouble.ts";
import { viewOf } from "../../../../src/core/view/view.ts";
import { headlineOf } from "../../../../src/http/pages/task/headline.ts";
import { judgeAudio, MOST_QUESTIONS } from "./audio-laws.ts";
import { contentOf, misfitOf } from "./content.ts";
import { probe, type Deployment } from "../model/deployment.ts";
import type { Acknowledged } from "../messenger.ts";
import type { Internet } from "../model/network.ts";
import type { Wishes } from "../people.ts";
import { audioLinksOf, linksOf, type Script, type ScriptedLink } from "../script.ts";
import type { World } from "../world.ts";

export interface Evidence {
  readonly world: World;
  readonly script: Script;
  readonly internet: Internet;
  readonly deployment: Deployment;
  readonly acknowledged: Acknowledged;
  readonly wishes: Wishes;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
}

const MAX_ROWS_BESIDE_COPIES = 320;
const FILES = "https://cdn.example.com/";
const SHORTEST_COPY_GAP_MS = 1_200;
const SHORTEST_POLL_GAP_MS = 4_999;

export async function judge(evidence: Evidence): Promise<void> {
  const { world, deployment, wishes } = evidence;
  const state = probe(world, deployment);
  const { task, tombstone } = state;
  if (task !== null) {
    judgeLog(evidence, task);
    if (!state.rebuild()) world.violate("truth: the log folded anew gives another task");
    judgeFiles(evidence, task);
    judgeFetchable(evidence, task);
    judgeAudio(evidence, task, state.log.load());
    judgePublished(evidence, task);
    judgeTold(evidence, task);
    judgeRest(evidence, task);
  } else if (wishes.deletedAt !== null || deployment.host.wakes.length > 0) {
    if (tombstone !== null) world.violate("deleted: the tombstone stays for ever");
    judgeGone(evidence);
  } else judgeUnknown(evidence);
  judgePace(evidence);
}

function judgeLog({ world, deployment, acknowledged }: Evidence, task: Task): void {
  const known = new Map(task.observations.map(({ sha256, via, times }) => [`${via} ${sha256}`, times]));
  const overflow = task.overflow?.count ?? 0;
  for (const [sha256, times] of acknowledged.byObject) {
    const logged = known.get(`callback ${sha256}`) ?? 0;
    if (logged + overflow < times)
      world.violate(
        `acknowledged: ${sha256.slice(0, 8)} was acknowledged ${times} times, and is in the log ${logged} times`,
      );
  }
  for (const sha256 of acknowledged.byInbox) {
    const kept = known.has(`callback ${sha256}`) || deployment.bucket.keys(`inbox/due/${sha256}`).length > 0;
    if (!kept && overflow === 0)
      world.violate(`acknowledged: ${sha256.slice(0, 8)} was in the inbox, and is nowhere now`);
  }
  const { length } = deployment.host.storage.rows("SELECT seq FROM log");
  const bound = MAX_ROWS_BESIDE_COPIES + task.attempts * 3;
  if (length > bound) world.violate(`bounds: ${length} rows are in the log`);
}

function judgeFiles({ world, script, deployment }: Evidence, task: Task): void {
  const links = new Map(linksOf(script).map((link) => [link.url, link]));
  const byHash = new Map(
    deliveredBy(task).flatMap(({ audioLinks, coverLinks }) =>
      [...audioLinks, ...coverLinks].map(({ hash, url }) => [hash, links.get(url)] as const),
    ),
  );
  for (const { key, link: hash, sha256, bytes, lastResort } of task.stored.values()) {
    const object = deployment.bucket.objects.get(key);
    if (object === undefined) {
      world.violate(`stored: ${key} is in the log, and not in R2`);
      continue;
    }
    const link = byHash.get(hash);
    const isMisfit = lastResort?.startsWith("not_") === true;
    const content = link === undefined ? new Uint8Array(0) : isMisfit ? misfitOf(link) : contentOf(link);
    const expected = lastResort === undefined ? content : content.slice(0, bytes);
    const right = sha256Hex(expected) === sha256 && sha256Hex(object.bytes) === sha256;
    if (!right) world.violate(`stored: ${key} is not what its link holds`);
  }
  const named = new Set([...task.stored.values(), ...task.cuts.values()].map(({ key }) => key));
  for (const key of deployment.bucket.keys(taskPrefix(task.taskId)))
    if (!named.has(key) && !key.includes("/waveform-")) world.violate("one key: R2 holds a file that no event names");
  const kept = keptFilesOf(task);
  if (kept.length < new Set([...task.stored.values()].map(({ key }) => key)).size)
    world.violate("one key: a file is kept twice");
}

/** What the provider still gives is stored, of every link that we know. */
function judgeFetchable({ world, script }: Evidence, task: Task): void {
  const stored = new Map(
    [...task.stored.values()].map((copied: Copied) => [
      `${copied.file === "file" ? "audio" : copied.file} ${copied.sha256}`,
      copied,
    ]),
  );
  const has = (link: ScriptedLink): boolean => stored.has(`${link.file} ${sha256Hex(contentOf(link))}`);
  const known = new Set(
    deliveredBy(task).flatMap(({ audioLinks, coverLinks }) => [...audioLinks, ...coverLinks].map(({ url }) => url)),
  );
  for (const track of script.tracks) {
    const { cover } = track;
    const files = audioLinksOf(track);
    const living = files.filter((link) => link.turnsAt === Infinity && known.has(link.url));
    if (living.length > 0 && !files.some(has)) world.violate("fetchable: audio could be had, and is not stored");
    if (cover?.turnsAt === Infinity && known.has(cover.url) && !has(cover))
      world.violate("fetchable: a cover could be had, and is not stored");
  }
}

function judgePublished({ world, deployment }: Evidence, task: Task): void {
  if (task.settledAt === null) return;
  const entry = JSON.stringify({ view: viewOf(task), files: keptFilesOf(task) });
  if (deployment.kv.entries.get(`task:${task.taskId}`) !== entry)
    world.violate("published: KV does not show the task as it is");
  const [row] = deployment.catalog.rows("SELECT version, settled FROM tasks");
  if (JSON.stringify(row) !== JSON.stringify({ version: task.version, settled: 1 }))
    world.violate("published: the catalog does not show the task as it is");
  const trouble = troubleOf(task);
  if (trouble !== null && headlineOf(viewOf(task), false).standing === "good")
    world.violate(`published: the list calls it ${trouble}, and its page calls it good`);
}

/** Every notice was taken, or given up after a day, whichever alarm was lost. */
function judgeTold({ world, deployment }: Evidence, task: Task): void {
  const next = nextNotice(task, deployment.pace);
  if (next !== null) world.violate(`told: a ${next.notice.kind} is still to be sent`);
}

function judgeRest({ world, deployment, wishes }: Evidence, task: Task): void {
  if (!isSettled(task) || task.settledAt === null) world.violate("rest: the task is open for ever");
  if (deployment.host.storage.durable.alarm !== null) world.violate("rest: an alarm is left");
  if (deployment.config.retentionDays !== null) world.violate("rest: its retention is over, and it is still there");
  if (wishes.deletedAt !== null) world.violate("deleted: a deleted task came back");
}

function judgeGone({ world, deployment }: Evidence): void {
  const { host, bucket, kv, catalog, taskId } = deployment;
  if (!host.storage.empty) world.violate("deleted: something is left in the object");
  if (host.storage.durable.alarm !== null) world.violate("deleted: an alarm is left");
  if (bucket.keys(taskPrefix(taskId)).length > 0) world.violate("deleted: files are left in R2");
  if (!(kv.entries.get(`task:${taskId}`) ?? "").startsWith('{"deleted":true'))
    world.violate("deleted: KV does not say so");
  if (catalog.rows("SELECT 1 FROM tasks").length > 0) world.violate("deleted: the catalog still lists it");
}

/** Nobody told us of the task, so nothing is there. */
function judgeUnknown({ world, deployment, acknowledged, wishes }: Evidence): void {
  if (acknowledged.byObject.size > 0 || wishes.adopted) world.violate("acknowledged: the task is not there");
  if (!deployment.host.storage.empty) world.violate("unknown: something is stored for a task that nobody named");
}

/** A crash may repeat a question at once; everything else keeps its distance. */
function judgePace({ world, internet, deployment, wishes }: Evidence): void {
  const { crashes } = deployment.host;
  const { asked, fetched } = internet;
  const most = MOST_QUESTIONS * (1 + wishes.retries) + crashes;
  const hurried = gapsUnder(asked, SHORTEST_POLL_GAP_MS);
  if (asked.length > most || hurried > crashes + wishes.retries)
    world.violate(`pace: the provider was asked ${asked.length} times, ${hurried} times in a hurry`);
  for (const [url, times] of fetched) {
    if (!url.startsWith(FILES)) continue;
    const hurriedCopies = gapsUnder(times, SHORTEST_COPY_GAP_MS);
    const anew = wishes.retries + deployment.bucket.lost.size;
    if (times.length > MAX_COPY_ATTEMPTS * (1 + anew) + crashes || hurriedCopies > crashes + anew)
      world.violate(`pace: a file was asked for ${times.length} times, ${hurriedCopies} times in a hurry`);
  }
}

function gapsUnder(times: readonly number[], gapMs: number): number {
  return times.filter((at, index) => index > 0 && at - (times[index - 1] ?? 0) < gapMs).length;
}
