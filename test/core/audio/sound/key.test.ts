/** Keys: of chords whose key is known, by their names, and as they are requested. */
import { expect, test } from "vitest";
import { camelot, keyAgreement, keyDistance } from "../../../../src/core/audio/sound/tonal/key-names.ts";
import { keyMeter } from "../../../../src/core/audio/sound/tonal/key.ts";
import { requestedKey } from "../../../../src/core/audio/style/requested-key.ts";
import { joined, measure, measureSplit, MONO, noise, silence, sine, STEREO } from "../signals.ts";

const RATE_HZ = 44_100;

/** Chords of semitones over A, two seconds each, with two partials and bass. `cents` detunes all of it. */
function progression(chords: readonly (readonly number[])[], cents = 0): Float32Array {
  const hertz = (semitones: number): number => 220 * 2 ** (semitones / 12 + cents / 1200);
  return joined(
    ...chords.map((chord) => {
      const sound = silence(2 * RATE_HZ);
      for (const step of [...chord, (chord[0] ?? 0) - 12])
        for (const [partial, level] of [
          [1, 0.1],
          [2, 0.04],
        ] as const)
          sine(RATE_HZ, 2, partial * hertz(step), level).forEach(
            (sample, at) => (sound[at] = (sound[at] ?? 0) + sample),
          );
      return sound;
    }),
  );
}

const MINOR = [
  [0, 3, 7],
  [5, 8, 12],
  [7, 11, 14],
  [0, 3, 7],
  [8, 12, 15],
  [5, 8, 12],
  [7, 11, 14],
  [0, 3, 7],
];
const MAJOR = [
  [0, 4, 7],
  [5, 9, 12],
  [7, 11, 14],
  [0, 4, 7],
  [9, 12, 16],
  [5, 9, 12],
  [7, 11, 14],
  [0, 4, 7],
];

function moved(chords: readonly (readonly number[])[], by: number): readonly (readonly number[])[] {
  return chords.map((chord) => chord.map((step) => step + by));
}

function keyOf(sound: Float32Array): string | null {
  return measure(keyMeter, MONO, [sound]).key;
}

test("a cadence has its key, wherever it is played", () => {
  expect(keyOf(progression(MINOR))).toBe("A minor");
  expect(keyOf(progression(moved(MINOR, 5)))).toBe("D minor");
  expect(keyOf(progression(moved(MINOR, -3)))).toBe("F# minor");
  expect(keyOf(progression(MAJOR))).toBe("A major");
  expect(keyOf(progression(moved(MAJOR, 3)))).toBe("C major");
});

test("a band that is tuned a third of a semitone off is in the same key", () => {
  for (const cents of [-40, -33, 20, 40]) expect(keyOf(progression(moved(MAJOR, 3), cents))).toBe("C major");
});

test("noise, silence and no sound have no key", () => {
  expect(keyOf(noise(10 * RATE_HZ, 0.3, 1))).toBeNull();
  expect(measure(keyMeter, MONO, [silence(5 * RATE_HZ)])).toEqual({ key: null, keyConfidence: null, humDbfs: null });
  expect(measure(keyMeter, STEREO, [])).toEqual({ key: null, keyConfidence: null, humDbfs: null });
});

test("how the sound is split does not show", () => {
  const [left, right] = [progression(MINOR), progression(MAJOR)];
  const whole = measure(keyMeter, STEREO, [left, right]);
  expect(measureSplit(keyMeter, STEREO, [left, right], [1, 4_096, 333, 65_536])).toEqual(whole);
});

test("Camelot numbers are those on the wheel", () => {
  const wheel = {
    "A minor": "8A",
    "C major": "8B",
    "E minor": "9A",
    "F# major": "2B",
    "G# minor": "1A",
    "C# major": "3B",
  };
  for (const [key, number] of Object.entries(wheel)) expect([key, camelot(key)]).toEqual([key, number]);
  expect(camelot("H major")).toBeNull();
});

test("keys are apart as the circle of fifths has them, and relatives are not", () => {
  expect(keyDistance("A minor", "C major")).toBe(0);
  expect(keyDistance("C major", "G major")).toBe(1);
  expect(keyDistance("C major", "F# major")).toBe(6);
  expect(keyDistance("B flat major", "A# major")).toBe(0);
  expect(keyDistance("C major", "loud")).toBeNull();
});

test("a requested key agrees with itself, its relative and its parallel, and is not told from its neighbours", () => {
  for (const same of ["D minor", "F major", "D major"]) expect(keyAgreement("d minor", same)).toBe("agrees");
  for (const near of ["A minor", "G minor", "C major", null])
    expect(keyAgreement("d minor", near)).toBe("inconclusive");
  for (const far of ["E minor", "B major", "G# minor"]) expect(keyAgreement("d minor", far)).toBe("disagrees");
});

test("a request's key is found in its words, and only where it is one", () => {
  const found = {
    "jazz ballad in D minor, brushed drums": "d minor",
    "F# major, uplifting": "f sharp major",
    "lofi, Am, 90 bpm": "a minor",
    "Bbm piano": "b flat minor",
    "key of E♭ major": "e flat major",
    "C minor or G minor": null,
    "I am a minor talent": null,
    "no C major": null,
    "in a minor key": null,
    rock: null,
  };
  for (const [text, key] of Object.entries(found)) expect([text, requestedKey(text)]).toEqual([text, key]);
  expect(requestedKey(null)).toBeNull();
});
