/** The notes of a message become a Standard MIDI File, whichever way their times are written. */
import fc from "fast-check";
import { parseMidi } from "midi-file";
import { expect, test } from "vitest";
import { MAX_INSTRUMENTS, midiFile, notesLink } from "../../../../src/core/provider/products/notes.ts";
import { instrumentsOf } from "../../../../src/core/provider/products/product-files.ts";
import { parseMessage } from "../../../../src/core/provider/message.ts";
import { observed, TASK_ID, taskOf } from "../../builders.ts";
import { viewOf } from "../../../../src/core/view/view.ts";
import { cpuMs } from "../../cpu.ts";

const DRUMS = { name: "Drums", notes: [{ pitch: 36, start: "0.5", end: "0.75", velocity: 1 }] };

interface Heard {
  readonly pitch: number;
  readonly start: number;
  readonly end: number;
  readonly velocity: number;
}

function fileOf(instruments: unknown): Uint8Array {
  const bytes = midiFile(instruments);
  if (typeof bytes === "string") throw new Error(bytes);
  return bytes;
}

/** What a player makes of the file, by the name of the track. */
function heardIn(bytes: Uint8Array): Map<string, Heard[]> {
  const { header, tracks } = parseMidi(bytes);
  const tempo = tracks[0]?.find((event) => event.type === "setTempo");
  const perTick = (tempo?.microsecondsPerBeat ?? 0) / 1e6 / (header.ticksPerBeat ?? 1);
  const named = tracks.slice(1).map((events): [string, Heard[]] => {
    const heard: Heard[] = [];
    const on = new Map<number, { readonly start: number; readonly velocity: number }>();
    let [name, at] = ["", 0];
    for (const event of events) {
      at += event.deltaTime;
      if (event.type === "trackName") name = event.text;
      if (event.type === "noteOn") on.set(event.noteNumber, { start: at * perTick, velocity: event.velocity });
      const begun = event.type === "noteOff" ? on.get(event.noteNumber) : undefined;
      if (event.type === "noteOff" && begun !== undefined)
        heard.push({ pitch: event.noteNumber, end: at * perTick, ...begun });
    }
    return [name, heard];
  });
  return new Map(named);
}

test("words and numbers are the same times, and the drums are on their channel", () => {
  const bass = { name: "Bass", notes: [{ pitch: 40, start: 1, end: 2.25, velocity: 0.5 }] };
  const bytes = fileOf([DRUMS, bass]);
  expect(heardIn(bytes)).toEqual(
    new Map([
      ["Drums", [{ pitch: 36, start: 0.5, end: 0.75, velocity: 127 }]],
      ["Bass", [{ pitch: 40, start: 1, end: 2.25, velocity: 64 }]],
    ]),
  );
  const channels = parseMidi(bytes).tracks.flatMap((events) =>
    events.flatMap((event) => (event.type === "noteOn" ? [event.channel] : [])),
  );
  expect(channels).toEqual([9, 1]);
});

