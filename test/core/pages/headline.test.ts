/** The sentence at the head of a task's page is true in every state, and says what helps. */
import { expect, test } from "vitest";
import { failureOf } from "../../../src/core/provider/failure.ts";
import type { OtherProduct } from "../../../src/core/provider/products/products.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { adviceFor, headlineOf } from "../../../src/http/pages/task/headline.ts";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { at, audioUrl, copied, failed, listed, lost, observation, observed, started, T0, taskOf } from "../builders.ts";

const [A, B] = [audioUrl("a"), audioUrl("b")];
const complete = observed(
  observation("complete", [listed({ id: "a", audioLink: A }), listed({ id: "b", audioLink: B })]),
);
const linkless = observed(observation("complete", [listed({ id: "a", audioLink: A }), listed({ id: "b" })]));
const a = { trackId: "a" };
const b = { trackId: "b", attempt: 2 };
const keptA = [started(T0, A, a), copied(T0, A, a)];
const keptB = [started(T0, B, b), copied(T0, B, b)];
const REFUSED = "refused: https://files.example.com is not in AUDIO_ORIGINS";
const PRIVATE = "refused: 10.0.0.1 is an IP address, not a public name";
const NO_LINK = "refused_link: the provider sent a link that cannot be used: it is no URL";
const asked = at(T0, { type: "recovery_asked", by: "person", origin: "https://backline.example.com" });
const other = (product: OtherProduct) => observed(observation("complete", [], { product }));
const failure = observed(observation("failed", [], { failure: failureOf(429, null, "Insufficient credits") }));

