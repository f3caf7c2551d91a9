/** A source that is in the result, later and under something else, and one that is not. */
import { expect, test } from "vitest";
import { fitOf, measuredOf } from "../../../../src/core/audio/fit/fit.ts";
import { landmarksOf } from "../../../../src/core/audio/fit/landmarks.ts";
import type { Spectrogram } from "../../../../src/core/audio/fit/spectrogram.ts";
import { LIMITS } from "../../../../src/core/audio/findings/limits.ts";
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

const UNKNOWN = { tempoBpm: null, key: null };

function spectrogram(sound: Float32Array): Spectrogram | null {
  return measure(rhythmMeter, SHAPE, [sound]).spectrogram;
}

function landmarks(sound: Float32Array): string | null {
  const found = spectrogram(sound);
  return found === null ? null : landmarksOf(found);
}

function fit(source: string | null, result: Spectrogram | null) {
  return fitOf({ ...UNKNOWN, landmarks: source }, UNKNOWN, result);
}

function heard(tempoBpm: number, tempoConfidence: number, key: string | null) {
  return measuredOf({ tempoBpm, tempoConfidence, key });
}

const LATE = joined(silence(Math.round(LATE_SECONDS * RATE_HZ)), VOICE);
const MIX = BAND.map((sample, at) => sample + 0.5 * (LATE[at] ?? 0));

test("a source is found in the mix, where it begins", () => {
  const { offsetSeconds, similarity } = fit(landmarks(VOICE), spectrogram(MIX));
  expect(offsetSeconds).toBeCloseTo(LATE_SECONDS, 1);
  expect(similarity).toBeGreaterThan(LIMITS.fitSimilarity);
  const quiet = fit(landmarks(VOICE), spectrogram(scaled(VOICE, 0.3)));
  expect(quiet.offsetSeconds).toBeCloseTo(0, 1);
  expect(quiet.similarity).toBeGreaterThan(0.5);
});

test("what is not in it stands out by chance alone", () => {
  expect(fit(landmarks(VOICE), spectrogram(OTHER)).similarity).toBeLessThan(LIMITS.fitSimilarity);
});

test("a source of another sample rate is found as well", () => {
  const faster = { ...MONO, sampleRateHz: 12_000 };
  const source = measure(rhythmMeter, faster, [clicks(12_000, 50, 1)]).spectrogram;
  const { offsetSeconds, similarity } = fit(source === null ? null : landmarksOf(source), spectrogram(MIX));
  expect(offsetSeconds).toBeCloseTo(LATE_SECONDS, 1);
  expect(similarity).toBeGreaterThan(LIMITS.fitSimilarity);
});

test("what is too short, silent or has no landmarks has no place", () => {
  expect(spectrogram(VOICE.subarray(0, 30 * RATE_HZ))).toBeNull();
  expect(landmarks(silence(60 * RATE_HZ))).toBeNull();
  const nowhere = { offsetSeconds: null, similarity: null };
  const mix = spectrogram(MIX);
  for (const text of [null, "", "no base 64!", "AAAA"]) expect(fit(text, mix)).toMatchObject(nowhere);
  expect(fit(landmarks(VOICE), null)).toMatchObject(nowhere);
  expect(fit(landmarks(VOICE), spectrogram(silence(60 * RATE_HZ)))).toMatchObject({ similarity: 0 });
});

test("landmarks are a short text, and the same however the sound is split", () => {
  const whole = landmarks(VOICE);
  expect(whole?.length).toBeLessThan(16_000);
  const split = measureSplit(rhythmMeter, SHAPE, [VOICE], [1, 500, 70_000]).spectrogram;
  expect(split === null ? null : landmarksOf(split)).toBe(whole);
});

test("tempo and key are compared where both are sure, octaves alike", () => {
  expect(fitOf({ ...heard(60, 0.9, "A minor"), landmarks: null }, heard(134.4, 0.9, "G major"), null)).toMatchObject({
    tempoRatio: 1.12,
    keyDistance: 1,
  });
  expect(fitOf({ ...heard(60, 0.4, null), landmarks: null }, heard(120, 0.9, "G major"), null)).toMatchObject({
    tempoRatio: null,
    keyDistance: null,
  });
});
