/**
 * Which tracks a task has: a selector over all its observations, so that their order cannot show.
 *
 * Observations of one track are joined by the provider's id, else by a shared link, else by their place in the list.
 * A track keeps the public id under which it was first seen, whatever later messages list. Of conflicting values the
 * one of the highest-ranked observation counts; an empty value never erases. Links only add up, the best first. Pure.
 */
import type { Observed } from "./event.ts";
import { linkHash, publicTrackId } from "../ids.ts";
import { MAX_TRACKS, type ObservedTrack } from "../provider/message.ts";
import { rankedLinks, STAGE_RANK, type Link } from "./links.ts";
import type { Task } from "./task.ts";
import { effective } from "./trust.ts";

export interface Track {
  readonly trackId: string;
  /** The provider's own id of it, the one that counts by precedence; null where it never gave one. */
  readonly audioId: string | null;
  /** It is a file of another product than music: `trackId` is its name, and `audioLinks` lead to it. */
  readonly isFile?: true;
  readonly title: string | null;
  readonly tags: string | null;
  readonly durationSeconds: number | null;
  /** Of the message that says so. */
  readonly durationStage: number;
  readonly model: string | null;
  readonly createdAt: string | null;
  readonly streamLink: string | null;
  /** The best first: what the provider recovered, then by stage, then the record's, then the newest. */
  readonly audioLinks: readonly Link[];
  readonly coverLinks: readonly Link[];
  /** Why the link that the provider sent for the audio is none; null where it sent none, or a good one. */
  readonly refusedLink: string | null;
  /** What earlier messages said of it was of other ids, and only its place speaks for its being the same track. */
  readonly isGuessed?: boolean;
}

/** The one that counts comes first: stage, then a poll over a callback, then the later, then the content's hash. */
export function byPrecedence(a: Observed, b: Observed): number {
  return (
    STAGE_RANK[b.observation.kind] - STAGE_RANK[a.observation.kind] ||
    Number(b.via === "poll") - Number(a.via === "poll") ||
    b.at - a.at ||
    (a.sha256 < b.sha256 ? 1 : -1)
  );
}

const selected = new WeakMap<readonly Observed[], readonly Track[]>();

/** How often all tracks were selected, for the test that bounds it. */
export const selections = { count: 0 };

export function tracksOf(task: Task): readonly Track[] {
  const known = selected.get(task.observations);
  if (known !== undefined) return known;
  selections.count += 1;
  const tracks = selectTracks(task.observations);
  selected.set(task.observations, tracks);
  return tracks;
}

/** The track that somebody chose. A choice counts for as long as there is such a track. */
export function chosenOf(task: Task): string | null {
  return tracksOf(task).some(({ trackId }) => trackId === task.chosen) ? task.chosen : null;
}

/** One mention of a track. */
interface Mention {
  readonly track: ObservedTrack;
  readonly observed: Observed;
  /** Its place in the observation's list. */
  readonly index: number;
}

interface Group {
  readonly mentions: Mention[];
  readonly observations: Set<Observed>;
  readonly links: Set<string>;
  isGuessed: boolean;
}

function selectTracks(observations: readonly Observed[]): readonly Track[] {
  const ranked = effective(observations).toSorted(byPrecedence);
  const byId = groupById(ranked);
  const groups = withoutGhosts([...byId.values()]);
  for (const observed of ranked) {
    const recovered = observed.observation.kind === "recovered";
    const mentions = observed.observation.tracks.map((track, index) => ({ track, observed, index }));
    // What is recovered belongs to a track that is known, by its id or by its place; of two under one id, one is another.
    const strangers = mentions.filter(
      ({ track: { id }, index }) =>
        id === null ||
        (recovered && !byId.has(id)) ||
        observed.observation.tracks.findIndex((other) => other.id === id) < index,
    );
    const unlinked: Mention[] = [];
    for (const mention of strangers) {
      const group = groups.find((one) => sharesLink(one, mention.track));
      if (group === undefined) unlinked.push(mention);
      else join(group, mention);
    }
    for (const mention of unlinked) {
      // Its place may be taken by a track that a link put there; then the other one is meant.
      const free = groups.filter((group) => !group.observations.has(observed));
      const samePlace = groups[mention.index];
      const peer = samePlace !== undefined && free.includes(samePlace) ? samePlace : free[0];
      if (peer !== undefined) join(peer, mention);
      else if (!recovered) groups.push(groupOf(mention));
    }
  }
  const kept = bounded(groups);
  const names = publicIds(kept);
  return kept.map((group) => trackOf(group, names.get(group) ?? ""));
}