test.each<[state: string, events: readonly TaskEvent[], standing: string, text: RegExp, more: RegExp, help: unknown]>([
  ["in the queue", [observed(observation("pending"))], "busy", /^Waiting for the provider/, /^$/, null],
  [
    "two takes with the same bytes",
    [complete, ...keptA, started(T0, B, b), copied(T0, B, { ...b, sha256: copied(T0, A).sha256 })],
    "warn",
    /^Complete\. 2 of 2 takes kept, of which 2 for want of better\.$/,
    /^Take 1: another take has the same bytes\. Take 2: another take has the same bytes\.$/,
    "retry",
  ],
  ["being copied", [complete, ...keptA], "busy", /1 of 2 takes kept, the rest is being copied/, /^$/, null],
  [
    "failing",
    [complete, ...keptA, started(T0, B, b), failed(T0, B, true, { ...b, reason: "http_403: answered 403" })],
    "warn",
    /1 of 2 takes is not kept yet: its link is dead/,
    /^Only the provider can give a new link\. It may come with another callback\. With PROVIDER_API_KEY set, /,
    null,
  ],
  [
    "refused for what no setting changes",
    [complete, ...keptA, started(T0, B, b), failed(T0, B, true, { ...b, reason: PRIVATE })],
    "warn",
    /1 of 2 takes is not kept yet: the link was refused \(10\.0\.0\.1 is an IP address, not a public name\)/,
    /^Only the provider can give a link that may be fetched\. It may come with another callback\. With /,
    null,
  ],
  [
    "waiting for a link",
    [linkless, ...keptA],
    "busy",
    /^Complete at the provider\. 1 of 2 takes kept, a link for the rest is awaited\.$/,
    /^$/,
    null,
  ],
  [
    "waiting for one link while another track is being copied",
    [linkless],
    "busy",
    /^Complete at the provider\. 0 of 2 takes kept, 1 is being copied, a link for 1 is awaited\.$/,
    /^$/,
    null,
  ],
  [
    "complete without a track",
    [observed(observation("complete", []))],
    "busy",
    /is done, and sent no link/,
    /^$/,
    null,
  ],
  [
    "complete with a link that cannot be used",
    [observed(observation("complete", [listed({ id: "a", refusedLink: "refused_link: its scheme is ftp:" })]))],
    "busy",
    /is done, and sent no usable link/,
    /^$/,
    null,
  ],
  [
    "silent after a complete without a link",
    [observed(observation("complete", [listed({ id: "a" })])), at(T0, { type: "stalled" })],
    "warn",
    /^The provider says that music is done, and sent no link to it yet\. Silent for longer/,
    /PROVIDER_API_KEY is not set/,
    "retry",
  ],
  [
    "silent after a product without its file",
    [
      observed(observation("complete", [], { product: "wav", files: [{ name: "wav", link: null }] })),
      at(T0, { type: "stalled" }),
    ],
    "warn",
    /^The provider says that it is done, and sent no link to it yet\. Silent for longer/,
    /PROVIDER_API_KEY is not set/,
    "retry",
  ],
  [
    "silent after a signed complete that the record has yet to confirm",
    [
      observed(observation("complete", [listed({ id: "a", audioLink: A })]), { verdict: "hmac_unconfirmed" }),
      at(T0, { type: "stalled" }),
    ],
    "warn",
    /^A signed callback says that all is done\. It counts once the provider's record confirms it\. Silent/,
    /PROVIDER_API_KEY is not set/,
    "retry",
  ],
  [
    "given up without a link",
    [observed(observation("complete", [listed({ id: "a" })])), at(T0, { type: "abandoned", why: "no_link" })],
    "bad",
    /^Failed: the provider said that it is done, and no usable link came within a day\.$/,
    /^Try again, which asks its record; if that has none, submit again/,
    "retry",
  ],
  [
    "silent after a link that is none",
    [
      observed(observation("complete", [listed({ id: "a", audioLink: null, refusedLink: NO_LINK })])),
      at(T0, { type: "stalled" }),
    ],
    "warn",
    /1 of 1 take is not kept yet: the provider sent a link that cannot be used \(it is no URL\)/,
    /new link.* Another link is awaited\.$/,
    "retry",
  ],
  ["silent", [at(T0, { type: "adopted" }), at(T0, { type: "stalled" })], "warn", /^Silent/, /callBackUrl/, "retry"],
  [
    "silent after the text",
    [observed(observation("text")), at(T0, { type: "stalled" })],
    "warn",
    /^The text is done\. .*Silent for longer than is usual since\.$/,
    /PROVIDER_API_KEY is not set/,
    "retry",
  ],
  ["kept", [complete, ...keptA, ...keptB], "good", /^Complete\. 2 of 2 takes kept\.$/, /^$/, null],
  [
    "partial",
    [complete, ...keptA, lost(T0, [B], { ...b, reason: `dead_link: ${REFUSED}` })],
    "warn",
    /^Complete, but 1 of 2 takes could not be kept: the link was refused \(https:.* is not in AUDIO_ORIGINS\)\.$/,
    /^Set AUDIO_ORIGINS .* then try again\.$/,
    "retry",
  ],
  [
    "lost",
    [complete, lost(T0, [A], { ...a, reason: "too_large: much" }), lost(T0, [B], b)],
    "bad",
    /^Complete, but no take could be kept: the file is larger than MAX_AUDIO_BYTES allows\.$/,
    /^Raise MAX_AUDIO_BYTES/,
    "retry",
  ],
  [
    "lost, and new links are made",
    [complete, lost(T0, [A], a), lost(T0, [B], b), asked],
    "busy",
    /^Complete, but no take could be kept\. The provider is making new links\.$/,
    /^$/,
    null,
  ],
  [
    "lost, and asked for new links in vain",
    [
      complete,
      lost(T0, [A], a),
      lost(T0, [B], b),
      asked,
      at(T0, { type: "recovery_ended", reason: "timeout: no end" }),
    ],
    "bad",
    /^Complete, but no take could be kept: /,
    /It was asked for new links, and none came \(timeout: no end\)\.$/,
    "retry",
  ],
  ["complete with nothing", [other("unknown")], "warn", /nothing came with it/, /timeline shows/, null],
  ["lyrics", [other("lyrics")], "good", /^Complete\. The words are in the timeline/, /^$/, null],
  [
    "failed",
    [failure],
    "bad",
    /^Failed: the provider account is out of credits \(code 429\)\.$/,
    /^Top it up.*then submit again\. The provider says: “Insufficient credits”\.$/,
    null,
  ],
  [
    "failed with a track",
    [observed(observation("first", [listed({ id: "a", audioLink: A })])), ...keptA, failure],
    "bad",
    /^Failed after 1 take, which is kept: the provider account/,
    /^Top it up/,
    null,
  ],
  [
    "not known to the provider",
    [at(T0, { type: "adopted" }), at(T0, { type: "abandoned", why: "unknown" })],
    "bad",
    /^Failed: the provider does not know a task of this id/,
    /^Check that PROVIDER_API_KEY.*PROVIDER_BASE_URL.*submit it/,
    "retry",
  ],
  ["given up", [observed(observation("text")), at(T0, { type: "abandoned" })], "bad", /14 days/, /^Check/, "retry"],
])("%s", (_state, events, standing, text, more, help) => {
  const headline = headlineOf(viewOf(taskOf(...events)), false);
  expect(headline.text).toMatch(text);
  expect(headline.more).toMatch(more);
  expect([headline.standing, headline.help]).toEqual([standing, help]);
});

const container = unheard({ format: "mp3", durationSeconds: 18 });
const cut = { ...copied(T0, B, { ...b, container }), lastResort: "truncated: it ends after 18 s" };
const cutB = [started(T0, B, b), cut];
const dead = { reason: "dead_link: http_404: answered 404" };
const ended = (reason: string | null) => at(T0, { type: "recovery_ended", reason });

