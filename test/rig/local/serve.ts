/**
 * A process that is nothing but the built Worker on an embedded workerd, so that it can be killed.
 *
 * Reads its options (`LocalWorkerOptions` as JSON) from the first argument, prints the origin on a line when it
 * serves, and then the Worker's log.
 */
import * as z from "zod";
import { startWorker } from "./worker.ts";

const options = z.object({
  bundle: z.string(),
  dataDir: z.string(),
  port: z.int(),
  vars: z.record(z.string(), z.string()),
});

const { origin } = await startWorker({
  ...options.parse(JSON.parse(process.argv[2] ?? "{}")),
  onLog: (line) => console.error(line),
});
console.log(origin);
