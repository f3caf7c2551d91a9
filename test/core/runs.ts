/** How often a property is tried: as often as it says, or FUZZ times that in the long form (`npm run fuzz`). */
import * as z from "zod";

const surroundings = z.object({ process: z.object({ env: z.object({ FUZZ: z.coerce.number().int().default(1) }) }) });
const { FUZZ } = surroundings.parse(globalThis).process.env;

export function runs(count: number): number {
  return count * FUZZ;
}
