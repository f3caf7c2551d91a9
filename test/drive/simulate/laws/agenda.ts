/** What is to happen, the earliest first, and of one instant in the order in which it was planned: a binary heap. */
import type { Owner, Timer } from "../world.ts";

/** `at` is epoch milliseconds. */
export interface Planned extends Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner;
  readonly run: () => void;
}

export class Agenda {
  readonly #heap: Planned[] = [];
  #count = 0;

  add(at: number, owner: Owner, run: () => void): Planned {
    const planned: Planned = { at, order: (this.#count += 1), owner, run, cancelled: false };
    this.#rise(planned);
    return planned;
  }

  /** Takes the first one off, or null where it is later than `until` or nothing is left. */
  next(until: number): Planned | null {
    const [first] = this.#heap;
    if (first === undefined || first.at > until) return null;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  #rise(planned: Planned): void {
    let place = this.#heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || before(parent, planned)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = planned;
  }

  #sink(planned: Planned): void {
    let place = 0;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      if (left === undefined) break;
      const lower = right !== undefined && before(right, left) ? right : left;
      if (before(planned, lower)) break;
      this.#heap[place] = lower;
      place = lower === left ? 2 * place + 1 : 2 * place + 2;
    }
    this.#heap[place] = planned;
  }
}

function before(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