test("every note is in the file, in its order, to a tick", () => {
  const time = fc.double({ min: 0, max: 600, noNaN: true });
  const note = fc.record({
    pitch: fc.integer({ min: 0, max: 127 }),
    start: time,
    length: fc.double({ min: 0.1, max: 4, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(note, { maxLength: 30 }), (notes) => {
      // Two of one pitch that overlap cannot be told apart in a file.
      const apart = notes.filter((one, index) => notes.findIndex(({ pitch }) => pitch === one.pitch) === index);
      const sent = apart.map(({ pitch, start, length }) => ({ pitch, start, end: start + length, velocity: 1 }));
      const heard = sent.length === 0 ? [] : (heardIn(fileOf([{ name: "Piano", notes: sent }])).get("Piano") ?? []);
      expect(heard).toHaveLength(sent.length);
      for (const { pitch, start, end } of sent) {
        const one = heard.find((played) => played.pitch === pitch);
        expect(Math.abs((one?.start ?? -1) - start)).toBeLessThan(0.002);
        expect(Math.abs((one?.end ?? -1) - end)).toBeLessThan(0.002);
      }
    }),
  );
});

test("a message without a note names no file, and one of which none can be read has a reason", () => {
  for (const nothing of [null, [], {}, [7, { name: "Drums" }, { notes: [] }, { notes: {} }]])
    expect(notesLink(nothing)).toBeNull();
  const odd = [null, {}, { pitch: 200, start: 0, end: 1 }, { pitch: 1, start: "x", end: 1 }];
  expect(notesLink([{ name: "Drums", notes: odd }])).not.toBeNull();
  expect(midiFile([{ name: "Drums", notes: odd }])).toMatch(/^unreadable_notes: /);
  expect(heardIn(fileOf([{ name: "Drums", notes: [...odd, ...DRUMS.notes] }, 7])).get("Drums")).toHaveLength(1);
});

const SHAPES: Readonly<Record<string, object>> = {
  instruments: { instruments: [DRUMS] },
  "midiData as an object": { midiData: { state: "complete", instruments: [DRUMS] } },
  "midiData as a list": { midiData: [DRUMS] },
};
const HOLDERS: Readonly<Record<string, (held: object) => object>> = {
  data: (held) => ({ code: 200, data: { taskId: TASK_ID, state: "complete", ...held } }),
  "data, with the id at the top": (held) => ({ task_id: TASK_ID, code: 200, data: { state: "complete", ...held } }),
  "a record": (held) => ({ code: 200, data: { taskId: TASK_ID, successFlag: 1, ...held } }),
  "data.response": (held) => ({ code: 200, data: { taskId: TASK_ID, successFlag: 1, response: held } }),
  "the top": (held) => ({ task_id: TASK_ID, code: 200, ...held }),
  "the market's resultJson": (held) => ({
    code: 200,
    data: { taskId: TASK_ID, state: "success", resultJson: JSON.stringify(held) },
  }),
};

test.each(Object.keys(HOLDERS).flatMap((holder) => Object.keys(SHAPES).map((shape) => [holder, shape] as const)))(
  "the notes in %s, as %s, are found, and found again by their name",
  (holder, shape) => {
    const body = HOLDERS[holder]?.(SHAPES[shape] ?? {});
    const read = parseMessage(body).observation;
    const link = notesLink([DRUMS]) ?? "";
    expect(read).toMatchObject({ product: "midi", kind: "complete", files: [{ name: "midi", link }] });
    expect(instrumentsOf(body, link)).toEqual([DRUMS]);
    expect(instrumentsOf(body, "notes:others")).toBeNull();
  },
);

test.each([
  { midiData: { state: "pending", instruments: [] } },
  { midiData: {} },
  { midiData: [] },
  { instruments: [] },
  { midiData: { instruments: [{ name: "Drums", notes: [] }] } },
])("a record that is pending is not complete before it has notes: %j", (held) => {
  const { observation } = parseMessage({ code: 200, data: { taskId: TASK_ID, successFlag: 0, ...held } }, "midi");
  expect(observation).toMatchObject({ product: "midi", kind: "pending" });
  expect(viewOf(taskOf(observed(observation)))).toMatchObject({ stage: "pending", settled: false });
});

function timed(start: number, end: number): object {
  return { pitch: 60, start, end, velocity: 1 };
}

/** 28 bits of ticks, 960 of them in a second. */
const LAST_SECOND = 0x0f_ff_ff_ff / 960;

test("a note is in the file as it was sent, or not at all, however late it is", () => {
  for (const [start, end] of [
    [0, LAST_SECOND],
    [LAST_SECOND - 1, LAST_SECOND],
    [0, 2 ** 27 / 960],
  ] as const) {
    const [heard] = heardIn(fileOf([{ name: "Late", notes: [timed(start, end)] }])).get("Late") ?? [];
    expect(heard?.start).toBeCloseTo(start, 2);
    expect(heard?.end).toBeCloseTo(end, 2);
  }
  const late = [2_300_000, LAST_SECOND + 1, 1e15, 1e300, 1e308].map((end) => timed(0, end));
  const never = [timed(1e300, 1e301), timed(1e308, 1e308), timed(LAST_SECOND, LAST_SECOND), timed(2, 1), timed(-1, 1)];
  expect(midiFile([{ name: "Late", notes: [...late, ...never] }])).toMatch(/^unreadable_notes: /);
  const names = ["Flöte", "ピアノ", "Klavier 🎹", "x".repeat(200)];
  const named = parseMidi(fileOf(names.map((name) => ({ name, notes: DRUMS.notes })))).tracks.slice(1);
  // The parser takes each byte for a character.
  const utf8 = named.map(([first]) =>
    first?.type === "trackName" ? new TextDecoder().decode(Uint8Array.from(first.text, (c) => c.charCodeAt(0))) : null,
  );
  expect(utf8).toEqual(names.map((name) => name.slice(0, 100)));
});

test("more instruments than any song has are refused with a reason, and the most are a file", () => {
  const many = Array.from({ length: MAX_INSTRUMENTS + 1 }, () => DRUMS);
  expect(midiFile(many)).toMatch(/^too_many_instruments: 129 /);
  expect(parseMidi(fileOf(many.slice(1))).tracks).toHaveLength(MAX_INSTRUMENTS + 1);
});

test("the notes of the largest message are read and written in a time linear in them", () => {
  const fit = Math.floor((4 * 1_024 * 1_024) / JSON.stringify({ pitch: 100, start: 10_000.5, end: 10_001.5 }).length);
  const notes = Array.from({ length: fit }, (_, at) => ({ pitch: at % 128, start: at / 4, end: at / 4 + 0.2 }));
  const share = Math.ceil(fit / MAX_INSTRUMENTS);
  const shapes = {
    "one instrument": [{ name: "Piano", notes }],
    "the most instruments": Array.from({ length: MAX_INSTRUMENTS }, (_, at) => ({
      name: `Stem ${at}`,
      notes: notes.slice(at * share, (at + 1) * share),
    })),
    "nothing but instruments": Array.from({ length: 60_000 }, () => ({ name: "", notes: [{}] })),
  };
  for (const [shape, instruments] of Object.entries(shapes)) {
    const before = cpuMs();
    expect(notesLink(instruments)).not.toBeNull();
    midiFile(instruments);
    expect([shape, cpuMs() - before < 3_000]).toEqual([shape, true]);
  }
});

test("what is no note is left out, and a loudness is within what MIDI can say", () => {
  const odd = [
    { pitch: 60, start: 0, end: 1, velocity: 90 },
    { pitch: 61, start: 0, end: 1, velocity: "loud" },
    { pitch: 62, start: " ", end: 1 },
    { pitch: 128, start: 0, end: 1 },
    { pitch: -1, start: 0, end: 1 },
    { pitch: 63, start: -1, end: 1 },
    { pitch: 64, start: 2, end: 1 },
    { pitch: 65 },
    "note",
  ];
  const heard = heardIn(fileOf([{ name: null, notes: odd }, { name: "Bass", notes: "none" }, "no instrument"]));
  const notes = [...heard.values()].flat();
  expect(notes.map(({ pitch, velocity }) => [pitch, velocity])).toEqual([
    [60, 90],
    [61, 127],
  ]);
});
