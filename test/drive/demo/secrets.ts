/** The demo's own secrets. They stay in its data folder, so that a second run opens the same callBackUrl and reads. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { UserError } from "../../rig/local/command.ts";

export const SECRETS_FILE = "secrets.json";

const secret = z.string().min(32);
const secrets = z.object({ CALLBACK_TOKEN: secret, API_TOKEN: secret });

export type DemoSecrets = z.infer<typeof secrets>;

/** Reads them from a folder that is held, or makes them: readable by this user alone. Rejects with a sentence where the file is not ours. */
export async function demoSecrets(dataDir: string): Promise<DemoSecrets> {
  const path = join(dataDir, SECRETS_FILE);
  const made: DemoSecrets = { CALLBACK_TOKEN: random(), API_TOKEN: random() };
  try {
    await writeFile(path, `${JSON.stringify(made, null, 2)}\n`, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const known = secrets.safeParse(parsed(await readFile(path, "utf8")));
  if (known.success) return known.data;
  throw new UserError(`${path} does not hold the demo's secrets. Delete it, or choose another folder with --data.`);
}

function random(): string {
  return randomBytes(32).toString("base64url");
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
