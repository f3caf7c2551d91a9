/** Forged and replayed callbacks: signatures of other tasks, altered ones, and callBackUrls used for other tasks. */
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { sign } from "../../../src/core/provider/signature.ts";
import {
  alterations,
  each,
  isHarm,
  message,
  newTaskId,
  refusedTry,
  SECRETS,
  type Ground,
  type Verdict,
} from "./ground.ts";
import type { Attacks } from "./run.ts";

const HOUR_SECONDS = 3_600;

export const forgeryAttacks: Attacks = {
  "forged signatures": signatures,
  "replayed signatures": replays,
  "callBackUrls of other tasks": capabilities,
};

async function signatures({ send }: Ground): Promise<readonly Verdict[]> {
  const taskId = newTaskId();
  const now = String(Math.floor(Date.now() / 1_000));
  const right = sign(SECRETS.CALLBACK_HMAC_KEY, taskId, now);
  const forged = [
    ...alterations(right).map((signature) => ({ signature, timestamp: now })),
    ...["", "A".repeat(44), SECRETS.CALLBACK_TOKEN, `${right}${right}`, right.toLowerCase()].map((signature) => ({
      signature,
      timestamp: now,
    })),
    ...["", "0", "-1", "1e9", `${now}0`, ` ${now} x`, "NaN"].map((timestamp) => ({ signature: right, timestamp })),
    ...[SECRETS.CALLBACK_TOKEN, SECRETS.API_TOKEN, "", "key"].map((key) => ({
      signature: sign(key, taskId, now),
      timestamp: now,
    })),
  ];
  const bodies = [JSON.stringify(message(taskId, "complete")), `{"taskId":"${taskId}"}`];
  const tries = forged.flatMap(({ signature, timestamp }) => bodies.map((body) => ({ signature, timestamp, body })));
  return each(tries, async ({ signature, timestamp, body }) => {
    const headers = { "x-webhook-signature": signature, "x-webhook-timestamp": timestamp };
    return refusedTry(`signature ${signature}`, await send("/callback", { method: "POST", headers, body }));
  });
}

/** A captured pair opens its own task alone, wherever another message names it. */
async function replays({ send }: Ground): Promise<readonly Verdict[]> {
  const captured = newTaskId();
  const now = Math.floor(Date.now() / 1_000);
  const tries = Array.from({ length: 60 }, (_, index) => ({ victim: newTaskId(), hours: index - 30 }));
  return each(tries, async ({ victim, hours }) => {
    const timestamp = String(now + hours * HOUR_SECONDS);
    const headers = {
      "x-webhook-timestamp": timestamp,
      "x-webhook-signature": sign(SECRETS.CALLBACK_HMAC_KEY, captured, timestamp),
    };
    const title = `{"taskId":"${captured}"}`;
    const body = JSON.stringify(message(victim, "complete", [{ id: "a", audio_url: "", title, task_id: captured }]));
    return refusedTry(`replay for ${victim}`, await send("/callback", { method: "POST", headers, body }));
  });
}

/** Answered 200, so that the provider does not stop, and kept aside. */
async function capabilities({ send, owner, report }: Ground): Promise<readonly Verdict[]> {
  const tries = Array.from({ length: 60 }, (_, index) => ({ taskId: newTaskId(), isKnown: index % 2 === 0 }));
  return each(tries, async ({ taskId, isKnown }) => {
    if (isKnown) await report(message(taskId, "text"));
    const token = capabilityOf(SECRETS.CALLBACK_TOKEN, newTaskId());
    const tracks = [{ id: "a", audio_url: "", title: "planted" }];
    const body = JSON.stringify(message(taskId, "complete", tracks));
    const answer = await send(`/callback/${token}`, { method: "POST", body });
    const view = await owner(`/tasks/${taskId}`);
    const letIn = isKnown ? view.text.includes("planted") : view.status !== 404;
    return { what: `a foreign callBackUrl for ${taskId}`, letIn, harmed: isHarm(answer) || isHarm(view) };
  });
}
