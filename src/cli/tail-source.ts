/** A deployed Worker as the tail reads it: its newest and its open tasks, the timeline of one, and the task itself. */
import { PRODUCTS } from "../core/provider/products/products.ts";
import * as z from "zod";
import { taskView, type TaskView } from "../core/view/view.ts";
import { causeOf } from "./doctor-verdict.ts";
import { tailedEvent, type TailedEvent } from "./tail-lines.ts";

const TIMEOUT_MS = 15_000;

const row = z.object({
  taskId: z.string(),
  title: z.string().nullable(),
  stage: z.string(),
  settled: z.boolean(),
  product: z.enum(PRODUCTS),
  keptTracks: z.int(),
  tracks: z.int(),
  problem: z.string().nullable(),
  createdAt: z.string(),
  settledAt: z.string().nullable(),
});
const list = z.object({ items: z.array(row) });
const timeline = z.object({ items: z.array(tailedEvent), nextCursor: z.string().nullable() });
const problem = z.object({ detail: z.string() });

export type TailedTask = z.infer<typeof row>;

export interface TailSource {
  /** The hundred newest, and a hundred that are open. */
  readonly tasks: () => Promise<readonly TailedTask[]>;
  readonly events: (taskId: string) => Promise<readonly TailedEvent[]>;
  readonly task: (taskId: string) => Promise<TaskView>;
}

/** What cannot be read: `isFinal` where asking again would not help. */
export class TailError extends Error {
  readonly isFinal: boolean;
  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

export function tailSource(origin: string, token: string): TailSource {
  async function read(path: string): Promise<unknown> {
    const init = { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const response = await fetch(`${origin}${path}`, { ...init, redirect: "manual" }).catch((error: unknown) => {
      throw new TailError(`${origin} gives no answer: ${causeOf(error)}.`, false);
    });
    const json: unknown = await response.json().catch(() => null);
    if (response.status === 200) return json;
    const { detail = "Is it a Backline?" } = problem.safeParse(json).data ?? {};
    // A task may have been deleted meanwhile; the list is always there.
    const isFinal = response.status === 401 || (path.startsWith("/tasks?") && response.status < 500);
    throw new TailError(`${origin} answers ${response.status}. ${detail}`, isFinal);
  }

  return {
    async tasks() {
      const pages = await Promise.all([read("/tasks?limit=100"), read("/tasks?status=open&limit=100")]);
      const tasks = pages.flatMap((page) => list.parse(page).items);
      return [...new Map(tasks.map((task) => [task.taskId, task])).values()];
    },
    async events(taskId) {
      const events: TailedEvent[] = [];
      for (let cursor: string | null = "0"; cursor !== null;) {
        const path: string = `/tasks/${encodeURIComponent(taskId)}/events?limit=100&cursor=${cursor}`;
        const page = timeline.parse(await read(path));
        events.push(...page.items);
        cursor = page.nextCursor;
      }
      return events;
    },
    task: async (taskId) => taskView.parse(await read(`/tasks/${encodeURIComponent(taskId)}`)),
  };
}
