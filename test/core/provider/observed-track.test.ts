/** The fields of one track, each with the values that have been seen in its place. */
import { expect, test } from "vitest";
import { linkOf, readLink } from "../../../src/core/provider/link.ts";
import { callback, observationOf, snakeTrack, trackFrom } from "../messages.ts";

test("a missing link is absent, null, empty, None, or a file called None", () => {
  const missing = [
    undefined,
    null,
    "",
    "  ",
    "None",
    "none",
    7,
    {},
    [],
    "https://cdn.example.com/None.mp3",
    "https://cdn.example.com/audio/none.MP3?x=1",
    "https://cdn.example.com/None",
  ];
  for (const audio_url of missing) expect([audio_url, trackFrom({ audio_url })?.audioLink]).toEqual([audio_url, null]);
});

test("an empty link in one spelling gives way to the other", () => {
  const link = "https://cdn.example.com/a.mp3";
  expect(trackFrom({ audio_url: "", audioUrl: link })?.audioLink).toBe(link);
  expect(trackFrom({ stream_audio_url: null, streamAudioUrl: link })?.streamLink).toBe(link);
  expect(trackFrom({ image_url: "None", imageUrl: link })?.coverLink).toBe(link);
});

test("the originals of the provider's own provider are no links of the track", () => {
  const originals = { ...snakeTrack, audio_url: "", stream_audio_url: "", image_url: "" };
  expect(trackFrom(originals)).toMatchObject({ audioLink: null, streamLink: null, coverLink: null });
});

test("a link is normalized, and what is no web address is none", () => {
  expect(linkOf("https://cdn.example.com/a b.mp3")).toBe("https://cdn.example.com/a%20b.mp3");
  expect(linkOf(" HTTPS://CDN.example.com/a.mp3 ")).toBe("https://cdn.example.com/a.mp3");
  expect(linkOf("http://cdn.example.com/nonesuch.mp3")).toBe("http://cdn.example.com/nonesuch.mp3");
  expect(linkOf("https://cdn.example.com/\ud800.mp3")).toBe("https://cdn.example.com/%EF%BF%BD.mp3");
  const none = [
    "cdn.example.com/a.mp3",
    "/a.mp3",
    "ftp://example.com/a",
    "file:///etc/passwd",
    "data:audio/mpeg,x",
    "javascript:alert(1)",
    "https://",
    "https://a b/",
  ];
  for (const link of none) expect(linkOf(link)).toBeNull();
});

test("what parsing would leave out or join is no link, so that no secret is whole again that was redacted in parts", () => {
  const parts = ["\t", "\n", "\r\n"].flatMap((gap) => [`https://cdn.example.com/to${gap}ken`, `to${gap}ken://a`]);
  const hosts = ["to\u00adken", "to\u200bken", "to\ufeffken", "\uff54oken", "bücher"].map(
    (host) => `https://${host}.example/`,
  );
  for (const link of [...parts, ...hosts]) {
    expect([link, linkOf(link)]).toEqual([link, null]);
    expect(readLink(link).refused).not.toContain("token");
  }
  expect(linkOf("https://cdn.example.com/für Elise.mp3")).toBe("https://cdn.example.com/f%C3%BCr%20Elise.mp3");
});

test("a link is at most 4,096 characters long, before and after it is normalized", () => {
  const base = "https://cdn.example.com/";
  expect(linkOf(base + "a".repeat(4_096 - base.length))).toHaveLength(4_096);
  expect(linkOf(base + "a".repeat(4_097 - base.length))).toBeNull();
  expect(linkOf(base + " ".repeat(2_000) + "a")).toBeNull();
});

test("a duration is a number or one in digits; 0 is not known", () => {
  for (const [duration, seconds] of [
    [198.44, 198.44],
    ["198.44", 198.44],
    [" 12 ", 12],
    [1, 1],
  ])
    expect(trackFrom({ duration })?.durationSeconds).toBe(seconds);
  for (const duration of [0, "0", null, undefined, "", " ", "long", "Infinity", -3, true, [], {}])
    expect([duration, trackFrom({ duration })?.durationSeconds]).toEqual([duration, null]);
});

test("a creation time is kept as it was written", () => {
  const times = [
    [1_767_600_000_000, "1767600000000"],
    ["2026-01-05 08:00:00", "2026-01-05 08:00:00"],
    ["2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"],
  ];
  for (const [createTime, shown] of times) expect(trackFrom({ createTime })?.createdAt).toBe(shown);
  expect(trackFrom({ create_time: 5 })?.createdAt).toBe("5");
  for (const createTime of [null, "", {}]) expect(trackFrom({ createTime })?.createdAt).toBeNull();
});

test("tags are text or a list of texts", () => {
  expect(trackFrom({ tags: "jazz, piano" })?.tags).toBe("jazz, piano");
  expect(trackFrom({ tags: ["jazz", 7, null, "piano"] })?.tags).toBe("jazz, piano");
  for (const tags of [[], [7], "", null, {}, 0n.toString().slice(1)]) expect(trackFrom({ tags })?.tags).toBeNull();
});

test("texts are trimmed, cut and well-formed", () => {
  expect(trackFrom({ title: "  Night  " })?.title).toBe("Night");
  expect(trackFrom({ title: "x".repeat(999) })?.title).toHaveLength(300);
  expect(trackFrom({ title: "a\ud800b" })?.title).toBe("a\ufffdb");
  expect(trackFrom({ title: `${"x".repeat(299)}😀` })?.title?.isWellFormed()).toBe(true);
  expect(trackFrom({ title: "nul\u0000 stays" })?.title).toBe("nul\u0000 stays");
  expect(trackFrom({ title: 99 })?.title).toBe("99");
  expect(trackFrom({ model_name: "", modelName: "V5" })?.model).toBe("V5");
});

test("the oldest shape has no id; a number counts as one", () => {
  expect(observationOf(callback("complete", [{ audio_url: "" }])).tracks).toMatchObject([{ id: null }]);
  expect(trackFrom({ id: 7 })?.id).toBe("7");
  expect(trackFrom({ id: "x".repeat(400) })?.id).toHaveLength(256);
});

test("a __proto__ in a message is a field like any other", () => {
  const text =
    '{"code":200,"data":{"callbackType":"complete","task_id":"t","__proto__":{"task_id":"evil"},"data":[{"id":"a","__proto__":{"title":"evil"}}]}}';
  const { tracks } = observationOf(JSON.parse(text));
  expect(tracks).toMatchObject([{ id: "a", title: null }]);
  expect(Object.getPrototypeOf(tracks[0])).toBe(Object.prototype);
});
