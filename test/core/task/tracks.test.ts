/** Which tracks a task has: joining, conflicting values, links. */
import { expect, test } from "vitest";
import type { Observed, TaskEvent } from "../../../src/core/task/event.ts";
import { publicTrackId } from "../../../src/core/ids.ts";
import { tracksOf } from "../../../src/core/task/tracks.ts";
import { audioUrl, coverUrl, DAY, listed, MINUTE, observation, observed, T0, taskOf, trackAt } from "../builders.ts";

const idless = (fields: Parameters<typeof listed>[0]) => listed({ id: null, ...fields });

test("tracks of one id are one track, and an empty value never erases", () => {
  const full = listed({
    title: "Night",
    tags: "jazz",
    durationSeconds: 180,
    model: "V5",
    createdAt: "1",
    streamLink: audioUrl("s"),
  });
  const task = taskOf(
    observed(observation("first", [full]), { at: T0 }),
    observed(observation("complete", [listed({ audioLink: audioUrl("a") })]), { at: T0 + MINUTE }),
  );
  expect(tracksOf(task)).toHaveLength(1);
  expect(trackAt(task, 0)).toMatchObject({
    trackId: "track-a",
    title: "Night",
    tags: "jazz",
    durationSeconds: 180,
    model: "V5",
    createdAt: "1",
    streamLink: audioUrl("s"),
    audioLinks: [{ url: audioUrl("a"), at: T0 + MINUTE }],
  });
});

function titleOf(...events: readonly TaskEvent[]): string | null {
  return trackAt(taskOf(...events), 0).title;
}

test("of conflicting values the higher stage counts, then a poll, then the later one", () => {
  const text = observed(observation("text", [listed({ title: "text" })]), { at: T0 + 9 });
  const first = observed(observation("first", [listed({ title: "first" })]), { at: T0 + 5, sha256: "b".repeat(64) });
  const poll = observed(observation("first", [listed({ title: "poll" })]), { at: T0, via: "poll" });
  const later = observed(observation("first", [listed({ title: "later" })]), { at: T0 + 7, sha256: "a".repeat(64) });
  expect(titleOf(text, first)).toBe("first");
  expect(titleOf(first, later)).toBe("later");
  expect(titleOf(later, poll)).toBe("poll");
});

test("of values of the same instant the content's hash decides", () => {
  const one = observed(observation("first", [listed({ title: "one" })]), { sha256: "a".repeat(64) });
  const two = observed(observation("first", [listed({ title: "two" })]), { sha256: "b".repeat(64) });
  expect(titleOf(one, two)).toBe("two");
  expect(titleOf(two, one)).toBe("two");
});

test("the newest link comes first, and a late message with an old link changes nothing", () => {
  const old = observed(observation("first", [listed({ audioLink: audioUrl("old") })]), { at: T0 });
  const fresh = observed(observation("complete", [listed({ audioLink: audioUrl("new") })]), { at: T0 + MINUTE });
  const late = observed(observation("first", [listed({ audioLink: audioUrl("old"), title: "late" })]), {
    at: T0 + 2 * MINUTE,
  });
  const urls = trackAt(taskOf(old, fresh, late), 0).audioLinks.map(({ url, at }) => [url, at]);
  expect(urls).toEqual([
    [audioUrl("new"), T0 + MINUTE],
    [audioUrl("old"), T0],
  ]);
});

test("a track without id joins the track that shares its audio or stream link", () => {
  const withId = observed(observation("complete", [listed({ audioLink: audioUrl("a"), streamLink: audioUrl("s") })]));
  const byAudio = observed(observation("first", [idless({ audioLink: audioUrl("a"), title: "by audio" })]));
  const byStream = observed(observation("first", [idless({ streamLink: audioUrl("s"), tags: "by stream" })]));
  const task = taskOf(byAudio, byStream, withId);
  expect(tracksOf(task)).toHaveLength(1);
  expect(trackAt(task, 0)).toMatchObject({ trackId: "track-a", title: "by audio", tags: "by stream" });
});