test.each<[state: string, events: readonly TaskEvent[], standing: string, text: RegExp, more: RegExp, help: unknown]>([
  [
    "failing with a dead link",
    [complete, ...keptA, started(T0, B, b), failed(T0, B, true, { ...b, reason: "http_403: answered 403" })],
    "warn",
    /not kept yet: its link is dead/,
    /^Only the provider can give a new link\. Its record is asked for one by itself\. Trying again asks at once\.$/,
    "retry",
  ],
  [
    "failing while new links are made",
    [complete, ...keptA, started(T0, B, b), failed(T0, B, true, { ...b, reason: "http_403: answered 403" }), asked],
    "busy",
    /not kept yet: its link is dead .*\. The provider is making new links\.$/,
    /^$/,
    null,
  ],
  [
    "failing though new links came",
    [complete, ...keptA, asked, ended(null), started(T0, B, b), failed(T0, B, true, { ...b, reason: "http_403: no" })],
    "warn",
    /not kept yet: its link is dead/,
    /Trying again asks at once\. New links came, and did not help\.$/,
    "retry",
  ],
  [
    "lost by a dead link",
    [complete, lost(T0, [A], { ...a, ...dead }), ...keptB],
    "warn",
    /1 of 2 takes could not be kept: its link is dead/,
    /^Only the provider can give a new link\.$/,
    "recover",
  ],
  [
    "lost, and the new links are dead too",
    [complete, lost(T0, [A], { ...a, ...dead }), ...keptB, asked, ended(null)],
    "warn",
    /1 of 2 takes could not be kept: its link is dead/,
    /^Only the provider can give a new link\. New links came, and they are dead too\.$/,
    "retry",
  ],
  [
    "a take that is cut",
    [complete, ...keptA, ...cutB],
    "warn",
    /^Complete\. 2 of 2 takes kept, but take 2 sounds faulty\.$/,
    /^Take 2: It is cut, and nothing longer was found/,
    "recover",
  ],
  [
    "a take that is cut and is listened to again",
    [complete, ...keptA, ...cutB, at(T0, { type: "assess_asked" })],
    "warn",
    /take 2 sounds faulty\.$/,
    /^Take 2: /,
    "recover",
  ],
  [
    "a take that is cut, and new links are made",
    [complete, ...keptA, ...cutB, asked],
    "busy",
    /take 2 sounds faulty\. The provider is making new links\.$/,
    /^$/,
    null,
  ],
  [
    "a take that is cut, and new links gave nothing better",
    [complete, ...keptA, ...cutB, asked, ended(null)],
    "warn",
    /take 2 sounds faulty\.$/,
    /^Take 2: .* New links came, and gave nothing better\.$/,
    "retry",
  ],
  [
    "kept by new links",
    [complete, ...keptA, ...keptB, asked, ended(null)],
    "good",
    /^Complete\. 2 of 2 takes kept\.$/,
    /new links, and they helped/,
    null,
  ],
])("with a key of the provider: %s", (_state, events, standing, text, more, help) => {
  const headline = headlineOf(viewOf(taskOf(...events)), true);
  expect(headline.text).toMatch(text);
  expect(headline.more).toMatch(more);
  expect([headline.standing, headline.help]).toEqual([standing, help]);
});

test("what sounds faulty and cannot be made anew is tried again, and what is whole is submitted again", () => {
  expect(headlineOf(viewOf(taskOf(complete, ...keptA, ...cutB)), false).help).toBe("retry");
  const silent = { ...container, integratedLufs: null, silentShare: 1 };
  const heard: TaskEvent = {
    ...at(T0, {
      type: "assessed",
      sha256: cut.sha256,
      analyzerVersion: "1",
      outcome: "done",
      reason: null,
      facts: silent,
      waveformKey: null,
    }),
  };
  const whole = [complete, ...keptA, started(T0, B, b), copied(T0, B, { ...b, container }), heard];
  expect(headlineOf(viewOf(taskOf(...whole)), true)).toMatchObject({ standing: "warn", help: "retry" });
  const request = { title: "A song", tags: "jazz" };
  const submitted = at(T0, { type: "submitted", ref: "r", request });
  expect(headlineOf(viewOf(taskOf(submitted, ...whole)), true)).toMatchObject({
    standing: "warn",
    help: "submit_again",
  });
});

test("silence after a word of the provider says that its record is asked, where there is a key", () => {
  const view = viewOf(taskOf(observed(observation("complete")), at(T0, { type: "stalled" })));
  expect(headlineOf(view, true).more).toMatch(/asked for its record.*Trying again asks at once/);
});

test("how to set the provider's key is said once, whichever sentence does", () => {
  const dead = lost(T0, [A], { ...a, trackId: "a" });
  for (const events of [
    [observed(observation("text"))],
    [observed(observation("complete")), at(T0, { type: "stalled" })],
    [complete, started(T0, A, a), dead],
  ]) {
    const view = viewOf(taskOf(...events));
    expect(adviceFor(view, false)?.split("secret put PROVIDER_API_KEY")).toHaveLength(2);
    expect(adviceFor(view, true) ?? "").not.toContain("PROVIDER_API_KEY");
  }
});
