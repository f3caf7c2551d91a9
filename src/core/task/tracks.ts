/**
 * Which tracks a task has: a selector over all its observations, so that their order cannot show.
 *
 * Observations of one track are joined by the provider's id; the oldest shape has none, and is joined by a shared
 * link, else (where no observation carries an id) by its place in the list. Of conflicting values the one of the
 * highest-ranked observation counts; an empty value never erases. Links only add up. Pure.
 */
import type { Observed } from "./event.ts";
import { linkHash, publicTrackId, sha256Hex } from "../ids.ts";
import { MAX_TRACKS, type ObservationKind, type ObservedTrack } from "../provider/message.ts";
import type { Task } from "./task.ts";
import { heeded, weightOf } from "./trust.ts";

/** A place where a file may be fetched. `at` is when it was first seen. */
export interface Link {
  readonly url: string;
  readonly hash: string;
  readonly at: number;
}

export interface Track {
  readonly trackId: string;
  readonly title: string | null;
  readonly tags: string | null;
  readonly durationSeconds: number | null;
  readonly model: string | null;
  readonly createdAt: string | null;
  readonly streamLink: string | null;
  /** The newest first. */
  readonly audioLinks: readonly Link[];
  readonly coverLinks: readonly Link[];
}

const RANK: Record<ObservationKind, number> = {
  unknown: 0,
  pending: 0,
  text: 1,
  failed: 1,
  first: 2,
  complete: 3,
};

/** The one that counts comes first: stage, then a poll over a callback, then the later, then the content's hash. */
export function byPrecedence(a: Observed, b: Observed): number {
  return (
    RANK[b.observation.kind] - RANK[a.observation.kind] ||
    Number(b.via === "poll") - Number(a.via === "poll") ||
    b.at - a.at ||
    (a.sha256 < b.sha256 ? 1 : -1)
  );
}

const selected = new WeakMap<readonly Observed[], readonly Track[]>();

export function tracksOf(task: Task): readonly Track[] {
  const known = selected.get(task.observations);
  if (known !== undefined) return known;
  const tracks = selectTracks(task.observations);
  selected.set(task.observations, tracks);
  return tracks;
}

/** One mention of a track. */
interface Mention {
  readonly track: ObservedTrack;
  readonly observed: Observed;
}

interface Group {
  readonly id: string | null;
  readonly mentions: Mention[];
  readonly links: Set<string>;
}

function selectTracks(observations: readonly Observed[]): readonly Track[] {
  const ranked = heeded(observations).toSorted(byPrecedence);
  const groups = groupById(ranked);
  const identified = groups.length > 0;
  for (const observed of ranked) {
    const strangers = observed.observation.tracks.flatMap((track, index) => {
      if (track.id !== null) return [];
      const group = groups.find((one) => sharesLink(one, track));
      if (group === undefined) return [{ track, index }];
      join(group, { track, observed });
      return [];
    });
    for (const { track, index } of strangers) {
      // Beside tracks with ids, one without id or audio says nothing that could be told apart.
      if (identified && track.audioLink === null) continue;
      // Its place may be taken by a track that a link put there; then the other one is meant.
      const free = identified ? [] : groups.filter((group) => !mentions(group, observed));
      const samePlace = groups[index];
      const peer = samePlace !== undefined && free.includes(samePlace) ? samePlace : free[0];
      if (peer === undefined) groups.push(groupOf({ track, observed }));
      else join(peer, { track, observed });
    }
  }
  return bounded(groups).map((group) => trackOf(group, groups.indexOf(group), identified));
}

function groupById(ranked: readonly Observed[]): Group[] {
  const groups = new Map<string, Group>();
  for (const observed of ranked) {
    for (const track of observed.observation.tracks) {
      if (track.id === null) continue;
      const group = groups.get(track.id);
      if (group === undefined) groups.set(track.id, groupOf({ track, observed }));
      else join(group, { track, observed });
    }
  }
  return [...groups.values()];
}