test("what a link joined counts by its rank, not after the rest", () => {
  const withId = observed(observation("first", [listed({ audioLink: audioUrl("a"), title: "first" })]));
  const complete = observed(observation("complete", [idless({ audioLink: audioUrl("a"), title: "complete" })]));
  expect(titleOf(withId, complete)).toBe("complete");
});

test("a shared cover joins nothing", () => {
  const cover = { coverLink: coverUrl("shared") };
  const task = taskOf(
    observed(
      observation("complete", [
        idless({ audioLink: audioUrl("a"), ...cover }),
        idless({ audioLink: audioUrl("b"), ...cover }),
      ]),
    ),
  );
  expect(tracksOf(task).map(({ trackId }) => trackId)).toEqual(["track-1", "track-2"]);
});

test("a track without an id is the one at its place, whether that has an id or not", () => {
  const identified = observed(observation("complete", [listed({ audioLink: audioUrl("a") })]), { at: T0 + 1 });
  const early = observed(observation("first", [idless({ title: "early", audioLink: audioUrl("preview") })]));
  const [track, ...others] = tracksOf(taskOf(identified, early));
  expect(others).toEqual([]);
  expect(track?.audioLinks.map(({ url }) => url)).toEqual([audioUrl("a"), audioUrl("preview")]);
});

test("a track keeps the public id that it once had, whatever later messages list", () => {
  const first = observed(
    observation("first", [idless({ audioLink: audioUrl("a") }), idless({ audioLink: audioUrl("b") })]),
  );
  const turned = observed(
    observation("complete", [idless({ audioLink: audioUrl("b") }), idless({ audioLink: audioUrl("a") })]),
    { at: T0 + MINUTE },
  );
  const identified = observed(
    observation("complete", [
      listed({ id: "id-b", audioLink: audioUrl("b") }),
      listed({ id: "id-a", audioLink: audioUrl("a") }),
    ]),
    { at: T0 + 2 * MINUTE },
  );
  const more = observed(
    observation("complete", [idless({ audioLink: audioUrl("c") }), idless({ audioLink: audioUrl("b") })]),
    { at: T0 + 3 * MINUTE },
  );
  for (const later of [[], [turned], [turned, identified], [more], [identified, more]]) {
    expect(idOf("a", first, ...later)).toBe("track-1");
    expect(idOf("b", first, ...later)).toBe("track-2");
  }
});

test("ids that change between first and complete leave no ghost that holds the task open", () => {
  const first = observed(observation("first", [listed({ id: "a1", audioLink: audioUrl("a") }), listed({ id: "b1" })]));
  const complete = observed(
    observation("complete", [
      listed({ id: "a2", audioLink: audioUrl("final-a") }),
      listed({ id: "b2", audioLink: audioUrl("b") }),
    ]),
    { at: T0 + MINUTE },
  );
  const tracks = tracksOf(taskOf(first, complete));
  expect(tracks.map(({ trackId }) => trackId)).toEqual(["a1", "b1"]);
  expect(tracks.map(({ audioLinks }) => audioLinks.map(({ url }) => url))).toEqual([
    [audioUrl("final-a"), audioUrl("a")],
    [audioUrl("b")],
  ]);
});

test("ids that change are told apart by titles that no other has, wherever they stand in the list", () => {
  const early = observed(
    observation("first", [
      listed({ id: "a1", title: "A", audioLink: audioUrl("a") }),
      listed({ id: "b1", title: "B" }),
    ]),
  );
  const late = observed(
    observation("complete", [
      listed({ id: "b2", title: "B", audioLink: audioUrl("final-b") }),
      listed({ id: "a2", title: "A", audioLink: audioUrl("final-a") }),
    ]),
    { at: T0 + MINUTE },
  );
  for (const events of [
    [early, late],
    [late, early],
  ]) {
    const told = tracksOf(taskOf(...events)).map(({ title, audioLinks, isGuessed }) => [
      title,
      audioLinks.map(({ url }) => url),
      isGuessed,
    ]);
    expect(told.toSorted(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1))).toEqual([
      ["A", [audioUrl("final-a"), audioUrl("a")], false],
      ["B", [audioUrl("final-b")], false],
    ]);
  }
});

