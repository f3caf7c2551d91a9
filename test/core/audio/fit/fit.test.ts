/** A source that is in the result, later and under something else, and one that is not. */
import { expect, test } from "vitest";
import { fitOf, fittedOf } from "../../../../src/core/audio/fit/fit.ts";
import { readPrint } from "../../../../src/core/audio/fit/rhythm-print.ts";
import { rhythmMeter } from "../../../../src/core/audio/sound/rhythm/rhythm.ts";
import { clicks } from "../rhythms.ts";
import { joined, measure, measureSplit, MONO, scaled, silence } from "../signals.ts";

const RATE_HZ = 11_025;
const SHAPE = { ...MONO, sampleRateHz: RATE_HZ };
/** Syllables that never come evenly: a voice, and two others. */
const VOICE = clicks(RATE_HZ, 50, 1);
const BAND = clicks(RATE_HZ, 60, 500);
const OTHER = clicks(RATE_HZ, 60, 900);
const LATE_SECONDS = 3.2;

function print(sound: Float32Array): string | null {
  return measure(rhythmMeter, SHAPE, [sound]).rhythm;
}

function fitted(rhythm: string | null) {
  return { tempoBpm: null, key: null, rhythm };
}

function heard(tempoBpm: number, tempoConfidence: number, key: string | null) {
  return fittedOf({ tempoBpm, tempoConfidence, key }, null);
}

const LATE = joined(silence(Math.round(LATE_SECONDS * RATE_HZ)), VOICE);
const MIX = BAND.map((sample, at) => sample + 0.5 * (LATE[at] ?? 0));

test("a source is found in the mix, where it begins", () => {
  const { offsetSeconds, similarity, prominence } = fitOf(fitted(print(VOICE)), fitted(print(MIX)));
  expect(offsetSeconds).toBeCloseTo(LATE_SECONDS, 0);
  expect(similarity).toBeGreaterThan(0.1);
  expect(prominence).toBeGreaterThan(5);
  expect(fitOf(fitted(print(VOICE)), fitted(print(scaled(VOICE, 0.3)))).similarity).toBeGreaterThan(0.8);
});

test("what is not in it stands out by chance alone", () => {
  const { similarity, prominence } = fitOf(fitted(print(VOICE)), fitted(print(OTHER)));
  expect(similarity).toBeLessThan(0.1);
  expect(prominence).toBeLessThan(5);
});

test("what is too short, silent or no print has no place", () => {
  expect(print(VOICE.subarray(0, 30 * RATE_HZ))).toBeNull();
  const nowhere = { offsetSeconds: null, similarity: null, prominence: null };
  for (const rhythm of [null, "", "no base 64!", "AAAA", print(silence(60 * RATE_HZ))])
    expect(fitOf(fitted(print(VOICE)), fitted(rhythm))).toMatchObject(nowhere);
});

test("a print is short, and the same however the sound is split", () => {
  const whole = print(VOICE);
  expect(whole?.length).toBeLessThan(6_000);
  expect(measureSplit(rhythmMeter, SHAPE, [VOICE], [1, 500, 70_000]).rhythm).toBe(whole);
  expect(readPrint(whole ?? "")).toHaveLength(8);
});

test("tempo and key are compared where both are sure, octaves alike", () => {
  expect(fitOf(heard(60, 0.9, "A minor"), heard(134.4, 0.9, "G major"))).toMatchObject({
    tempoRatio: 1.12,
    keyDistance: 1,
  });
  expect(fitOf(heard(60, 0.4, null), heard(120, 0.9, "G major"))).toMatchObject({
    tempoRatio: null,
    keyDistance: null,
  });
});

test("silence, and what was not measured, fits nothing", () => {
  const still = print(silence(30 * RATE_HZ));
  for (const [a, b] of [
    [null, print(VOICE)],
    [print(VOICE), null],
    [still, print(VOICE)],
    [print(VOICE), still],
  ] as const)
    expect(fitOf(fitted(a), fitted(b))).toMatchObject({ offsetSeconds: null, similarity: null, prominence: null });
});