function groupOf(mention: Mention): Group {
  return { id: mention.track.id, mentions: [mention], links: new Set(joinLinks(mention.track)) };
}

function join(group: Group, mention: Mention): void {
  group.mentions.push(mention);
  for (const link of joinLinks(mention.track)) group.links.add(link);
}

/** Covers and sources are shared between tracks of one task; audio and stream links are not. */
function joinLinks(track: ObservedTrack): readonly string[] {
  return [track.audioLink, track.streamLink].filter((link) => link !== null);
}

function mentions(group: Group, observed: Observed): boolean {
  return group.mentions.some((mention) => mention.observed === observed);
}

function sharesLink(group: Group, track: ObservedTrack): boolean {
  return joinLinks(track).some((link) => group.links.has(link));
}

/** Over the bound, the tracks that were seen first stay: real ones come before those of somebody who floods. */
function bounded(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= MAX_TRACKS) return groups;
  const kept = new Set(groups.toSorted((a, b) => firstSeen(a) - firstSeen(b)).slice(0, MAX_TRACKS));
  return groups.filter((group) => kept.has(group));
}

function firstSeen(group: Group): number {
  return Math.min(...group.mentions.map((mention) => mention.observed.at));
}

function trackOf(group: Group, position: number, identified: boolean): Track {
  // Links join out of rank, so the order of precedence is restored before fields are chosen.
  const mentions = group.mentions.toSorted((a, b) => byPrecedence(a.observed, b.observed));
  const audioLinks = linksOf(mentions, "audioLink");
  return {
    trackId: trackIdOf(group, position, identified, audioLinks),
    title: firstOf(mentions, "title"),
    tags: firstOf(mentions, "tags"),
    durationSeconds: firstOf(mentions, "durationSeconds"),
    model: firstOf(mentions, "model"),
    createdAt: firstOf(mentions, "createdAt"),
    streamLink: streamLinkOf(mentions),
    audioLinks,
    coverLinks: linksOf(mentions, "coverLink"),
  };
}

function trackIdOf(group: Group, position: number, identified: boolean, audioLinks: readonly Link[]): string {
  if (group.id !== null) return publicTrackId(group.id);
  if (!identified) return `track-${position + 1}`;
  const [link] = audioLinks.map((one) => one.url).toSorted();
  return `x${sha256Hex(link ?? "").slice(0, 32)}`;
}

type Field = "title" | "tags" | "durationSeconds" | "model" | "createdAt" | "streamLink";
type LinkField = "audioLink" | "coverLink" | "streamLink";

function firstOf<F extends Field>(mentions: readonly Mention[], field: F): ObservedTrack[F] | null {
  return mentions.find((mention) => mention.track[field] !== null)?.track[field] ?? null;
}

/** Chosen like a field, but only from what counts in full. */
function streamLinkOf(mentions: readonly Mention[]): string | null {
  const full = mentions.filter(({ observed }) => weightOf(observed) === "full");
  return firstOf(full, "streamLink") ?? linksOf(mentions, "streamLink")[0]?.url ?? null;
}

function linksOf(mentions: readonly Mention[], field: LinkField): readonly Link[] {
  const full = mentions.filter(({ observed, track }) => weightOf(observed) === "full" && track[field] !== null);
  const links = firstSeenLinks(full.length > 0 ? full : mentions, field);
  // Without a confirmed one, the link that was seen first stands: later ones would replace it.
  return full.length > 0 ? links : links.slice(-1);
}

function firstSeenLinks(mentions: readonly Mention[], field: LinkField): readonly Link[] {
  const firstSeenAt = new Map<string, number>();
  for (const { track, observed } of mentions) {
    const url = track[field];
    if (url !== null) firstSeenAt.set(url, Math.min(firstSeenAt.get(url) ?? observed.at, observed.at));
  }
  return [...firstSeenAt]
    .map(([url, at]) => ({ url, hash: linkHash(url), at }))
    .toSorted((a, b) => b.at - a.at || (a.url < b.url ? -1 : 1));
}
