/**
 * Random messages of one task with two tracks, and junk: for the laws of the fold.
 *
 * Messages are made as JSON and read by `parseMessage`, so that what the provider really sends is what is folded.
 * Values conflict on purpose: every field has several, links change, ids come and go, failures lie among successes.
 */
import fc from "fast-check";
import type { Observed } from "../../src/core/task/event.ts";
import { sha256Hex } from "../../src/core/ids.ts";
import { parseMessage } from "../../src/core/provider/message.ts";
import type { ParentTask } from "../../src/core/provider/submission.ts";
import { messageKey, VERDICTS } from "../../src/core/task/trust.ts";
import { observed, T0, TASK_ID } from "./builders.ts";

type Shape = "ids" | "no ids" | "mixed";

const empty = fc.constantFrom(undefined, null, "", "None", "https://cdn.example.com/None.mp3");

function linkIn(name: string, extension: string): fc.Arbitrary<unknown> {
  const link = fc.constantFrom(1, 2, 3).map((n) => `https://cdn${n}.example.com/${name} ${n}.${extension}`);
  return fc.oneof({ weight: 3, arbitrary: link }, { weight: 2, arbitrary: empty });
}

function trackIn(name: string, shape: Shape): fc.Arbitrary<object> {
  const id =
    shape === "ids"
      ? fc.constant(name)
      : shape === "no ids"
        ? fc.constant(undefined)
        : fc.constantFrom(name, undefined);
  return fc.record({
    id,
    audio_url: linkIn(`${name}-audio`, "mp3"),
    stream_audio_url: linkIn(`${name}-stream`, "mp3"),
    image_url: linkIn("shared-cover", "jpeg"),
    title: fc.constantFrom("Night", "Night (v2)", "", null, undefined),
    tags: fc.constantFrom("jazz", ["jazz", "piano"], [], null),
    duration: fc.constantFrom(0, 180.5, "181", null, undefined),
    model_name: fc.constantFrom("V5", "V6", null),
    createTime: fc.constantFrom(1_767_600_000_000, "2026-01-05 12:00:00", null),
  });
}

/** Both tracks, one of them, or none, in either order. */
function tracksIn(shape: Shape): fc.Arbitrary<unknown[]> {
  return fc
    .tuple(trackIn("a", shape), trackIn("b", shape), fc.constantFrom("ab", "ab", "ba", "a", "b", ""))
    .map(([a, b, order]) => Array.from(order, (name) => (name === "a" ? a : b)));
}

const stageWord = fc.constantFrom(
  "text",
  "first",
  "complete",
  "complete",
  "SUCCESS",
  "FIRST_SUCCESS",
  "PENDING",
  "new",
);
const failure = fc.constantFrom(
  { code: 531, data: { callbackType: "failed", task_id: TASK_ID } },
  { code: 400, data: { callbackType: "complete", task_id: TASK_ID, data: null } },
  { code: "500", msg: "late", data: { callbackType: "error", task_id: TASK_ID, data: [] } },
  { code: 200, data: { status: "SENSITIVE_WORD_ERROR", taskId: TASK_ID, errorMessage: "words" } },
  { code: 451, task_id: TASK_ID, error: "refused" },
);
const sibling = fc.constantFrom(
  { code: 200, data: { task_id: TASK_ID, audioWavUrl: "https://cdn.example.com/a.wav" } },
  { code: 200, data: { task_id: TASK_ID, images: ["https://cdn.example.com/i.png"] } },
  { hello: "world" },
);

function messageIn(shape: Shape): fc.Arbitrary<object> {
  const success = fc
    .tuple(stageWord, tracksIn(shape))
    .map(([callbackType, data]) => ({ code: 200, data: { callbackType, task_id: TASK_ID, data } }));
  return fc.oneof(
    { weight: 6, arbitrary: success },
    { weight: 1, arbitrary: failure },
    { weight: 1, arbitrary: sibling },
  );
}