test("two tracks of one message are two, also under one id", () => {
  const twice = observation("complete", [
    listed({ id: "same", title: "A", audioLink: audioUrl("a") }),
    listed({ id: "same", title: "B", audioLink: audioUrl("b") }),
  ]);
  const task = taskOf(observed(twice), observed(twice, { at: T0 + 1, via: "poll" }));
  expect(tracksOf(task).map(({ title, audioLinks }) => [title, audioLinks.map(({ url }) => url)])).toEqual([
    ["A", [audioUrl("a")]],
    ["B", [audioUrl("b")]],
  ]);
});

const ids = (stage: string) => [listed({ id: `${stage}-a` }), listed({ id: `${stage}-b` })];

test("ids that change with each message leave none either, in whatever order they come", () => {
  const finals = [
    listed({ id: "complete-a", audioLink: audioUrl("final-0") }),
    listed({ id: "complete-b", audioLink: audioUrl("final-1") }),
  ];
  const messages = [
    observed(observation("text", ids("text"))),
    observed(observation("first", ids("first")), { at: T0 + 1 }),
    observed(observation("complete", finals), { at: T0 + 2 }),
  ];
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    const task = taskOf(...order.flatMap((index) => messages[index] ?? []));
    expect([order, tracksOf(task).map(({ audioLinks }) => audioLinks.map(({ url }) => url))]).toEqual([
      order,
      [[audioUrl("final-0")], [audioUrl("final-1")]],
    ]);
  }
});

/** All orders of a few. */
function ordersOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all];
  return all.flatMap((one) => ordersOf(all.filter((other) => other !== one)).map((rest) => [one].concat(rest)));
}

const linked = (id: string) => listed({ id, audioLink: audioUrl(id) });

const again = (via: "callback" | "poll") =>
  observed(observation("first", [listed({ id: "y1" }), listed({ id: "y2" })]), { at: T0 + 1, via });
const recovered = (...names: string[]) =>
  observed(
    observation(
      "recovered",
      names.map((id) => listed({ id, audioLink: audioUrl(`new-${id}`) })),
    ),
    {
      at: T0 + 3,
    },
  );

test("ids that had changed stay joined when links are recovered under either, and when an earlier message has the new ones", () => {
  const early = observed(observation("first", [linked("x1"), listed({ id: "x2" })]));
  const last = observed(observation("complete", [linked("y1"), linked("y2")]), { at: T0 + 2 });
  for (const messages of [
    [early, again("callback"), last],
    [early, again("poll"), last],
    [early, last, recovered("y1", "y2")],
    [early, last, recovered("y2")],
    [early, last, recovered("x1", "x2")],
    [early, again("poll"), last, recovered("y2", "y1")],
  ])
    for (const order of ordersOf(messages)) {
      const tracks = tracksOf(taskOf(...order));
      expect(tracks.map(({ trackId }) => trackId).toSorted()).toEqual(["x1", "x2"]);
      for (const { trackId, audioLinks } of tracks)
        expect(audioLinks.every(({ url }) => url.includes(trackId.slice(1)))).toBe(true);
    }
});

test("a track that a message of its own named stays one, though the last list has another in its place", () => {
  const [one, two] = [
    observed(observation("first", [linked("a")])),
    observed(observation("first", [linked("b")]), { at: T0 + 1 }),
  ];
  const last = observed(observation("complete", [linked("b")]), { at: T0 + 2 });
  for (const order of ordersOf([one, two, last]))
    expect(
      tracksOf(taskOf(...order))
        .map(({ trackId }) => trackId)
        .toSorted(),
    ).toEqual(["a", "b"]);
  const pair = observed(observation("first", [linked("a"), linked("b")]));
  const later = observed(observation("first", [linked("b"), linked("c")]), { at: T0 + 1 });
  const end = observed(observation("complete", [linked("b"), linked("c")]), { at: T0 + 2 });
  for (const order of ordersOf([pair, later, end]))
    expect(
      tracksOf(taskOf(...order))
        .map(({ trackId }) => trackId)
        .toSorted(),
    ).toEqual(["a", "b", "c"]);
});

