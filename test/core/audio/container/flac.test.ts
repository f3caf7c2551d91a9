/** The headers of FLAC frames, each way that RFC 9639 (9.1) lets them be written. */
import { expect, test } from "vitest";
import { flacReader } from "../../../../src/core/audio/container/flac.ts";

const RATE = 48_000;

/** The first block: 48 kHz, two channels, and no word on how long it is. */
function start(): number[] {
  const packed = (RATE << 12) | (1 << 9) | (15 << 4);
  const rate = [24, 16, 8, 0].map((shift) => (packed >>> shift) & 0xff);
  return [
    ...new TextEncoder().encode("fLaC"),
    0x80,
    0,
    0,
    34,
    16,
    0,
    16,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...rate,
    ...Array.from({ length: 20 }, () => 0),
  ];
}

/** As UTF-8 codes, in as few bytes as it takes. */
function coded(value: number): number[] {
  if (value < 0x80) return [value];
  let count = 2;
  while (value >= 2 ** (count === 7 ? 36 : 5 * count + 1)) count += 1;
  const rest = Array.from({ length: count - 1 }, (_, at) => 0x80 | (Math.floor(value / 64 ** (count - 2 - at)) % 64));
  return [((0xff00 >> count) & 0xff) | Math.floor(value / 64 ** (count - 1)), ...rest];
}

function withChecksum(bytes: readonly number[]): number[] {
  let crc = 0;
  for (const bit of bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((at) => (byte >> at) & 1)))
    crc = ((crc << 1) & 0xff) ^ ((crc >> 7) ^ bit ? 0x07 : 0);
  return [...bytes, crc];
}

function header(
  first: number,
  [sizeCode, sizeBytes]: readonly [number, readonly number[]],
  rateCode: number,
  kinds = 0x18,
): number[] {
  const rateBytes = [[], [0x30], [0xbb, 0x80], [0x12, 0xc0]][Math.max(0, rateCode - 11)] ?? [];
  return withChecksum([0xff, 0xf9, (sizeCode << 4) | rateCode, kinds, ...coded(first), ...sizeBytes, ...rateBytes]);
}

/** Null where no frame was found. */
function secondsOf(frame: readonly number[]): number | null | undefined {
  const reader = flacReader();
  reader.push(Uint8Array.from([...start(), ...frame, ...Array.from({ length: 32 }, () => 0)]));
  return reader.facts().durationSeconds;
}

const SIZES: readonly (readonly [size: readonly [number, readonly number[]], samples: number])[] = [
  [[1, []], 192],
  ...[2, 3, 4, 5].map((code, at) => [[code, []], 576 * 2 ** at] as const),
  [[6, [99]], 100],
  [[7, [0x11, 0xff]], 0x1200],
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((code, at) => [[code, []], 256 * 2 ** at] as const),
];

test("a frame is found however its size, its rate and its place are written", () => {
  for (const [size, samples] of SIZES)
    for (const rateCode of [0, 1, 10, 11, 12, 13, 14])
      for (const first of [0, 127, 128, 2_047, 2_048, 65_536, 479_999])
        expect([size, rateCode, first, secondsOf(header(first, size, rateCode))]).toEqual([
          size,
          rateCode,
          first,
          (first + samples) / RATE,
        ]);
});

test("what is reserved, has another checksum, or lies further off than a gap may be, is no frame", () => {
  const [frame, last = 0] = [header(0, [8, []], 10), header(0, [8, []], 10).at(-1)];
  expect(secondsOf(frame)).toBe(256 / RATE);
  for (const other of [
    header(0, [0, []], 10),
    header(0, [8, []], 15),
    header(0, [8, []], 10, 0xb8),
    header(0, [8, []], 10, 0x19),
    withChecksum([0xff, 0xf9, 0x8a, 0x18, 0x80]),
    withChecksum([0xff, 0xfb, 0x8a, 0x18, 0]),
    [...frame.slice(0, -1), last ^ 1],
    header(11 * RATE, [8, []], 10),
    header(2 ** 35, [8, []], 10),
  ])
    expect([other, secondsOf(other)]).toEqual([other, null]);
});
