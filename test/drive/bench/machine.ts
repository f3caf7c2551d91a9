/** What the system tells of the local workerd and of folders. Processes on Linux only: null elsewhere. */
import { readdirSync, readFileSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What Linux counts CPU in, on every architecture that node runs on. */
const TICK_MS = 10;

/** The CPU that the workerd processes of this one have used; null where that is not told. */
export function workerdCpuMs(): number | null {
  const stats = children().map((pid) => fieldsOf(pid));
  return stats.length === 0 ? null : stats.reduce((sum, fields) => sum + ticks(fields, 11) + ticks(fields, 12), 0);
}

/** The memory that the workerd processes of this one hold now. */
export function workerdBytes(): number | null {
  return memory("VmRSS");
}

/** The most that they have held since `forgetPeak`. */
export function workerdPeakBytes(): number | null {
  return memory("VmHWM");
}

export async function forgetPeak(): Promise<void> {
  for (const pid of children()) await writeFile(`/proc/${pid}/clear_refs`, "5");
}

/** Of all files in it, however deep. A folder that is not there is empty. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(({ parentPath, name }) => bytesOf(join(parentPath, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A store that falls asleep takes its logs along meanwhile. */
async function bytesOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Process ids of running workerds that this process started. */
function children(): readonly number[] {
  return numbersIn("/proc").filter((pid) => {
    try {
      const fields = fieldsOf(pid);
      return Number(fields[1]) === process.pid && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("workerd");
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** The fields of `/proc/PID/stat` after the name, which may hold anything: state, parent … */
function fieldsOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function ticks(fields: readonly string[], index: number): number {
  return Number(fields[index]) * TICK_MS;
}

function memory(field: string): number | null {
  const held = children().map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1_024;
  });
  return held.length === 0 ? null : held.reduce((sum, bytes) => sum + bytes, 0);
}
