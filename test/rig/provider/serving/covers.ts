/**
 * Covers as the provider makes them: a real PNG, a gradient of two colours with a disc on it.
 *
 * The same seed gives the same bytes. Made covers (some 1 kB each) are kept for the life of the process.
 */
import { encode } from "fast-png";
import { randomFrom, whole } from "../hostile/random.ts";

const SIZE = 160;

const kept = new Map<string, Uint8Array<ArrayBuffer>>();

export function cover(seed: string): Uint8Array<ArrayBuffer> {
  const known = kept.get(seed);
  if (known !== undefined) return known;
  const made = new Uint8Array(encode({ width: SIZE, height: SIZE, channels: 3, data: pixels(seed) }));
  kept.set(seed, made);
  return made;
}

function pixels(seed: string): Uint8Array {
  const random = randomFrom("cover", seed);
  const colour = (): readonly number[] => [0, 1, 2].map(() => whole(random, 0, 255));
  const [top, bottom, disc] = [colour(), colour(), colour()];
  const [x, y, radius] = [whole(random, 40, 120), whole(random, 40, 120), whole(random, 15, 40)];
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let index = 0; index < data.length; index += 1) {
    const [row, column, band] = [Math.floor(index / 3 / SIZE), Math.floor(index / 3) % SIZE, index % 3];
    const inside = (column - x) ** 2 + (row - y) ** 2 < radius ** 2;
    const share = row / SIZE;
    data[index] = inside ? (disc[band] ?? 0) : (top[band] ?? 0) * (1 - share) + (bottom[band] ?? 0) * share;
  }
  return data;
}
