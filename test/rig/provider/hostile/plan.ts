/**
 * What happens to a task, and when: a list of steps, each at its time after the submission.
 *
 * Times are the real provider's milliseconds. Steps keep their own clocks: a callback that is being retried
 * does not hold the next one up.
 */
import type { Stage, Task } from "../ledger.ts";
import { type Random, whole } from "./random.ts";
import type { Addresses } from "../shapes.ts";

/** Text and bytes are sent as they are, anything else as JSON. */
export type Body = string | Uint8Array<ArrayBuffer> | object;

export type Step =
  /** The task gets there, and says so unless it is `silent`. */
  | { readonly type: "stage"; readonly afterMs: number; readonly stage: Stage; readonly silent?: boolean }
  /** The task fails. `callbackType` and `data` are what the callback carries: real ones differ in both. */
  | {
      readonly type: "failure";
      readonly afterMs: number;
      readonly code: number;
      readonly message?: string;
      readonly callbackType?: string;
      readonly data?: "null" | "empty" | "error-text";
      readonly silent?: boolean;
    }
  /** Any body, under any name, sent without the task getting anywhere. */
  | {
      readonly type: "body";
      readonly afterMs: number;
      readonly kind: string;
      readonly body: Body | ((task: Task, addresses: Addresses) => Body);
    };

export type Plan = readonly Step[];

/** Text after some 5 s, the first track after 30 s, both after 90 s. A source that is no link fails instead. */
export function usualPlan(uploadUrl: string, random: Random): Plan {
  if (!/^https?:\/\//.test(uploadUrl) || !URL.canParse(uploadUrl)) {
    const callbackType = ["failed", "error", "complete"][whole(random, 0, 2)] ?? "failed";
    return [{ type: "failure", afterMs: whole(random, 4_000, 9_000), code: 400, callbackType }];
  }
  return [
    { type: "stage", stage: "text", afterMs: whole(random, 3_000, 7_000) },
    { type: "stage", stage: "first", afterMs: whole(random, 22_000, 38_000) },
    { type: "stage", stage: "complete", afterMs: whole(random, 65_000, 115_000) },
  ];
}
