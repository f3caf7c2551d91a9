/** What the attack is asked to do. */
import * as z from "zod";

export const USAGE = `Usage: npm run attack -- [options]

Attacks a Worker that it starts on this machine, as strangers, guests, readers and a hostile provider would: some 4,200
tries in all. Prints a row for each class: how many tries, how many were let in, how many did harm (a secret told, a
fault of ours, a page that runs script). Exit code 1 when any was let in or did harm.

  --only TEXT   the classes whose name holds this text
  --help        this`;

export const flags = { only: { type: "string" } } as const;

export const attackOptions = z.object({ only: z.string().default("") });

export type AttackOptions = z.infer<typeof attackOptions>;
