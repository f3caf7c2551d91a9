/** The page of a task says which take is which, offers what is of use, and speaks no jargon. */
import { html } from "hono/html";
import { expect, test } from "vitest";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { catalogRowOf } from "../../../src/core/view/catalog-row.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { doneWords } from "../../../src/http/pages/task/task-actions.tsx";
import { TaskPage, type TaskPageProps } from "../../../src/http/pages/task/task-page.tsx";
import { at, audioUrl, copied, listed, lost, observation, observed, started, T0, taskOf } from "../builders.ts";

const [A, B] = [audioUrl("a"), audioUrl("b")];
const song = { title: "Night Drive", durationSeconds: 30 };
const complete = observed(
  observation("complete", [listed({ id: "a", audioLink: A, ...song }), listed({ id: "b", audioLink: B, ...song })]),
);
const a = { trackId: "a" };
const b = { trackId: "b", attempt: 2 };
const keptA = [started(T0, A, a), copied(T0, A, { ...a, container: unheard({ format: "mp3", durationSeconds: 30 }) })];
const cut = copied(T0, B, { ...b, container: unheard({ format: "mp3", durationSeconds: 18 }) });
const cutB = [started(T0, B, b), { ...cut, lastResort: "truncated: it ends after 18 s" }];

test("each take has its number in its heading, which names its article, and wherever else it is called", async () => {
  const shown = await pageOf([complete, ...keptA, ...cutB]);
  for (const [id, number] of [
    ["a", 1],
    ["b", 2],
  ] as const) {
    expect(shown).toContain(`<article class="track" id="track-${id}" aria-labelledby="title-${id}">`);
    expect(shown).toContain(`<h3 id="title-${id}">Night Drive (take ${number})</h3>`);
    expect(shown).toContain(`Audio of take ${number} kept`);
  }
  expect(shown).not.toMatch(/[Tt]rack [12]/);
});

test("a take that is shorter than announced tells both lengths, and any other its own", async () => {
  const shown = await pageOf([complete, ...keptA, ...cutB]);
  expect(shown).toContain('<span class="hint">0:18 of 0:30 announced</span>');
  expect(shown).toContain('<span class="badge" data-tone="warn">complete</span>');
  expect(shown).toContain('<span class="hint">0:30</span>');
});

test("what is usual is said of stages that are awaited alone", async () => {
  const first = observed(observation("first", [listed({ id: "a", audioLink: A })]));
  const usual = { first: { medianMs: 61_000, p90Ms: 90_000 }, complete: { medianMs: 121_000, p90Ms: 190_000 } };
  const shown = await pageOf([first], { usual });
  expect(shown).toContain("usually 2 min 1 s");
  expect(shown).not.toContain("usually 1 min 1 s");
  expect(await pageOf([complete], { usual })).not.toContain("usually");
});

test("where nothing is wrong no button but the harmless shout, and without a key no new links are offered", async () => {
  const more = (await pageOf([complete, ...keptA, ...cutB], { canRecover: false })).split('id="more"')[1] ?? "";
  const buttons = more.slice(0, more.indexOf('id="delete"')).match(/<button[^>]*>[^<]*/g);
  expect(buttons).toEqual(['<button class="quiet">Assess again']);
  const gone = [complete, ...keptA, lost(T0, [B], { ...b, reason: "too_large: 40 MB" })];
  expect(await pageOf(gone, { canRecover: false })).not.toContain("/recover");
  expect(await pageOf(gone, { canRecover: true })).toContain("/recover");
});

test("what can be heard can be shared, and no failed or lost task offers to", async () => {
  expect(await pageOf([complete])).toContain('id="share"');
  expect(await pageOf([complete, ...keptA, ...cutB])).toContain("can listen, and nothing else");
  const failed = observed(observation("failed", [], { failure: failureOf(500, null, "no") }));
  for (const events of [[failed], [complete, lost(T0, [A], a), lost(T0, [B], b)]])
    expect(await pageOf(events)).not.toContain('id="share"');
  const film = observed(observation("complete", [], { product: "video", files: [{ name: "video", link: A }] }));
  const file = { file: "file", trackId: "video" } as const;
  const kept = { ...copied(T0, A, file), contentType: "video/mp4" };
  const shown = await pageOf([film, started(T0, A, file), kept]);
  expect(shown).toContain("can open it, and nothing else");
  expect(shown).toContain('<option value="">all files</option>');
});

