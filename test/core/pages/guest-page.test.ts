/** What a share link shows says what there is, and what does not come, without a word of why. */
import { html } from "hono/html";
import { expect, test } from "vitest";
import { failureOf } from "../../../src/core/provider/failure.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { guestViewOf } from "../../../src/core/view/guest.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { GuestPage } from "../../../src/http/pages/task/guest-page.tsx";
import { audioUrl, copied, listed, lost, observation, observed, started, T0, taskOf } from "../builders.ts";

const [A, B] = [audioUrl("a"), audioUrl("b")];
const [a, b] = [{ trackId: "a" }, { trackId: "b", attempt: 2, reason: "http_404: a reason" }];
const complete = observed(
  observation("complete", [listed({ id: "a", audioLink: A }), listed({ id: "b", audioLink: B })]),
);
const listen = observed(observation("first", complete.observation.tracks));
const keptA = [started(T0, A, a), copied(T0, A, a)];
const failed = observed(observation("failed", [], { failure: failureOf(451, null, "a reason") }));
const film = observed(observation("complete", [], { product: "video", files: [{ name: "video", link: A }] }));
const file = { file: "file", trackId: "video", reason: "http_404: a reason" } as const;
const [NOTHING, AWAITED] = ["There is nothing to hear here.", "It is still being made."];
const [MADE, REST] = ["The rest is still being made.", "The rest could not be kept so far."];
const [NONE_YET, NOT_HERE] = ["Nothing of it could be kept so far.", "Not here yet."];
const [TAKE, FILE] = ["This take could not be kept.", "This file could not be kept."];

test.each<[state: string, events: readonly TaskEvent[], says: readonly string[]]>([
  ["pending", [observed(observation("pending"))], [AWAITED]],
  ["failed", [failed], [NOTHING]],
  ["lost", [complete, lost(T0, [A], { ...b, trackId: "a" }), lost(T0, [B], b)], [NOTHING, TAKE, TAKE]],
  ["partial", [complete, ...keptA, lost(T0, [B], b)], [TAKE]],
  ["kept, and the rest failed", [complete, ...keptA, failed], [REST]],
  ["kept, and the rest is made", [listen, ...keptA], [MADE]],
  ["made, and nothing is kept yet", [complete], [NONE_YET]],
  ["failed, and the last link is still tried", [listen, failed], [NONE_YET]],
  ["a file that is being copied", [film], [NONE_YET, NOT_HERE]],
  ["a file lost", [film, lost(T0, [A], file)], [NOTHING, FILE]],
])("%s: a guest is told what does not come, and not why", async (_state, events, says) => {
  const view = guestViewOf(viewOf(taskOf(...events)), null);
  const viewer = { isGuest: true, mayAct: false, mayDownload: false, link: (path: string) => path };
  const shown = String(await html`${GuestPage({ view, alone: null, madeName: null, viewer, nonce: "n" })}`);
  const said = [NOTHING, AWAITED, NONE_YET, MADE, REST, TAKE, FILE, NOT_HERE].flatMap((words) =>
    shown
      .split(words)
      .slice(1)
      .map(() => words),
  );
  expect(said).toEqual(says);
  expect(shown).not.toMatch(/a reason|http_404|dead|Being copied/);
});

test("a title that turns the direction of writing turns not the number of its take", async () => {
  const told = observed(observation("complete", [listed({ audioLink: A, title: "Night \u202eevird" })]));
  const view = guestViewOf(viewOf(taskOf(told)), null);
  const viewer = { isGuest: true, mayAct: false, mayDownload: false, link: (path: string) => path };
  const shown = String(await html`${GuestPage({ view, alone: null, madeName: null, viewer, nonce: "n" })}`);
  expect(shown).toContain("\u2068Night \u202eevird\u2069 (take 1)");
});
