/**
 * One life of a task: a storm in which everything may fail, then a healed world in which it comes to rest, then the
 * laws. A life is a function of its seed.
 */
import { watch } from "../../../src/platform/watchdog.ts";
import { deploy, type Deployment, type Vars } from "./model/deployment.ts";
import { enter } from "./model/globals.ts";
import { internetOf } from "./model/network.ts";
import { judge } from "./laws/laws.ts";
import { sendCallbacks } from "./messenger.ts";
import { look, read, visit } from "./people.ts";
import type { LifeResult } from "./result.ts";
import { scriptOf } from "./script.ts";
import { outsider, World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Long enough for the links' two weeks, retention, and a tombstone's 30 days. */
const REST_MS = 60 * DAY_MS;
/** Two files may be tried 150 times each. */
const MAX_WAKES_AT_REST = 900;

export async function live(seed: number, traced: boolean): Promise<LifeResult> {
  const world = new World(seed, traced);
  world.losesAlarms = world.chance(0.25);
  const script = scriptOf(world.random, seed);
  const submittedAt = world.now;
  const internet = internetOf(world, script, submittedAt);
  enter({ world, network: internet.network });
  const deployment = deploy(world, script.taskId, varsOf(world));
  const stormMs = world.some(2 * MINUTE_MS, 12 * HOUR_MS);
  world.trace(`storm of ${Math.round(stormMs / MINUTE_MS)} min; ${JSON.stringify(script)}`);
  const acknowledged = sendCallbacks(world, script, deployment);
  const wishes = visit(world, deployment, script, stormMs);
  keepWatch(world, deployment, stormMs);

  await world.run(submittedAt + stormMs, mishaps(world, deployment));
  world.storm = false;
  const healedAt = world.now;
  world.trace("the world is healed");
  const reader = async (): Promise<void> => {
    await look(world, deployment, wishes);
    await read(world, deployment);
  };
  const { host } = deployment;
  // Before the links are too old.
  world.after(HOUR_MS, outsider("reader"), () => void reader());
  const wakesInStorm = host.wakes.length;
  await world.run(healedAt + REST_MS, () => host.wakes.length - wakesInStorm > MAX_WAKES_AT_REST);
  if (host.wakes.length - wakesInStorm > MAX_WAKES_AT_REST) world.violate("rest: it is woken again and again");
  world.after(0, outsider("reader"), () => void reader());
  // What he finds missing is fetched again, for as long as that takes.
  const wakesAtRest = (): number => host.wakes.length - wakesInStorm;
  await world.run(world.now + REST_MS, () => wakesAtRest() > 2 * MAX_WAKES_AT_REST);
  if (wakesAtRest() > 2 * MAX_WAKES_AT_REST) world.violate("rest: it is woken again and again");
  await judge({ world, script, internet, deployment, acknowledged, wishes, submittedAt });
  const { violations, steps } = world;
  host.storage.close();
  deployment.catalog.close();
  return { seed, violations, lines: world.lines ?? [], steps, crashes: host.crashes };
}

function varsOf(world: World): Vars {
  return {
    ASSESS: world.chance(0.3) ? "full" : "off",
    ...(world.chance(0.6) ? { PROVIDER_API_KEY: "key" } : {}),
    ...(world.chance(0.3)
      ? { NOTIFY_URL: "https://told.example.com/", NOTIFY_SECRET: "a secret of many characters" }
      : {}),
    ...(world.chance(0.1) ? { RETENTION_DAYS: "2" } : {}),
    ...(world.chance(0.3) ? { RECOVERY: "auto" } : {}),
  };
}

/** The cron's rounds: in the storm at random, and a few after it. */
function keepWatch(world: World, { env }: Deployment, stormMs: number): void {
  const rounds = [stormMs * world.random(), stormMs + 2 * HOUR_MS, stormMs + 2 * DAY_MS, stormMs + 45 * DAY_MS];
  for (const round of rounds) world.after(round, outsider("cron"), () => void watch(env, world.now));
}

/** After any event of the storm the instance may be lost. How often is drawn for each life. */
function mishaps(world: World, { host }: Deployment): () => boolean {
  const rate = world.chance(0.3) ? 0 : world.some(0.001, 0.05);
  return () => {
    if (!world.chance(rate)) return false;
    if (world.losesAlarms) {
      host.loseAlarm();
      return false;
    }
    const kind = world.random();
    if (kind < 0.5) host.crash("killed");
    else if (kind < 0.8) host.crash("superseded");
    else host.evict();
    return false;
  };
}
