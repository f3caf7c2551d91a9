/**
 * The provider's callbacks on their way, and the Worker's door at the other end: the real parser, the real call to the
 * object, the real inbox. What is lost here was never sent; what is acknowledged is written down for the laws.
 */
import { sha256Hex } from "../../../src/core/ids.ts";
import { parseMessage } from "../../../src/core/provider/message.ts";
import { fileInInbox } from "../../../src/platform/inbox/inbox.ts";
import { observe } from "../../../src/platform/task/client.ts";
import { oneOf } from "../../rig/provider/hostile/random.ts";
import type { Deployment } from "./model/deployment.ts";
import type { Moment, Script } from "./script.ts";
import { callbackOf, type Twist } from "./words.ts";
import { outsider, type World } from "./world.ts";

/** How often each message was acknowledged, by its hash. */
export interface Acknowledged {
  readonly byObject: Map<string, number>;
  readonly byInbox: Set<string>;
}

const PROVIDER_TIMEOUT_MS = 15_000;
const TRIES = 4;
const HOST = "backline.example.com";

/** Sends what the provider sends about the task, with all that happens to it. */
export function sendCallbacks(world: World, script: Script, deployment: Deployment): Acknowledged {
  const acknowledged: Acknowledged = { byObject: new Map(), byInbox: new Set() };
  const send = (moment: Moment, at: number, twist: Twist): void => {
    if (world.chance(0.2)) return;
    const body = JSON.stringify(callbackOf(script, moment, twist));
    const late = world.chance(0.2) ? world.some(0, 600_000) : world.some(0, 2_000);
    const times = world.chance(0.15) ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      world.after(
        at + late + time * world.some(0, 30_000),
        outsider("door"),
        () => void deliver(world, deployment, acknowledged, body, 1),
      );
  };
  const hasStages = script.product === "music";
  if (hasStages) send("text", script.textAt, {});
  if (hasStages) send("first", script.firstAt, {});
  if (script.end === "complete" && world.chance(0.15)) send("complete", script.endAt - 5_000, { mute: true });
  if (script.end === "complete") send("complete", script.endAt, {});
  // One overtakes the other before anything was fetched.
  if (hasStages && script.end === "complete" && world.chance(0.1)) send("first", script.endAt + 300, { salt: "late" });
  if (script.end === "complete" && script.againAt !== null)
    send("complete", script.againAt, { againAt: script.againAt, salt: "again" });
  if (script.end === "failed")
    send("failed", script.endAt, { failure: oneOf(world.random, ["failed", "error", "complete"]) });
  const many = !hasStages ? 0 : world.chance(0.005) ? 250 : world.chance(0.05) ? 5 : 0;
  for (let one = 0; one < many; one += 1)
    send(oneOf(world.random, ["text", "first"]), script.firstAt + one * 1_000, { salt: String(one) });
  return acknowledged;
}

/** One try of the provider. Without an acknowledgement in time it tries again, and then stops for good. */
async function deliver(
  world: World,
  deployment: Deployment,
  acknowledged: Acknowledged,
  body: string,
  attempt: number,
): Promise<void> {
  let taken = false;
  world.after(PROVIDER_TIMEOUT_MS + world.some(0, 60_000), outsider("door"), () => {
    if (!taken && attempt < TRIES) void deliver(world, deployment, acknowledged, body, attempt + 1);
  });
  const startedAt = world.now;
  const sha256 = sha256Hex(body);
  const by = await receive(world, deployment, sha256, body).catch(() => null);
  if (by === null || world.now - startedAt > PROVIDER_TIMEOUT_MS) return;
  taken = true;
  world.trace(`door: acknowledged ${sha256.slice(0, 8)} by the ${by}`);
  if (by === "object") acknowledged.byObject.set(sha256, (acknowledged.byObject.get(sha256) ?? 0) + 1);
  else acknowledged.byInbox.add(sha256);
}

/** What the door does once it has let a message in. Rejects where the inbox does not take it either. */
async function receive(
  world: World,
  { env, taskId }: Deployment,
  sha256: string,
  body: string,
): Promise<"object" | "inbox" | null> {
  const { observation } = parseMessage(JSON.parse(body));
  const mail = { sha256, verdict: "token", host: HOST, ref: null };
  world.trace(`door: ${observation.kind} ${sha256.slice(0, 8)}`);
  const receipt = await observe(env.TASKS, taskId, { ...mail, via: "callback", observation, body });
  if (receipt === null) {
    const receivedAt = new Date(world.now).toISOString();
    const filed = await fileInInbox(env, { ...mail, taskId, reason: "unreachable", receivedAt }, body, () => undefined);
    return filed ? "inbox" : null;
  }
  const { catalogRow } = receipt;
  // Best effort, off the way of the answer.
  if (catalogRow !== null)
    world.after(
      10,
      outsider("door"),
      () =>
        void env.CATALOG.getByName("catalog")
          .tell([catalogRow])
          .catch(() => undefined),
    );
  return "object";
}
