/** Files of other products: which there are, when the task is done, and that order does not show. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { OTHER_PRODUCTS } from "../../../src/core/provider/products/products.ts";
import { due } from "../../../src/core/next/agenda.ts";
import { linkHash } from "../../../src/core/ids.ts";
import { isAllKept, viewOf } from "../../../src/core/view/view.ts";
import { headlineOf } from "../../../src/http/pages/task/headline.ts";
import { at, DAY, listed, observation, observed, T0, TASK_ID, taskOf } from "../builders.ts";
import { askingPace } from "../history.ts";
import { observationOf } from "../messages.ts";
import { FIXTURES } from "../provider/products/product-fixtures.ts";
import { runs } from "../runs.ts";

const LINK = "https://cdn.example.com/a b.wav";
const wav = (link: string | null) =>
  observed(observationOf({ code: 200, data: { task_id: TASK_ID, audioWavUrl: link } }), { sha256: `wav ${link}` });

const copy = { file: "file", trackId: "wav", link: linkHash("https://cdn.example.com/a%20b.wav"), attempt: 1 } as const;
const started = { type: "copy_started", ...copy, host: "cdn.example.com", at: T0 + 1 } as const;
const key = "tasks/t/wav/file-1.wav";
const copied = { type: "copied", ...copy, key, bytes: 9, sha256: "0", contentType: "audio/wav", at: T0 + 2 } as const;

test("a task of another product is settled when all its files are stored or lost", () => {
  const open = taskOf(wav(LINK));
  expect(viewOf(open)).toMatchObject({ stage: "complete", settled: false, files: [{ name: "wav", state: "queued" }] });
  expect(due(open, T0, askingPace)).toMatchObject([
    { type: "copy", file: "file", trackId: "wav" },
    // For what it is made of.
    { type: "poll" },
  ]);
  expect(viewOf(taskOf(wav(LINK), started, copied))).toMatchObject({
    outcome: "complete",
    settled: true,
    files: [{ name: "wav", state: "stored", url: `/tasks/${TASK_ID}/files/wav`, bytes: 9, sha256: "0", attempts: 1 }],
  });
  const lost = { type: "lost" as const, file: "file" as const, trackId: "wav", links: [copy.link], at: T0 + 3 };
  expect(viewOf(taskOf(wav(LINK), { ...lost, reason: "dead_link: gone" }))).toMatchObject({
    outcome: "lost",
    settled: true,
  });
});

test("tracks that were recovered under another product's id hold nothing open", () => {
  const recovered = observed(
    observation("recovered", [listed({ id: "a", audioLink: "https://cdn.example.com/r.mp3" })]),
  );
  const adopted = at(T0 - 1, { type: "adopted", product: "stems" });
  const given = taskOf(adopted, recovered, at(T0 + 20 * DAY, { type: "abandoned" }));
  expect(viewOf(given)).toMatchObject({
    product: "stems",
    stage: "failed",
    failure: { reason: "no_news" },
    settled: true,
  });
});

test("a success without its link is not the end, and the link that comes after it is", () => {
  expect(viewOf(taskOf(wav(null)))).toMatchObject({ stage: "pending", settled: false, files: [] });
  expect(viewOf(taskOf(wav(null), wav(LINK)))).toMatchObject({ stage: "complete", files: [{ name: "wav" }] });
});

test("a link that cannot be used is named with its reason, asked about, and the loss says so", () => {
  const stems = {
    vocal_url: "https://cdn.example.com/v.mp3",
    drums_url: "ftp://cdn.example.com/d.mp3",
    note_url: "n/a",
  };
  const split = observed(observationOf({ code: 200, data: { task_id: TASK_ID, vocal_removal_info: stems } }));
  const open = taskOf(split, started);
  const why = "the provider sent a link that cannot be used: its scheme is ftp:";
  expect(viewOf(open).files).toMatchObject([
    { name: "vocal", state: "queued", reason: null },
    { name: "drums", state: "waiting", reason: `refused_link: ${why}` },
  ]);
  const later = due(open, T0 + DAY, askingPace);
  expect(later).toContainEqual({ type: "lose", file: "file", trackId: "drums", links: [], reason: `no_link: ${why}` });
  expect(later).toContainEqual(expect.objectContaining({ type: "poll" }));

  const only = taskOf(wav("notaurl"));
  expect(viewOf(only)).toMatchObject({
    stage: "pending",
    files: [
      {
        name: "wav",
        state: "waiting",
        reason: "refused_link: the provider sent a link that cannot be used: it is no URL",
      },
    ],
  });
  expect(viewOf(taskOf(wav("notaurl"), wav(LINK))).files).toMatchObject([{ state: "queued", reason: null }]);
});

test("another link to the same file is one more to try, and a cut file is kept where nothing else is to be had", () => {
  const other = wav("https://cdn.example.com/b.wav");
  const [file, ...rest] = viewOf(taskOf(wav(LINK), other)).files;
  expect([file?.name, rest]).toEqual(["wav", []]);
  const cut = { ...copied, lastResort: "truncated: 9 of 20 bytes" };
  const makeshift = viewOf(taskOf(wav(LINK), started, cut));
  expect(makeshift.files).toMatchObject([{ state: "stored", reason: "truncated: 9 of 20 bytes" }]);
  expect(headlineOf(makeshift, false)).toMatchObject({
    standing: "warn",
    text: "Complete. 1 of 1 file kept, of which 1 for want of better.",
    more: "wav: the provider's file was cut short.",
    help: "retry",
  });
  expect(isAllKept(makeshift)).toBe(false);
  expect(due(taskOf(wav(LINK), started, cut, other), T0 + 10, askingPace)).toContainEqual(
    expect.objectContaining({ type: "copy", file: "file", trackId: "wav" }),
  );
});

test("files are the same whatever the order and number of the messages that name them", () => {
  const bodies = OTHER_PRODUCTS.flatMap((product) => (product === "unknown" ? [] : [FIXTURES[product]])).map(
    ({ callbacks, records, failures }) => [...callbacks, ...records, ...failures].map(({ body }) => body),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies).chain((some) => {
        const events = some.map((body, index) =>
          observed(observationOf(body), { sha256: `body ${index}`, at: T0 + (index % 3) }),
        );
        return fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        );
      }),
      ([events, again]) => {
        const { files, stage, failure } = viewOf(taskOf(...events));
        expect(viewOf(taskOf(...again))).toMatchObject({ files, stage, failure });
      },
    ),
    { numRuns: runs(200) },
  );
});

const STEMS = {
  code: 200,
  data: { task_id: TASK_ID, vocal_removal_info: { vocal_url: LINK, drums_url: "https://cdn.example.com/d.mp3" } },
};
const LYRICS = {
  code: 200,
  data: { callbackType: "complete", task_id: TASK_ID, data: [{ text: "la", title: "Song", status: "complete" }] },
};
const WAV = { code: 200, data: { task_id: TASK_ID, audioWavUrl: LINK } };
/** Shaped as music, without a track; those that fail are what any product's failure looks like. */
const EMPTY_HANDED = [
  { code: 200, data: { callbackType: "text", task_id: TASK_ID, data: [] } },
  { code: 500, msg: "no", data: { callbackType: "complete", task_id: TASK_ID, data: null } },
  { code: 400, msg: "no", data: { callbackType: "complete", task_id: TASK_ID, data: null } },
  { code: 531, msg: "no", data: { callbackType: "error", task_id: TASK_ID, data: [] } },
  { code: 400, msg: "no", data: { task_id: TASK_ID, lyricsData: null } },
  { code: 200, data: { task_id: TASK_ID, successFlag: "PENDING" } },
];