function groupById(ranked: readonly Observed[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const recovered of [false, true])
    for (const observed of ranked) {
      if ((observed.observation.kind === "recovered") !== recovered) continue;
      for (const [index, track] of observed.observation.tracks.entries()) {
        if (track.id === null) continue;
        const group = groups.get(track.id);
        if (group?.observations.has(observed) === true) continue;
        if (group !== undefined) join(group, { track, observed, index });
        else if (!recovered) groups.set(track.id, groupOf({ track, observed, index }));
      }
    }
  return groups;
}

/**
 * The provider has been seen to change the ids between its messages. A track of an earlier stage that no `complete`
 * lists is then one that a `complete` lists, and no message lists beside it: by a shared link, else by a title that no
 * other has, else by its place. Of what an earlier message lists too, the latter two tell where the whole list changed.
 */
function withoutGhosts(groups: readonly Group[]): Group[] {
  const finals = groups.filter(({ mentions }) => mentions.some(isFinal));
  const newcomers = new Set(finals.filter(({ mentions }) => mentions.every(isLast)));
  const ghosts = groups.filter(({ mentions }) => !mentions.some(isFinal));
  const joined = new Set<Group>();
  for (const by of ["link", "title", "place"] as const)
    for (const ghost of ghosts) {
      const free = finals.filter(
        (one) =>
          !ghost.mentions.some(({ observed }) => one.observations.has(observed)) &&
          (by === "link" || newcomers.has(one) || isRelisted(ghost, one, ghosts)),
      );
      const peer = PEERS[by](ghost, free, ghosts);
      if (peer === undefined || joined.has(ghost)) continue;
      for (const mention of ghost.mentions) join(peer, mention);
      peer.isGuessed ||= by === "place";
      joined.add(ghost);
    }
  return groups.filter((group) => !joined.has(group));
}

/** Which of the free groups a ghost is. */
const PEERS = {
  link: ({ mentions }: Group, free: readonly Group[]) =>
    free.find((one) => mentions.some(({ track }) => sharesLink(one, track))),
  title: (ghost: Group, free: readonly Group[], ghosts: readonly Group[]) => {
    const title = firstOf(ghost.mentions, "title");
    const alike = (groups: readonly Group[]) => groups.filter((one) => firstOf(one.mentions, "title") === title);
    const [peer, ...others] = alike(free);
    return title === null || others.length > 0 || alike(ghosts).length > 1 ? undefined : peer;
  },
  place: ({ mentions }: Group, free: readonly Group[]) =>
    free.find((one) => one.mentions[0]?.index === mentions[0]?.index) ?? free[0],
};

/** Whether all tracks of the ghost's message are ghosts, as many as a `complete` lists beside the other. */
function isRelisted(ghost: Group, one: Group, ghosts: readonly Group[]): boolean {
  const [first] = ghost.mentions;
  const listed = first?.observed.observation.tracks.length ?? 0;
  const beside = ghosts.filter(({ observations }) => first !== undefined && observations.has(first.observed));
  const last = one.mentions.find(isFinal)?.observed.observation.tracks.length;
  return listed > 1 && beside.length === listed && last === listed;
}

function isLast(mention: Mention): boolean {
  return isFinal(mention) || mention.observed.observation.kind === "recovered";
}

function isFinal({ observed }: Mention): boolean {
  return observed.observation.kind === "complete";
}

function groupOf(mention: Mention): Group {
  const group: Group = { mentions: [], observations: new Set(), links: new Set(), isGuessed: false };
  join(group, mention);
  return group;
}

function join(group: Group, mention: Mention): void {
  group.mentions.push(mention);
  group.observations.add(mention.observed);
  for (const link of joinLinks(mention.track)) group.links.add(link);
}

