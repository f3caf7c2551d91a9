/** CPU time for bounds in tests: on a busy machine the clock on the wall says little. */
import * as z from "zod";

type Usage = () => { readonly user: number; readonly system: number };
const cpuUsage = z.custom<Usage>((value) => typeof value === "function");
// The types of workerd know no such call.
const { process } = z.object({ process: z.object({ cpuUsage }) }).parse(globalThis);

/** Of this process so far, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
