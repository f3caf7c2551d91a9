/**
 * Covers as the provider makes them: a real PNG, a gradient of two colours with a disc on it.
 *
 * Pure: the same seed gives the same bytes.
 */
import { encode } from "fast-png";
import { randomFrom, whole } from "./random.ts";

const SIZE = 160;

export function cover(seed: string): Uint8Array<ArrayBuffer> {
  const random = randomFrom("cover", seed);
  const colour = (): readonly number[] => [0, 1, 2].map(() => whole(random, 0, 255));
  const [top, bottom, disc] = [colour(), colour(), colour()];
  const [x, y, radius] = [whole(random, 40, 120), whole(random, 40, 120), whole(random, 15, 40)];
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, index) => {
    const [row, column, band] = [Math.floor(index / 3 / SIZE), Math.floor(index / 3) % SIZE, index % 3];
    if (Math.hypot(column - x, row - y) < radius) return disc[band] ?? 0;
    const share = row / SIZE;
    return (top[band] ?? 0) * (1 - share) + (bottom[band] ?? 0) * share;
  });
  return new Uint8Array(encode({ width: SIZE, height: SIZE, channels: 3, data }));
}
