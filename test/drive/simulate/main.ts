/**
 * `npm run simulate`: deterministic simulation of a task's life, as `life.ts` tells it.
 *
 * Exits with 1 where a law is broken, and names the seed that shows it again; with 2 where an option is wrong.
 */
import { sail, type Harvest } from "./fleet.ts";
import { readOptions, USAGE, type SimulateOptions } from "./options.ts";
import { PLANTS } from "./plants.ts";

const read = readOptions(process.argv.slice(2));
if ("help" in read) console.log(USAGE);
else if ("wrong" in read) {
  console.error(`${read.wrong} Run with --help for the options.`);
  process.exitCode = 2;
} else process.exitCode = (await (read.options.plants ? findPlants(read.options) : simulate(read.options))) ? 0 : 1;

/** Whether all laws held. */
async function simulate({ lives, seed, trace, plant }: SimulateOptions): Promise<boolean> {
  const harvest = await sail({ seed, lives, trace, plant, untilViolation: plant !== null }, ({ lines }) => {
    for (const line of lines) console.log(line);
  });
  for (const { seed: broken, violations } of harvest.broken) {
    for (const violation of violations) console.log(`seed ${broken}  ${violation}`);
  }
  const [first] = harvest.broken;
  const planted = plant === null ? "" : ` --plant ${plant}`;
  if (first !== undefined) console.log(`Again: npm run simulate -- --seed ${first.seed} --lives 1 --trace${planted}`);
  console.log(summary(harvest, seed));
  return harvest.broken.length === 0;
}

/** Whether each planted bug was found. */
async function findPlants({ lives, seed }: SimulateOptions): Promise<boolean> {
  let found = 0;
  for (const plant of Object.keys(PLANTS)) {
    const harvest = await sail({ seed, lives, trace: false, plant, untilViolation: true }, () => undefined);
    const [first] = harvest.broken;
    if (first !== undefined) found += 1;
    const by = first === undefined ? "not found" : `seed ${first.seed}: ${first.violations[0]}`;
    console.log(`${plant.padEnd(20)} ${String(harvest.lives).padStart(5)} lives  ${by}`);
  }
  console.log(`${found} of ${Object.keys(PLANTS).length} planted bugs found, from seed ${seed} on.`);
  return found === Object.keys(PLANTS).length;
}

function summary({ lives, seconds, steps, crashes, broken }: Harvest, seed: number): string {
  const rate = Math.round(lives / seconds);
  return `${lives} lives from seed ${seed} in ${seconds.toFixed(1)} s (${rate} a second), ${steps} steps, ${crashes} crashes; ${broken.length} broke a law.`;
}
