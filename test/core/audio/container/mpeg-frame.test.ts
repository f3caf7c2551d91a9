/** Headers of single frames. */
import { expect, test } from "vitest";
import { frameAt } from "../../../../src/core/audio/container/mpeg-frame.ts";
import { frame, type FrameShape } from "../audio-bytes.ts";

test("the sizes of a header are those of the standard", () => {
  const usual = { bytes: 417, samples: 1_152, sampleRateHz: 44_100, channels: 2, layer: 3, mpeg1: true };
  expect(frameAt(frame(), 0)).toMatchObject(usual);
  expect(frameAt(frame({ mono: true }), 0)?.channels).toBe(1);
});

test("what no header may say is no frame", () => {
  const spoiled: readonly (readonly [number, number])[] = [
    [0, 0xfe], // sync
    [1, 0x1b], // sync, second half
    [1, 0xf9], // reserved layer
    [1, 0xeb], // reserved version
    [2, 0x00], // free format, of which nothing is known
    [2, 0xf0], // no such bitrate
    [2, 0x9c], // reserved rate
    [3, 0x02], // reserved emphasis
  ];
  for (const [place, value] of spoiled) {
    const bytes = frame();
    bytes[place] = value;
    expect([place, value, frameAt(bytes, 0)]).toEqual([place, value, null]);
  }
  expect(frameAt(frame().slice(0, 3), 0)).toBeNull();
});

test("frames of one kind are told from others by version, layer, rate and whether their bitrate is free", () => {
  const shapes: readonly FrameShape[] = [
    ...([0, 2, 3] as const).flatMap((version) =>
      ([1, 2, 3] as const).flatMap((layer) => [0, 1, 2].map((rateIndex) => ({ version, layer, rateIndex }))),
    ),
    { freeBytes: 400 },
  ];
  const kinds = shapes.map((shape) => frameAt(frame(shape), 0, 400)?.kind);
  expect(new Set(kinds).size).toBe(28);
  const same = [{ mono: true }, { bitrateIndex: 3 }, { padding: 1 as const }].map(
    (shape) => frameAt(frame(shape), 0)?.kind,
  );
  expect(same).toEqual(Array.from(same, () => frameAt(frame(), 0)?.kind));
});
