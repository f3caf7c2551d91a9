/** The folder that a run keeps its files in: made where it is missing, and held by one run at a time. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../rig/local/command.ts";

const LOCK_FILE = "in-use-by";

/**
 * Two runs on one folder would write into the same databases. Held until this process ends; what a killed one left is
 * taken over. With `fresh` the folder is emptied. Rejects with a sentence where it cannot be had.
 */
export async function holdDataFolder(dataDir: string, { fresh = false } = {}): Promise<void> {
  const lock = join(dataDir, LOCK_FILE);
  try {
    await makeFolder(dataDir);
    if (!(await wrote(lock))) {
      const owner = Number(readFileSync(lock, "utf8"));
      // In a container the next process often has the id of the one that was killed.
      if (owner !== process.pid && isRunning(owner))
        throw new UserError(
          `${dataDir} is in use by another run (process ${owner}). End it, or choose another folder with --data.`,
        );
      await writeFile(lock, String(process.pid));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new UserError(`${dataDir} cannot be written to (${String(error.code)}). Choose another folder with --data.`, {
      cause: error,
    });
  }
  process.once("exit", () => rmSync(lock, { force: true }));
  if (!fresh) return;
  const names = await readdir(dataDir);
  const old = names.filter((name) => name !== LOCK_FILE);
  await Promise.all(old.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

/** Step by step: of a place like /proc, where nothing can be made, `recursive` never ends. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path);
}

/** False where another run wrote it. */
async function wrote(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