/** Anything: many tracks with few ids and links, so that they join in unforeseen ways. */
const junkTrack = fc.record(
  {
    id: fc.constantFrom("a", "b", "c", "..", "x y", null),
    audio_url: fc.constantFrom("https://j.example.com/1", "https://j.example.com/2", "https://j.example.com/3", ""),
    stream_audio_url: fc.constantFrom("https://j.example.com/1", "https://j.example.com/4", null),
    image_url: fc.constantFrom("https://j.example.com/1", null),
    title: fc.string({ maxLength: 3 }),
    duration: fc.double(),
  },
  { requiredKeys: [] },
);
const crowd = fc.nat({ max: 30 }).map((n) => ({ id: `crowd-${n}`, audio_url: `https://j.example.com/crowd-${n}` }));
const junkMessage = fc
  .tuple(stageWord, fc.oneof(fc.array(junkTrack, { maxLength: 5 }), fc.array(crowd, { maxLength: 20 })))
  .map(([callbackType, data]) => ({ code: 200, data: { callbackType, task_id: TASK_ID, data } }));

function received(message: fc.Arbitrary<object>): fc.Arbitrary<Observed> {
  return fc
    .record({
      message,
      via: fc.constantFrom("callback" as const, "callback" as const, "poll" as const),
      verdict: fc.oneof(
        { weight: 4, arbitrary: fc.constant("token") },
        { weight: 1, arbitrary: fc.constantFrom(...VERDICTS, "of a newer release") },
      ),
      minutes: fc.nat({ max: 20 }),
    })
    .map(({ message, via, verdict: given, minutes }) => {
      const text = JSON.stringify(message);
      const { observation } = parseMessage(JSON.parse(text));
      const verdict = via === "poll" ? "record" : given;
      return observed(observation, {
        sha256: sha256Hex(`${text}${via}${verdict}`),
        via,
        verdict,
        at: T0 + minutes * 60_000,
      });
    });
}

function distinct(one: fc.Arbitrary<Observed>): fc.Arbitrary<readonly Observed[]> {
  return fc.uniqueArray(one, { selector: (event) => event.sha256, minLength: 1, maxLength: 8 }).chain(withParents);
}

/** Some of them come again, as the same bytes: by then it was known what they were made of. */
function withParents(events: readonly Observed[]): fc.Arbitrary<readonly Observed[]> {
  const parent = fc.constantFrom({ taskId: "p", trackId: "t" }, { taskId: "p", trackId: null });
  const told = fc
    .record({ event: fc.constantFrom(...events), parent, minutes: fc.nat({ max: 20 }) })
    .map(({ event, parent, minutes }) => madeOf(event, parent, T0 + minutes * 60_000));
  return fc.uniqueArray(told, { selector: messageKey, maxLength: 2 }).map((again) => events.concat(again));
}

function madeOf(event: Observed, parent: ParentTask, at: number): Observed {
  return { ...event, observation: { ...event.observation, parent }, at, lastAt: at };
}

/** Distinct deliveries about one task with two tracks, of one shape or of both. */
export const deliveries: fc.Arbitrary<readonly Observed[]> = fc
  .constantFrom<Shape>("ids", "no ids", "mixed")
  .chain((shape) => distinct(received(messageIn(shape))));

export const identifiedDeliveries = distinct(received(messageIn("ids")));
export const idlessDeliveries = distinct(received(messageIn("no ids")));
export const junkDeliveries = distinct(received(fc.oneof(junkMessage, messageIn("mixed"))));

/** The same deliveries in another order, some of them again: a redelivery is later and counts higher. */
export function retold(events: readonly Observed[]): fc.Arbitrary<readonly Observed[]> {
  const again = fc
    .record({
      index: fc.nat({ max: events.length - 1 }),
      times: fc.integer({ min: 2, max: 9 }),
      late: fc.nat({ max: 90_000 }),
    })
    .map(({ index, times, late }) => events.slice(index, index + 1).map((event) => repeated(event, times, late)));
  return fc
    .array(again, { maxLength: 6 })
    .chain((repeats) =>
      fc.shuffledSubarray([...events, ...repeats.flat()], { minLength: events.length + repeats.length }),
    );
}

function repeated(event: Observed, times: number, late: number): Observed {
  return { ...event, at: event.at + late, lastAt: event.lastAt + late, times };
}
