/**
 * Which callback goes out when: three for each task, some twice, some long after their turn.
 *
 * Pure: the same seed and number of tasks give the same list.
 */
import type { Stage } from "../../rig/provider/ledger.ts";
import { randomFrom, whole } from "../../rig/provider/hostile/random.ts";

export interface Delivery {
  /** The number of the task, from 0. */
  readonly task: number;
  readonly stage: Stage;
}

/** How many tasks later each stage has its turn. */
const STAGES: readonly (readonly [Stage, number])[] = [
  ["text", 0],
  ["first", 12],
  ["complete", 30],
];
const SHARES = { late: 0.15, twice: 0.1 };
/** In tasks: enough to overtake every other stage. */
const LATE = 60;

/** In the order in which they are sent. */
export function deliveriesOf(seed: number, tasks: number): readonly Delivery[] {
  const placed = Array.from({ length: tasks }, (_, task) => placedOf(seed, task)).flat();
  return placed.toSorted((a, b) => a.at - b.at).map(({ delivery }) => delivery);
}

interface Placed {
  readonly at: number;
  readonly delivery: Delivery;
}

function placedOf(seed: number, task: number): readonly Placed[] {
  const random = randomFrom("load", seed, task);
  return STAGES.flatMap(([stage, turn]) => {
    const delivery = { task, stage };
    const late = random() < SHARES.late ? whole(random, 0, LATE) : 0;
    const first = { at: task + turn + late + random(), delivery };
    const twice = random() < SHARES.twice;
    return twice ? [first, { at: first.at + (random() < 0.5 ? 0 : whole(random, 0, LATE)), delivery }] : [first];
  });
}
