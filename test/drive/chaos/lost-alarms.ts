/** Loses alarms of tasks at random, in the files of a Worker that is dead: nothing but the watchdog can notice. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Random } from "../../rig/provider/hostile/random.ts";

const SHARE = 0.2;

/** How many were lost. */
export function loseAlarms(dataDir: string, random: Random): number {
  const objects = join(dataDir, "do");
  const folders = existsSync(objects) ? readdirSync(objects).filter((name) => name.endsWith("TaskObject")) : [];
  const files = folders.map((name) => join(objects, name, "metadata.sqlite")).filter((file) => existsSync(file));
  return files.reduce((lost, file) => lost + loseIn(file, random), 0);
}

function loseIn(file: string, random: Random): number {
  const db = new DatabaseSync(file);
  try {
    const alarms = db.prepare("SELECT actor_id FROM _cf_ALARM").all();
    const chosen = alarms.filter(() => random() < SHARE).map(({ actor_id: id }) => String(id));
    for (const id of chosen) db.prepare("DELETE FROM _cf_ALARM WHERE actor_id = ?").run(id);
    return chosen.length;
  } finally {
    db.close();
  }
}
