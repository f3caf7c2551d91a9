/** Flaws put into sounds that have none, and sounds that only look like it. */
import { expect, test } from "vitest";
import { blockMeter, type BlockListener } from "../../../../src/core/audio/sound/blocks.ts";
import { breaks } from "../../../../src/core/audio/sound/flaws/breaks.ts";
import { bandwidthMeter } from "../../../../src/core/audio/sound/bandwidth.ts";
import { clicksMeter } from "../../../../src/core/audio/sound/flaws/clicks.ts";
import { deadChannel } from "../../../../src/core/audio/sound/flaws/dead-channel.ts";
import { ending } from "../../../../src/core/audio/sound/flaws/ending.ts";
import { flatTopsMeter } from "../../../../src/core/audio/sound/flaws/flat-tops.ts";
import type { Pcm, PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { rhythmMeter } from "../../../../src/core/audio/sound/rhythm/rhythm.ts";
import { keyMeter } from "../../../../src/core/audio/sound/tonal/key.ts";
import { drums } from "../rhythms.ts";
import { amplitude, joined, measure, measureSplit, MONO, noise, scaled, silence, sine, STEREO } from "../signals.ts";

const RATE_HZ = 44_100;
const BEAT = drums({ sampleRateHz: RATE_HZ, seconds: 30, bpm: 113 });
/** Something steady under the drums, so that what is gone is missed. */
const PAD = sine(RATE_HZ, 30, 330, 0.1).map((sample, at) => sample * (1 + 0.5 * Math.sin(at / 30_000)));
const MUSIC = BEAT.map((sample, at) => 0.5 * sample + (PAD[at] ?? 0));

function blockwise<Result>(listener: (shape: PcmShape) => BlockListener<Result>, shape: PcmShape, sound: Pcm): Result {
  return measure((of: PcmShape) => blockMeter(of, listener(of)), shape, sound);
}

function without(sound: Float32Array, starts: readonly number[], seconds: number): Float32Array {
  const holes = sound.slice();
  for (const start of starts) holes.fill(0, Math.round(start * RATE_HZ), Math.round((start + seconds) * RATE_HZ));
  return holes;
}

test("music has no breaks, and each hole in it is one", () => {
  expect(blockwise(breaks, MONO, [MUSIC])).toEqual({ dropoutsPerMinute: 0, hardGapSeconds: 0 });
  const dropped = blockwise(breaks, MONO, [without(MUSIC, [3, 11.1, 20.7, 26.3], 0.05)]);
  expect(dropped.dropoutsPerMinute).toBeCloseTo(8, 1);
  expect(dropped.hardGapSeconds).toBe(0);
  const torn = blockwise(breaks, MONO, [without(MUSIC, [20.7], 1)]);
  expect(torn.dropoutsPerMinute).toBe(0);
  expect(torn.hardGapSeconds).toBeCloseTo(1, 1);
});

test("a short rest before a louder note is no dropout", () => {
  const rests = [3, 11.1, 20.7, 26.3];
  const played = MUSIC.map((sample, at) => {
    const since = rests.map((rest) => at / RATE_HZ - rest).filter((seconds) => seconds > 0 && seconds < 0.5);
    return since.length === 0 ? 0.2 * sample : sample;
  });
  expect(blockwise(breaks, MONO, [without(played, rests, 0.05)]).dropoutsPerMinute).toBe(0);
});

test("a pause into which the sound dies away is no break", () => {
  const fading = MUSIC.map((sample, at) => sample * amplitude(-120 * Math.max(0, Math.min(1, at / RATE_HZ - 20))));
  const paused = joined(fading.subarray(0, 23 * RATE_HZ), MUSIC);
  expect(blockwise(breaks, MONO, [paused])).toEqual({ dropoutsPerMinute: 0, hardGapSeconds: 0 });
});

test("a side counts as dead while the other plays, and no longer", () => {
  const half = without(MUSIC, [15], 15);
  expect(blockwise(deadChannel, STEREO, [MUSIC, half]).deadChannelShare).toBeCloseTo(0.5, 1);
  expect(blockwise(deadChannel, STEREO, [half, MUSIC]).deadChannelShare).toBeCloseTo(0.5, 1);
  expect(blockwise(deadChannel, STEREO, [half, half]).deadChannelShare).toBe(0);
  expect(blockwise(deadChannel, STEREO, [MUSIC, scaled(MUSIC, 0.05)]).deadChannelShare).toBe(0);
  expect(blockwise(deadChannel, MONO, [half]).deadChannelShare).toBeNull();
});

test("the end is as loud as the rest where it is cut, and far under it where it fades", () => {
  const steady = sine(RATE_HZ, 20, 440, 0.3);
  expect(blockwise(ending, MONO, [steady]).endLevelDb).toBeCloseTo(0, 1);
  const faded = steady.map((sample, at) => sample * amplitude(-90 * Math.max(0, at / RATE_HZ - 19)));
  expect(blockwise(ending, MONO, [faded]).endLevelDb).toBeLessThan(-80);
  expect(blockwise(ending, MONO, [silence(500)]).endLevelDb).toBeNull();
});

test("single samples that jump out are clicks; drums are not", () => {
  expect(measure(clicksMeter, MONO, [MUSIC]).clicksPerMinute).toBe(0);
  const clicked = MUSIC.slice();
  for (let second = 1; second < 30; second += 3) clicked[Math.round((second + 0.4) * RATE_HZ)] = 0.9;
  expect(measure(clicksMeter, MONO, [clicked]).clicksPerMinute).toBeGreaterThan(12);
  expect(measure(clicksMeter, STEREO, [MUSIC, clicked]).clicksPerMinute).toBeGreaterThan(12);
  const whole = measure(clicksMeter, STEREO, [clicked, MUSIC]);
  expect(measureSplit(clicksMeter, STEREO, [clicked, MUSIC], [1, 70, 5_000])).toEqual(whole);
});

test("clipping is found at any level, and loud music is none", () => {
  const loud = noise(10 * RATE_HZ, 0.4, 1).map((sample, at, all) => sample + (all[at + 7] ?? 0) + (all[at + 31] ?? 0));
  expect(measure(flatTopsMeter, MONO, [loud]).flatTopShare).toBeLessThan(0.001);
  for (const ceiling of [1, 0.5, 0.2]) {
    const clipped = loud.map((sample) => ceiling * Math.max(-1, Math.min(1, 2 * sample)));
    expect([ceiling, measure(flatTopsMeter, MONO, [clipped]).flatTopShare]).toEqual([ceiling, expect.closeTo(0.3, 0)]);
  }
  const sound = [loud, scaled(loud, 0.5)];
  const whole = measure(flatTopsMeter, STEREO, sound);
  expect(measureSplit(flatTopsMeter, STEREO, sound, [1, 2, 3, 501])).toEqual(whole);
});

test("the same seconds over and over are a repetition, a beat is none", () => {
  const song = drums({ sampleRateHz: RATE_HZ, seconds: 30, bpm: 97 });
  const varied = song.map((sample, at) => sample * (0.6 + 0.4 * Math.sin(at / 90_000 + (at / RATE_HZ) ** 1.5)));
  const looped = song.map((_, at) => varied[(at % Math.round(7.31 * RATE_HZ)) + 5 * RATE_HZ] ?? 0);
  expect(measure(rhythmMeter, MONO, [looped]).repetition).toBeGreaterThan(0.97);
  expect(measure(rhythmMeter, MONO, [looped]).repetitionSeconds).toBeCloseTo(7.31, 1);
  const free = noise(30 * RATE_HZ, 0.3, 3).map((sample, at) => sample * Math.abs(Math.sin((at / RATE_HZ) ** 1.4)));
  expect(measure(rhythmMeter, MONO, [free]).repetition).toBeLessThan(0.8);
  expect(measure(rhythmMeter, MONO, [song.subarray(0, 15 * RATE_HZ)])).toMatchObject({ repetition: null });
});

test("instruments panned apart spread the balance, a side turned down does not", () => {
  const [one, other] = [noise(30 * RATE_HZ, 0.2, 8), noise(30 * RATE_HZ, 0.2, 9)];
  const mixed = (share: number) =>
    one.map((sample, at) => ((at / RATE_HZ) % 7 < 3 ? sample : share * (other[at] ?? 0)));
  const panned = [mixed(1), mixed(0.1)] as const;
  const turnedDown = [MUSIC, scaled(MUSIC, amplitude(-12))] as const;
  expect(measure(bandwidthMeter, STEREO, panned).balanceSpreadDb).toBeGreaterThan(9);
  expect(measure(bandwidthMeter, STEREO, turnedDown).balanceSpreadDb).toBe(0);
  expect(measure(bandwidthMeter, MONO, [MUSIC]).balanceSpreadDb).toBeNull();
});

test("the tone of the mains has its level, and a bass that plays the same note has none", () => {
  const mains = sine(RATE_HZ, 30, 50, amplitude(-36)).map(
    (sample, at) => sample + 0.005 * Math.sin((2 * Math.PI * 150 * at) / RATE_HZ),
  );
  const bass = mains.map((sample, at) => (at % (4 * RATE_HZ) < 3 * RATE_HZ ? 5 * sample : 0));
  expect(humUnderPad(mains)).toBeCloseTo(-36, 0);
  expect(humUnderPad(bass)).toBeNull();
});

function humUnderPad(tone: Float32Array): number | null {
  return measure(keyMeter, MONO, [PAD.map((sample, at) => sample + (tone[at] ?? 0))]).humDbfs;
}

test("hiss under the music has its level, and music alone has none", () => {
  const tones = PAD.map((sample, at) => sample + 0.01 * Math.sin(at * 1.1) * Math.abs(Math.sin(at / 80_000)));
  expect(measure(bandwidthMeter, MONO, [tones]).noiseFloorDbfs).toBeNull();
  const hiss = noise(tones.length, amplitude(-45) * Math.sqrt(3), 5);
  const hissing = PAD.map((sample, at) => sample + (hiss[at] ?? 0));
  expect(measure(bandwidthMeter, MONO, [hissing]).noiseFloorDbfs).toBeCloseTo(-45, -1);
});