test("of the links of a file the best is of the latest stage, then the record's, then the newest, an unconfirmed one last", () => {
  const messages = [
    linkIn("complete", "old", { at: T0 }),
    linkIn("complete", "new", { at: T0 + 1 }),
    linkIn("complete", "record", { at: T0, via: "poll", verdict: "record" }),
    linkIn("first", "late-first", { at: T0 + DAY }),
    linkIn("text", "late-text", { at: T0 + 2 * DAY }),
    linkIn("complete", "unconfirmed", { at: T0 + 3 * DAY, verdict: "hmac" }),
  ];
  expect(urlsOf(...messages)).toEqual(
    ["record", "new", "old", "late-first", "late-text", "unconfirmed"].map((name) => audioUrl(name)),
  );
});

test("tracks without ids are joined by link even where the lists are in another order", () => {
  const complete = observed(
    observation("complete", [idless({ audioLink: audioUrl("b") }), idless({ audioLink: audioUrl("a") })]),
  );
  const first = observed(
    observation("first", [
      idless({ audioLink: audioUrl("a"), title: "A" }),
      idless({ title: "B, without a link yet" }),
    ]),
  );
  const tracks = tracksOf(taskOf(first, complete));
  expect(tracks.map(({ title }) => title)).toEqual(["B, without a link yet", "A"]);
});

test("tracks without ids and links are joined by their place", () => {
  const text = observed(observation("text", [idless({ title: "one" }), idless({ title: "two" })]));
  const complete = observed(
    observation("complete", [idless({ audioLink: audioUrl("a") }), idless({ audioLink: audioUrl("b") })]),
  );
  const tracks = tracksOf(taskOf(text, complete));
  expect(tracks.map(({ trackId, title }) => [trackId, title])).toEqual([
    ["track-1", "one"],
    ["track-2", "two"],
  ]);
});

test("an id that cannot stand in a URL gets a public name", () => {
  const task = taskOf(observed(observation("complete", [listed({ id: "../etc/passwd" })])));
  expect(trackAt(task, 0).trackId).toBe(publicTrackId("../etc/passwd"));
});

test("a task keeps the sixteen tracks that were seen first", () => {
  const real = observed(observation("text", [listed({ id: "real" })]), { at: T0 });
  const flood = [1, 2].map((round) =>
    observed(
      observation(
        "complete",
        Array.from({ length: 16 }, (_, n) => listed({ id: `flood-${round}-${n}` })),
      ),
      { at: T0 + round },
    ),
  );
  const ids = tracksOf(taskOf(...flood, real)).map(({ trackId }) => trackId);
  expect(ids).toHaveLength(16);
  expect(ids).toContain("real");
  expect(ids).not.toContain("flood-2-0");
});

function idOf(name: string, ...events: readonly TaskEvent[]): string | undefined {
  const tracks = tracksOf(taskOf(...events));
  return tracks.find(({ audioLinks }) => audioLinks.some(({ url }) => url === audioUrl(name)))?.trackId;
}

function linkIn(kind: "text" | "first" | "complete", name: string, options: Partial<Observed>): TaskEvent {
  return observed(observation(kind, [listed({ audioLink: audioUrl(name) })]), options);
}

const urlsOf = (...events: readonly TaskEvent[]) => trackAt(taskOf(...events), 0).audioLinks.map(({ url }) => url);

test("a message whose body is not signed adds a link and never replaces one", () => {
  const forged = observed(observation("complete", [listed({ audioLink: audioUrl("forged") })]), {
    verdict: "hmac",
    at: T0 + 9,
  });
  const other = observed(observation("complete", [listed({ audioLink: audioUrl("other") })]), {
    verdict: "hmac",
    at: T0 + 10,
  });
  const known = observed(observation("first", [listed({ audioLink: audioUrl("known") })]), { at: T0 });
  expect(urlsOf(forged, other)).toEqual([audioUrl("forged")]);
  expect(urlsOf(forged, known, other)).toEqual([audioUrl("known"), audioUrl("forged")]);
});
