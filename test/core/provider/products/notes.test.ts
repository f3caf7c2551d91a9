/** The notes of a message become a Standard MIDI File, whichever way their times are written. */
import fc from "fast-check";
import { parseMidi } from "midi-file";
import { expect, test } from "vitest";
import { instrumentsOf, midiFile, notesLink } from "../../../../src/core/provider/products/notes.ts";
import { parseMessage } from "../../../../src/core/provider/message.ts";
import { TASK_ID } from "../../builders.ts";

const DRUMS = { name: "Drums", notes: [{ pitch: 36, start: "0.5", end: "0.75", velocity: 1 }] };

interface Heard {
  readonly pitch: number;
  readonly start: number;
  readonly end: number;
  readonly velocity: number;
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
  const bytes = midiFile([DRUMS, bass]);
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
      const heard = heardIn(midiFile([{ name: "Piano", notes: sent }])).get("Piano") ?? [];
      expect(heard).toHaveLength(sent.length);
      for (const { pitch, start, end } of sent) {
        const one = heard.find((played) => played.pitch === pitch);
        expect(Math.abs((one?.start ?? -1) - start)).toBeLessThan(0.002);
        expect(Math.abs((one?.end ?? -1) - end)).toBeLessThan(0.002);
      }
    }),
  );
});

test("what is no note is left out, and nothing but that makes no file", () => {
  const odd = [
    null,
    {},
    { pitch: 200, start: 0, end: 1 },
    { pitch: 1, start: "x", end: 1 },
    { pitch: 1, start: 2, end: 1 },
  ];
  expect(heardIn(midiFile([{ name: "Drums", notes: [...odd, ...DRUMS.notes] }, 7])).get("Drums")).toHaveLength(1);
  for (const nothing of [null, [], {}, [{ name: "Drums", notes: odd }]]) expect(notesLink(nothing)).toBeNull();
});

test("each shape of the message names the file, and gives its notes back by that name", () => {
  const bodies = [
    { task_id: TASK_ID, code: 200, msg: "success", data: { state: "complete", instruments: [DRUMS] } },
    { code: 200, data: { taskId: TASK_ID, state: "complete", instruments: [DRUMS] } },
    { code: 200, data: { taskId: TASK_ID, midiData: { state: "complete", instruments: [DRUMS] }, successFlag: 1 } },
  ];
  for (const body of bodies) {
    const [file] = parseMessage(body).observation.files ?? [];
    expect(file).toEqual({ name: "midi", link: notesLink([DRUMS]) });
    expect(instrumentsOf(body, file?.link ?? "")).toEqual([DRUMS]);
    expect(instrumentsOf(body, "notes:others")).toBeNull();
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
  const heard = heardIn(midiFile([{ name: null, notes: odd }, { name: "Bass", notes: "none" }, "no instrument"]));
  const notes = [...heard.values()].flat();
  expect(notes.map(({ pitch, velocity }) => [pitch, velocity])).toEqual([
    [60, 90],
    [61, 127],
  ]);
});
