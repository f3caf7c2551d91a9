/**
 * The laws of the right file: which file is kept of each track, and what was done before one was given up.
 *
 * Ranks and contents are taken from the script and the log alone: what the code under test makes of them is not asked.
 */
import { linkHash, sha256Hex } from "../../../../src/core/ids.ts";
import { MAX_POLLS } from "../../../../src/core/next/pace.ts";
import { fileStatus, mainKindOf } from "../../../../src/core/task/copies.ts";
import type { Copied, Observed, TaskEvent } from "../../../../src/core/task/event.ts";
import type { Task } from "../../../../src/core/task/task.ts";
import { deliveredBy } from "../../../../src/core/task/files.ts";
import { contentOf } from "./content.ts";
import type { Evidence } from "./laws.ts";
import { audioLinksOf, recordLink, type ScriptedLink, type ScriptedTrack } from "../script.ts";

/** Sixty, and one more for each file that is about to be given up. */
export const MOST_QUESTIONS = MAX_POLLS + 16;

/** Of a link, while things go wrong. */
const MOST_TRIES = 10;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Five minutes by the pace, and what a copy that hangs, a late alarm and a slow service may take. */
const TROUBLE_MS = 30 * MINUTE_MS;

/** All that happened to one track's audio. Times are epoch milliseconds. */
interface Case {
  readonly evidence: Evidence;
  readonly track: ScriptedTrack;
  readonly links: readonly ScriptedLink[];
  /** Of the links that a message named. */
  readonly known: readonly ScriptedLink[];
  readonly observations: readonly Observed[];
  readonly events: readonly TaskEvent[];
  readonly kept: Copied | null;
  readonly lostAt: number | null;
}

export function judgeAudio(evidence: Evidence, task: Task, log: readonly TaskEvent[]): void {
  const { script, deployment, wishes } = evidence;
  for (const track of script.tracks) {
    const links = audioLinksOf(track);
    const urls = new Set(links.map(({ url }) => url));
    const own = deliveredBy(task).find(
      ({ trackId, audioLinks }) => trackId === track.id || audioLinks.some(({ url }) => urls.has(url)),
    );
    if (own === undefined) continue;
    const hashes = new Set(links.map(({ url }) => linkHash(url)));
    const isOwn = (event: TaskEvent): boolean =>
      "file" in event &&
      event.file !== "cover" &&
      (event.type === "lost" ? event.trackId === own.trackId : hashes.has(event.link));
    const { state, stored } = fileStatus(task, own, mainKindOf(own));
    const events = log.filter(isOwn);
    const lost = events.findLast(({ type }) => type === "lost");
    const one: Case = {
      evidence,
      track,
      links,
      known: links.filter(({ url }) => own.audioLinks.some((link) => link.url === url)),
      observations: task.observations,
      events,
      kept: stored,
      lostAt: state === "lost" ? (lost?.at ?? null) : null,
    };
    judgeBetter(one);
    judgeBest(one);
    judgeFinal(one);
    judgeOnce(one);
    judgePlayable(one);
    if (!deployment.pace.canAsk || wishes.retries > 0 || evidence.internet.asked.length >= MOST_QUESTIONS) continue;
    judgeAsked(one);
    judgeOffered(one, task);
    judgeInTime(one);
  }
}

/** A cut or short file gives way to a whole one that can be had. */
function judgeBetter({ evidence: { world }, known, kept, links }: Case): void {
  const isWhole = kept !== null && wholeHashes(links).has(kept.sha256);
  if (kept !== null && !isWhole && known.some(isGood))
    world.violate("better: a whole file can be had, and a cut or short one is kept");
}

/** A whole file is of the best link that worked: none that ranks above it was known and left out. */
function judgeBest({ evidence: { world, internet }, known, kept, links, observations }: Case): void {
  if (kept === null || !wholeHashes(links).has(kept.sha256)) return;
  const link = links.find(({ url }) => linkHash(url) === kept.link);
  const startedAt = internet.fetched.get(link?.url ?? "")?.findLast((at) => at <= kept.at);
  if (link === undefined || startedAt === undefined) return;
  const own = rankOf(link, observations, Infinity);
  for (const other of known) {
    const rank = rankOf(other, observations, startedAt - SECOND_MS);
    const tried = internet.fetched.get(other.url)?.some((at) => at <= startedAt) ?? false;
    if (other !== link && rank !== null && own !== null && isAbove(rank, own) && !tried)
      world.violate("best: a link that ranks above that of the kept file was not tried first");
  }
}

/** A link of a later stage that the log says was tried, and works, is never left for what an earlier message named. */
function judgeFinal({ evidence: { world }, events, known, kept, links, observations }: Case): void {
  const link = links.find(({ url }) => linkHash(url) === kept?.link);
  if (link === undefined) return;
  const tried = new Set(events.flatMap((event) => (event.type === "copy_started" ? event.link : [])));
  const later = known.filter((other) => isOfLaterStage(other, link, observations));
  if (later.some((other) => isGood(other) && tried.has(linkHash(other.url))))
    world.violate("final: a link of a later stage works, and the file of an earlier one is kept");
}

