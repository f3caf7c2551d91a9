/**
 * How the Worker speaks to a task's object: with a bound on time, and again after a failure.
 */
import type { Delivery, Receipt } from "./messages.ts";
import { logFault } from "../log-fault.ts";

const DEADLINE_MS = 8_000;
const TRIES = 3;
const PAUSE_MS = 250;

/** Null where the object could not be reached in time. A late arrival does no harm: a delivery is known by its hash. */
export async function observe(tasks: Env["TASKS"], taskId: string, delivery: Delivery): Promise<Receipt | null> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const expired = new Promise<null>((resolve) =>
    deadline.addEventListener("abort", () => resolve(null), { once: true }),
  );
  for (let attempt = 1; attempt <= TRIES && !deadline.aborted; attempt += 1) {
    try {
      // A stub that threw is broken, so each try takes a fresh one.
      return await Promise.race([tasks.getByName(taskId).observe(delivery), expired]);
    } catch (error) {
      logFault("a task's object did not take a delivery", error, { attempt });
      if (attempt < TRIES) await Promise.race([scheduler.wait(PAUSE_MS * attempt), expired]);
    }
  }
  return null;
}