test("what was made of a take under one name is told apart, by when it was made and by number", async () => {
  const film = observed(observation("complete", [], { product: "stems", files: [{ name: "vocal", link: A }] }));
  const made = [3, 2, 1].map((minute) => {
    const row = catalogRowOf(taskOf({ ...film, at: T0 - minute * 60_000 }), T0, null);
    const trackId = minute === 1 ? "b" : "a";
    return {
      row: { ...row, taskId: `s${minute}`, parent: { taskId: row.taskId, trackId } },
      view: null,
      madeName: null,
    };
  });
  const shown = await pageOf([complete, ...keptA], { made: made.toReversed() });
  const lines = [...shown.matchAll(/<li id="product-s\d">(.*?)<\/time>/g)].map(([, line = ""]) =>
    line.replace(/<[^>]*>/g, ""),
  );
  expect(lines).toEqual([
    "Stems of Night Drive (take 2), 1 min ago",
    "Stems of Night Drive (take 1), no. 2, 2 min ago",
    "Stems of Night Drive (take 1), no. 1, 3 min ago",
  ]);
});

test("a style that is only claimed is explained", async () => {
  const tagged = { ...song, tags: "jazz, warm" };
  const style = observed(observation("complete", [listed({ id: "a", audioLink: A, ...tagged })]));
  const request = { title: "Night Drive", tags: "jazz, metal" };
  const heard = copied(T0, A, { ...a, container: unheard({ format: "mp3", durationSeconds: 30 }), assess: "scan" });
  const shown = await pageOf([at(T0, { type: "submitted", ref: "r", request }), style, started(T0, A, a), heard]);
  expect(shown).toContain("claimed: jazz");
  expect(shown).toContain("Claimed: only said by the tags that came with it.");
});

test("what was asked is called as the form calls it, and the id of an upload is no matter of a musician's", async () => {
  const request = { negativeTags: "metal", uploadUrl: "https://example.com/a.mp3", sourceId: "5".repeat(64) };
  const shown = await pageOf([at(T0, { type: "submitted", ref: "r", request }), complete]);
  expect(shown).toContain('<th scope="row">What it should not</th><td>metal</td>');
  expect(shown).toContain('<th scope="row">Link to your voice</th>');
  expect(shown).not.toMatch(/<th scope="row">\w*[a-z][A-Z]/);
  expect(shown).not.toContain(">sourceId<");
});

test("a choice says how it is taken back, and that it was", async () => {
  const chosen = at(T0, { type: "chosen", trackId: "a" });
  const shown = await pageOf([complete, ...keptA, ...cutB, chosen]);
  expect(shown).toContain('title="Press again to take the choice back">★ Chosen (take back)');
  const taken = [complete, ...keptA, chosen, at(T0, { type: "chosen", trackId: null })];
  expect(doneWords("choose", viewOf(taskOf(...taken)))).toBe("No take is chosen any more.");
  expect(doneWords("choose", viewOf(taskOf(complete, ...keptA, chosen)))).toMatch(/^Your choice is kept/);
});

test("an address that wants a login does not read like sharing", async () => {
  const shown = await pageOf([complete, ...keptA, ...cutB]);
  expect(shown).toContain("Copy address (needs login)");
  expect(shown).not.toContain("Copy link");
});

test("what a delivery was known by is said under everything, and a message keeps one full stop", async () => {
  const message = "Failed to download the source audio.";
  const failed = observed(observation("failed", [], { failure: failureOf(451, null, message) }), {
    verdict: "capability",
  });
  expect(await pageOf([failed])).toContain("<p>Callback: failed: Failed to download the source audio.</p>");
  expect(await pageOf([failed], {}, true)).toContain("the source audio, known by its own callBackUrl.</p>");
  const unconfirmed = observed(observation("text"), { verdict: "hmac_unconfirmed" });
  expect(await pageOf([unconfirmed])).toContain("without effect until the provider confirms it.</p>");
});

async function pageOf(
  events: readonly TaskEvent[],
  fields: Partial<TaskPageProps> = {},
  everything = false,
): Promise<string> {
  const view = viewOf(taskOf(...events));
  const props: TaskPageProps = {
    view,
    usual: { first: null, complete: null },
    made: [],
    madeName: null,
    timeline: {
      taskId: view.taskId,
      createdAt: view.createdAt,
      trackIds: view.tracks.map(({ trackId }) => trackId),
      after: 0,
      events: events.map((event) => ({ event, body: null })),
      everything,
      next: null,
    },
    viewer: { isGuest: false, mayAct: true, mayDownload: true, link: (path) => path },
    canNotify: false,
    canRecover: true,
    did: null,
    now: T0,
    nonce: "n",
    ...fields,
  };
  const shown = await html`${TaskPage(props)}`;
  return shown.toString();
}
