/** All measures together. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { soundMeter } from "../../../../src/core/audio/sound/meters.ts";
import { joined, measure, measureSplit, MONO, noise, scaled, silence, sine, STEREO } from "../signals.ts";

const SMALL: PcmShape = { sampleRateHz: 8000, channels: 2 };

/** With silences, clipping and two different channels, long enough for every measure. */
const LEFT = joined(silence(2000), noise(14_000, 0.3, 1), silence(3000), noise(10_000, 1.2, 2), silence(1111));
const RIGHT = joined(scaled(LEFT, 0.5).subarray(0, 16_000), noise(LEFT.length - 16_000, 0.2, 3));

test("the same sound in other stretches has the same facts, to the last digit", () => {
  const whole = measure(soundMeter, SMALL, [LEFT, RIGHT]);
  const { noiseFloorDbfs: _, ...measured } = whole;
  expect(Object.values(measured)).not.toContain(null);
  const lengths = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 5000 }), lengths, (first, more) => {
      expect(measureSplit(soundMeter, SMALL, [LEFT, RIGHT], [first, ...more])).toEqual(whole);
    }),
    { numRuns: 20 },
  );
  expect(measureSplit(soundMeter, SMALL, [LEFT, RIGHT], [1, 2])).toEqual(whole);
});

test("every fact of a plain tone is what it was made to be", () => {
  const tone = sine(44_100, 4, 1000, 0.5);
  // A tone is no music: what is read off the crowd of its levels says nothing.
  const { waveform, bandwidthHz, flatTopShare: _, ...facts } = measure(soundMeter, STEREO, [tone, tone]);
  expect(Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, rounded(fact)]))).toEqual({
    integratedLufs: -6,
    loudnessRangeLu: 0,
    truePeakDbtp: -6,
    dcOffset: 0,
    clippedRunsPerMinute: 0,
    leadingSilenceSeconds: 0,
    trailingSilenceSeconds: 0,
    longestGapSeconds: 0,
    silentShare: 0,
    stereoCorrelation: 1,
    monoLossDb: 0,
    balanceDb: 0,
    balanceSpreadDb: 0,
    dualMono: true,
    hardGapSeconds: 0,
    dropoutsPerMinute: 0,
    deadChannelShare: 0,
    endLevelDb: 0.1,
    noiseFloorDbfs: null,
    clicksPerMinute: 0,
  });
  expect(bandwidthHz).toBeGreaterThan(1000);
  expect(bandwidthHz).toBeLessThan(1300);
  expect(waveform).toMatchObject({ sample_rate: 44_100, length: Math.ceil((4 * 44_100) / 512) });
});

/** To a tenth, without the sign of zero. */
function rounded(fact: number | boolean | null): number | boolean | null {
  return typeof fact === "number" ? Math.round(fact * 10) / 10 || 0 : fact;
}

test("what no sound cannot tell is null, and never 0", () => {
  const { waveform, ...facts } = measure(soundMeter, MONO, []);
  expect(facts).toEqual({
    integratedLufs: null,
    loudnessRangeLu: null,
    truePeakDbtp: null,
    dcOffset: null,
    clippedRunsPerMinute: null,
    leadingSilenceSeconds: null,
    trailingSilenceSeconds: null,
    longestGapSeconds: null,
    silentShare: null,
    stereoCorrelation: null,
    monoLossDb: null,
    balanceDb: null,
    balanceSpreadDb: null,
    dualMono: false,
    bandwidthHz: null,
    noiseFloorDbfs: null,
    hardGapSeconds: null,
    dropoutsPerMinute: null,
    deadChannelShare: null,
    endLevelDb: null,
    clicksPerMinute: null,
    flatTopShare: null,
  });
  expect(waveform.data).toEqual([]);
});

test("digital silence has no loudness, peak or reach", () => {
  const facts = measure(soundMeter, STEREO, [silence(44_100), silence(44_100)]);
  expect(facts).toMatchObject({
    integratedLufs: null,
    truePeakDbtp: null,
    bandwidthHz: null,
    leadingSilenceSeconds: 1,
    silentShare: 1,
  });
});
