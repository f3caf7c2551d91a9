/** How a scripted life ends, without what differs from run to run: times and the task's id. Pure. */
import * as z from "zod";

const file = z.object({
  state: z.string(),
  bytes: z.int().nullable(),
  sha256: z.string().nullable(),
  attempts: z.int(),
});
const view = z.object({
  version: z.int(),
  stage: z.string(),
  outcome: z.string().nullable(),
  settled: z.boolean(),
  tracks: z.array(z.object({ trackId: z.string(), title: z.string(), audio: file, cover: file })),
});
const entry = z.object({
  view: view.optional(),
  files: z.array(z.object({ key: z.string(), bytes: z.int(), sha256: z.string() })).optional(),
  deleted: z.boolean().optional(),
});

export interface Ending {
  readonly view: z.infer<typeof view> | null;
  readonly published: z.infer<typeof entry>;
  /** Of R2, in their order. */
  readonly keys: readonly string[];
}

/** `seen` is what the object answers, `published` the text in KV. */
export function endingOf(taskId: string, seen: unknown, published: string, keys: readonly string[]): Ending {
  const anonymous = (key: string): string => key.replace(taskId, "ID");
  const shown = view.safeParse(seen);
  return {
    view: shown.success ? shown.data : null,
    published: entry.parse(JSON.parse(anonymous(published).replaceAll(taskId, "ID"))),
    keys: keys.map(anonymous).toSorted(),
  };
}
