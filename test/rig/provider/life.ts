/** A task's life: its plan carried out, step by step, until nothing is left to send. */
import { type Courier, deliver } from "./callbacks.ts";
import type { Progress, Task } from "./ledger.ts";
import type { Body, Plan, Step } from "./hostile/plan.ts";
import { type Addresses, failureBody, failureMessage, stageBody } from "./shapes.ts";

/** A stage that comes late is told late, but takes nothing back from the record. */
const ORDER: readonly Progress[] = ["pending", "text", "first", "failed", "complete"];

/** Resolves when every callback is acknowledged or given up; rejects when the provider is closed meanwhile. */
export async function live(task: Task, plan: Plan, addresses: Addresses, courier: Courier): Promise<void> {
  await Promise.all(
    plan.map(async (step) => {
      await courier.pace.wait(step.afterMs);
      const [kind, body] = take(task, step, addresses);
      if (body !== null) await deliver(task, kind, body, courier);
    }),
  );
}

/** The task moves on, and this is what the provider says about it: a name and a body, null for silence. */
function take(task: Task, step: Step, addresses: Addresses): readonly [string, Body | null] {
  switch (step.type) {
    case "stage":
      if (ORDER.indexOf(step.stage) > ORDER.indexOf(task.progress)) task.progress = step.stage;
      return [step.stage, step.silent === true ? null : stageBody(task, step.stage, addresses)];
    case "failure":
      task.progress = "failed";
      task.failure = { code: step.code, message: step.message ?? failureMessage(step.code) };
      return ["failed", step.silent === true ? null : failureBody(task, step)];
    case "body":
      return [step.kind, typeof step.body === "function" ? step.body(task, addresses) : step.body];
  }
}