/** What is kept and whole is not fetched again, but by a link of a later stage. */
function judgeOnce({ evidence: { world, internet, deployment, wishes }, kept, links, observations }: Case): void {
  if (kept === null || !wholeHashes(links).has(kept.sha256)) return;
  if (deployment.bucket.lost.size > 0 || wishes.retries > 0) return;
  // Of two takes that are one, each other link may be tried: one that lives until it gives its file, any other as long
  // as a file that is missing.
  const isDoubtful = links.some(({ sameAs }) => sameAs !== null);
  const link = links.find(({ url }) => linkHash(url) === kept.link);
  const count = links
    .filter((other) => link === undefined || !isOfLaterStage(other, link, observations))
    .filter(({ turnsAt }) => !isDoubtful || turnsAt === Infinity)
    .flatMap(({ url }) => internet.fetched.get(url) ?? [])
    .filter((at) => at > kept.at + 5 * SECOND_MS).length;
  if (isDoubtful ? count > MOST_TRIES * links.length : count > 0)
    world.violate(`once: a kept file was fetched again, ${count} times`);
}

/** Nobody loses what could once be played, and of several cut files the longest is kept. */
function judgePlayable({ evidence: { world, submittedAt, deployment }, events, known, kept, lostAt }: Case): void {
  const cuts = events.flatMap((event) => (event.type === "copy_failed" ? (event.cut ?? []) : []));
  const r2Lost = deployment.bucket.lost.size > 0;
  if (kept === null && cuts.length > 0 && !r2Lost) world.violate("playable: a cut file was had, and nothing is kept");
  const parts = known.filter(({ into, turnsAt }) => into === "part" && submittedAt + turnsAt <= world.now);
  if (lostAt !== null && parts.length > 0) world.violate("playable: a cut file could be had, and nothing is kept");
  const seconds = kept?.container?.durationSeconds ?? 0;
  const isOutlasted = cuts.some(({ container }) => (container.durationSeconds ?? 0) > seconds);
  if (kept?.lastResort !== undefined && !r2Lost && isOutlasted) world.violate("playable: a longer cut file was had");
}

/** Nothing is given up before the provider was asked after the last miss. */
function judgeAsked({ evidence: { world, internet }, links, events }: Case): void {
  for (const { at } of events.filter(({ type }) => type === "lost")) {
    const misses = links.flatMap(({ url }) => internet.fetched.get(url) ?? []).filter((miss) => miss <= at);
    const lastMiss = Math.max(0, ...misses);
    if (!internet.answers.some(({ askedAt }) => askedAt >= lastMiss && askedAt <= at))
      world.violate("asked: audio was given up, and nobody had asked for another link");
  }
}

/** What the record offers is stored, unless it had been given up before, after the record had nothing. */
function judgeOffered({ evidence: { world, script, internet }, track, kept, lostAt }: Case, task: Task): void {
  const offered = recordLink(track, "complete", Infinity);
  if (script.end !== "complete" || task.abandonedAt !== null || !isGood(offered) || kept !== null) return;
  const named = internet.answers.filter(({ urls }) => urls?.has(offered.url));
  if (lostAt === null || named.some(({ askedAt }) => askedAt <= lostAt))
    world.violate("offered: the record names a working link, and its audio is not stored");
}

/** Where nothing crashes and no alarm is lost, the provider is asked soon, whatever the trouble is. */
function judgeInTime({ evidence: { world, internet, deployment }, links, events }: Case): void {
  const { host, bucket } = deployment;
  if (host.crashes + host.lostAlarms + bucket.lost.size > 0) return;
  const hadAt = events.find(({ type }) => type === "copied" || type === "lost")?.at ?? Infinity;
  const [first = Infinity] = links.flatMap(({ url }) => internet.fetched.get(url) ?? []).toSorted((a, b) => a - b);
  const isLong = Math.min(hadAt, world.now) - first > TROUBLE_MS;
  if (isLong && !internet.asked.some((at) => at >= first && at <= first + TROUBLE_MS))
    world.violate("in time: audio was missed for half an hour, and the provider was not asked");
}

/** It lives, and holds all of the track. */
function isGood({ turnsAt, holds }: ScriptedLink): boolean {
  return turnsAt === Infinity && holds === "whole";
}

function wholeHashes(links: readonly ScriptedLink[]): ReadonlySet<string> {
  return new Set(links.flatMap((link) => (link.holds === "whole" ? [sha256Hex(contentOf(link))] : [])));
}

interface Rank {
  readonly message: number;
  /** When it was first seen. */
  readonly at: number;
}

const MESSAGES: Readonly<Record<string, number>> = { text: 1, failed: 1, first: 2, complete: 3, recovered: 4 };

/** By the messages that had named it by then; null where none had. */
function rankOf({ url }: ScriptedLink, observations: readonly Observed[], until: number): Rank | null {
  const naming = observations.filter(
    ({ at, observation: { tracks, files = [] } }) =>
      at <= until && (tracks.some(({ audioLink }) => audioLink === url) || files.some(({ link }) => link === url)),
  );
  if (naming.length === 0) return null;
  const ranks = naming.map(({ observation, via }) => 2 * (MESSAGES[observation.kind] ?? 0) + Number(via === "poll"));
  return { message: Math.max(...ranks), at: Math.min(...naming.map(({ at }) => at)) };
}

function isOfLaterStage(a: ScriptedLink, b: ScriptedLink, observations: readonly Observed[]): boolean {
  const [ofA, ofB] = [a, b].map((link) => rankOf(link, observations, Infinity)?.message ?? null);
  return ofA != null && ofB != null && ofA >> 1 > ofB >> 1;
}

function isAbove(a: Rank, b: Rank): boolean {
  return a.message > b.message || (a.message === b.message && a.at > b.at);
}
