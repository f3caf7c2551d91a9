/** Silence in sounds made of blocks that are silent or not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { blockMeter } from "../../../../src/core/audio/sound/blocks.ts";
import type { PcmShape } from "../../../../src/core/audio/sound/pcm.ts";
import { silence as silenceListener } from "../../../../src/core/audio/sound/silence.ts";
import { amplitude, joined, measure, MONO, noise, silence, STEREO } from "../signals.ts";

const silenceMeter = (shape: PcmShape) => blockMeter(shape, silenceListener(shape));

const BLOCK = 256;
const RATE_HZ = 44_100;

/** Loud where there is a 1: one block per character. */
function pattern(blocks: string): Float32Array {
  return joined(...Array.from(blocks, (block, n) => (block === "1" ? noise(BLOCK, 0.5, n) : silence(BLOCK))));
}

function seconds(count: number): number {
  return (count * BLOCK) / RATE_HZ;
}

/** What is expected, in blocks. */
function blocks(leading: number, trailing: number, gap: number, silent: number, all: number) {
  return {
    leadingSilenceSeconds: seconds(leading),
    trailingSilenceSeconds: seconds(trailing),
    longestGapSeconds: seconds(gap),
    silentShare: silent / all,
  };
}

test("tells leading, trailing and inner silence apart", () => {
  expect(measure(silenceMeter, MONO, [pattern("0001001000010100000")])).toEqual(blocks(3, 5, 4, 15, 19));
  expect(measure(silenceMeter, MONO, [pattern("1111")])).toEqual(blocks(0, 0, 0, 0, 4));
  expect(measure(silenceMeter, MONO, [pattern("0100")])).toEqual(blocks(1, 2, 0, 3, 4));
});

test("agrees with what text patterns say, for any arrangement", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[01]{0,8}1[01]{0,8}$/), (text) => {
      const gaps = text
        .replace(/^0+|0+$/g, "")
        .split("1")
        .map((gap) => gap.length);
      const expected = blocks(
        text.indexOf("1"),
        text.length - 1 - text.lastIndexOf("1"),
        Math.max(...gaps),
        text.split("0").length - 1,
        text.length,
      );
      expect(measure(silenceMeter, MONO, [pattern(text)])).toEqual(expected);
    }),
  );
});

test("a sound that is silent throughout is leading silence alone", () => {
  expect(measure(silenceMeter, MONO, [silence(RATE_HZ)])).toEqual({
    leadingSilenceSeconds: 1,
    trailingSilenceSeconds: 0,
    longestGapSeconds: 0,
    silentShare: 1,
  });
});

function steadyShare(dbfs: number): number | null {
  return measure(silenceMeter, MONO, [silence(BLOCK).fill(amplitude(dbfs))]).silentShare;
}

test("silence is where no sample reaches -60 dBFS", () => {
  expect(steadyShare(-60.1)).toBe(1);
  expect(steadyShare(-59.9)).toBe(0);
});

test("one channel that sounds is enough", () => {
  const [loud, quiet] = [pattern("11"), pattern("00")];
  expect(measure(silenceMeter, STEREO, [loud, quiet]).silentShare).toBe(0);
  expect(measure(silenceMeter, STEREO, [quiet, loud]).silentShare).toBe(0);
  // Both of -60.1 dBFS: channels do not add up.
  const edge = silence(BLOCK).fill(amplitude(-60.1));
  expect(measure(silenceMeter, STEREO, [edge, edge]).silentShare).toBe(1);
});

function endingIn(level: number): Float32Array {
  return joined(pattern("1"), silence(100).fill(level));
}

test("the last, shorter block is judged by what it holds", () => {
  expect(measure(silenceMeter, MONO, [endingIn(0)]).trailingSilenceSeconds).toBeCloseTo(100 / RATE_HZ, 9);
  expect(measure(silenceMeter, MONO, [endingIn(0.0011)]).trailingSilenceSeconds).toBe(0);
});

test("no sound is neither silent nor not", () => {
  const nothing = {
    leadingSilenceSeconds: null,
    trailingSilenceSeconds: null,
    longestGapSeconds: null,
    silentShare: null,
  };
  expect(measure(silenceMeter, MONO, [])).toEqual(nothing);
});