/** Covers and sources are shared between tracks of one task; audio and stream links are not. */
function joinLinks(track: ObservedTrack): readonly string[] {
  return [track.audioLink, track.streamLink].filter((link) => link !== null);
}

function sharesLink(group: Group, track: ObservedTrack): boolean {
  return joinLinks(track).some((link) => group.links.has(link));
}

/** Over the bound, the tracks that were seen first stay: real ones come before those of somebody who floods. */
function bounded(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= MAX_TRACKS) return groups;
  const kept = new Set(groups.toSorted((a, b) => bySight(firstMention(a), firstMention(b))).slice(0, MAX_TRACKS));
  return groups.filter((group) => kept.has(group));
}

function firstMention({ mentions }: Group): Mention {
  return mentions.reduce((first, other) => (bySight(other, first) < 0 ? other : first));
}

function bySight(a: Mention, b: Mention): number {
  return (
    a.observed.at - b.observed.at ||
    (a.observed.sha256 < b.observed.sha256 ? -1 : a.observed === b.observed ? 0 : 1) ||
    a.index - b.index
  );
}

/** A track is called as when it was first seen: by the provider's id, or where it had none by its place. */
function publicIds(groups: readonly Group[]): ReadonlyMap<Group, string> {
  const names = new Map<Group, string>();
  const taken = new Set<string>();
  const bySightOfFirst = groups
    .map((group) => ({ group, first: firstMention(group) }))
    .toSorted((a, b) => bySight(a.first, b.first));
  for (const { group, first } of bySightOfFirst) {
    let place = first.index + 1;
    while (taken.has(`track-${place}`)) place += 1;
    const own = first.track.id === null ? `track-${place}` : publicTrackId(first.track.id);
    const name = taken.has(own) ? publicTrackId(`another ${own}`) : own;
    taken.add(name);
    names.set(group, name);
  }
  return names;
}

function trackOf(group: Group, trackId: string): Track {
  // Links join out of rank, so the order of precedence is restored before fields are chosen.
  const mentions = group.mentions.toSorted((a, b) => byPrecedence(a.observed, b.observed));
  const audioLinks = linksOf(mentions, "audioLink");
  const timed = mentions.find(({ track }) => track.durationSeconds !== null);
  return {
    trackId,
    audioId: firstOf(mentions, "id"),
    title: firstOf(mentions, "title"),
    tags: firstOf(mentions, "tags"),
    durationSeconds: timed?.track.durationSeconds ?? null,
    durationStage: timed === undefined ? 0 : STAGE_RANK[timed.observed.observation.kind],
    model: firstOf(mentions, "model"),
    createdAt: firstOf(mentions, "createdAt"),
    streamLink: linksOf(mentions, "streamLink", noHash)[0]?.url ?? null,
    audioLinks,
    coverLinks: linksOf(mentions, "coverLink"),
    refusedLink:
      audioLinks.length > 0 ? null : (mentions.find(({ track }) => track.refusedLink)?.track.refusedLink ?? null),
    isGuessed: group.isGuessed,
  };
}

type Field = "id" | "title" | "tags" | "model" | "createdAt";
type LinkField = "audioLink" | "coverLink" | "streamLink";

/** A stream is never copied, so no copy is looked for by its hash. */
const noHash = (): string => "";

function firstOf<F extends Field>(mentions: readonly Mention[], field: F): ObservedTrack[F] | null {
  return mentions.find((mention) => mention.track[field] !== null)?.track[field] ?? null;
}

function linksOf(mentions: readonly Mention[], field: LinkField, hashed = hashOf): readonly Link[] {
  const file = field === "coverLink" ? "cover" : "audio";
  const named = mentions.flatMap(({ track, observed }) => {
    const url = track[field];
    return url === null ? [] : [{ url, observed, track }];
  });
  return rankedLinks(named, file, (url, { track }) => hashed(track, field, url));
}

const hashes = new WeakMap<ObservedTrack, Map<LinkField, string>>();

/** A task's tracks are selected again with every message, and most of their links are old. */
function hashOf(track: ObservedTrack, field: LinkField, url: string): string {
  const known = hashes.get(track) ?? new Map<LinkField, string>();
  const hash = known.get(field) ?? linkHash(url);
  hashes.set(track, known.set(field, hash));
  return hash;
}