const said = (body: object, place: number, verdict = "token") =>
  observed(observationOf(body), { sha256: `${JSON.stringify(body)} ${verdict}`, at: T0 + place, verdict });

test.each([
  ["wav", WAV],
  ["stems", STEMS],
  ["lyrics", LYRICS],
])("no message that delivers nothing takes away what was delivered, before or after it: %s", (product, body) => {
  const delivered = viewOf(taskOf(said(body, 1)));
  expect(delivered).toMatchObject({ product, stage: "complete" });
  const { stage, files, failure } = delivered;
  for (const [some, verdict] of EMPTY_HANDED.flatMap((one) => [
    [one, "token"] as const,
    [one, "hmac"] as const,
    [one, "hmac_unconfirmed"] as const,
  ])) {
    const [before, after] = [said(some, 0, verdict), said(some, 2, verdict)];
    const all = [...EMPTY_HANDED.map((other) => said(other, 3)), said(body, 1)];
    for (const events of [[said(body, 1), after], [before, said(body, 1)], all, all.toReversed()])
      expect([some, viewOf(taskOf(...events))]).toEqual([
        some,
        expect.objectContaining({ product, stage, files, failure }),
      ]);
  }
});

test("a failure that names no product is one of the product that a mark named", () => {
  const refused = { code: 451, msg: "no", data: { callbackType: "error", task_id: TASK_ID, data: null } };
  const marked = { code: 200, data: { task_id: TASK_ID, audioWavUrl: null } };
  for (const events of [
    [said(refused, 0), said(marked, 1)],
    [said(marked, 0), said(refused, 1)],
  ])
    expect(viewOf(taskOf(...events))).toMatchObject({ product: "wav", stage: "failed", failure: { code: 451 } });
});

test("music that lists tracks is music, whatever was said beside it, where it counts as much", () => {
  const tracks = [{ id: "a", audio_url: "https://cdn.example.com/a.mp3" }];
  const music = { code: 200, data: { callbackType: "complete", task_id: TASK_ID, data: tracks } };
  for (const place of [0, 2]) {
    expect(viewOf(taskOf(said(WAV, 1), said(music, place)))).toMatchObject({ product: "music", files: [] });
    expect(viewOf(taskOf(said(WAV, 1, "hmac"), said(music, place, "hmac")))).toMatchObject({ product: "music" });
    for (const verdict of ["hmac", "hmac_unconfirmed", "hmac_stale"])
      expect(viewOf(taskOf(said(WAV, 1), said(music, place, verdict)))).toMatchObject({
        product: "wav",
        files: [{ name: "wav" }],
      });
  }
});

test("what names no product takes nothing from one that is named, however much it counts", () => {
  const stranger = said({ code: 200, data: { task_id: TASK_ID, other: 1 } }, 0);
  expect(stranger.observation.product).toBe("unknown");
  for (const events of [
    [said(WAV, 1, "hmac"), stranger],
    [stranger, said(WAV, 1, "hmac")],
  ])
    expect(viewOf(taskOf(...events))).toMatchObject({ product: "wav", files: [{ name: "wav" }] });
});

test("of two products that delivered, the earlier one stands", () => {
  for (const [first, second, product] of [
    [WAV, STEMS, "wav"],
    [STEMS, WAV, "stems"],
  ] as const) {
    const events = [said(first, 0), said(second, 1)];
    for (const order of [events, events.toReversed()]) expect(viewOf(taskOf(...order))).toMatchObject({ product });
  }
});
